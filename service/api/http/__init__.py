"""How the routes read calls and answer faults."""
