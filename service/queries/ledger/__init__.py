"""The ledger itself: how far it is, its entries, its rejected messages, its trail."""
