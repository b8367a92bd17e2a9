"""Whether the ledger is intact and up to date, what it refused, and who did what."""
