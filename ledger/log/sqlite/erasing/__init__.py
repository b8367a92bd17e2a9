"""Erasures in a log's file: whom one looks for, what it empties, what it frees, and who is kept out."""
