"""Contact state in SQLite files."""
