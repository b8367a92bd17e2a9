"""Examples of calls, answers and messages; tests hold them against the service."""
