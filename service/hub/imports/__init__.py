"""Files of contacts: the list of imports, the way from an upload to its last row, and what became of it."""
