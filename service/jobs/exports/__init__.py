"""Contacts as a file: asked for by one call, made by a process of its own, kept a day."""
