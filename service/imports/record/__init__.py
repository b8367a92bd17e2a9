"""What is kept of an import: its row, its files, its counts and its rejects."""
