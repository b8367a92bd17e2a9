"""The tables of `service.db`, each with the one file that knows it."""
