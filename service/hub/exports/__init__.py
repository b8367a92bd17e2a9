"""Contacts as a file to download."""
