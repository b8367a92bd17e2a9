"""A file of bytes as a table: its encoding, its shape, its records."""
