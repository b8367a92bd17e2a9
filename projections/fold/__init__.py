"""From the entries of the log to the states of contacts, and what each event changed: pure."""
