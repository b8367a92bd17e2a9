"""What is kept of an import beside its row: files, counts, rejects, and what people choose."""
