"""CSV imports: scan, mapping, row checks, split, counts."""
