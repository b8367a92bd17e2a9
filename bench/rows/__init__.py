"""The table: one file a row."""
