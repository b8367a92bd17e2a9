"""The imports of the ledger: their table, their states, and what the log says of them."""
