"""A log's file read: one connection, asked by subject."""
