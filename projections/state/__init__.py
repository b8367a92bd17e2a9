"""Contact state: its generations, its digests, and the files that hold it."""
