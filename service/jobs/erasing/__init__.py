"""Erasing a contact everywhere: the order to the ledger, and the places that hold something of a person (R31)."""
