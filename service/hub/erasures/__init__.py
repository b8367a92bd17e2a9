"""Erasures of many contacts at once."""
