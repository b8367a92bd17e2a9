"""One contact: found, shown, told whole, and where each event came from."""
