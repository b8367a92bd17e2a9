"""The event log: every message in one chained order, once, accepted or rejected, with the identities it made."""
