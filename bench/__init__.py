"""What the ledger's speed and size are, against peers measured in the same run: `python -m bench`."""
