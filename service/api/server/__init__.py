"""The processes that serve the API, and their counters."""
