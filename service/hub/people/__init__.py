"""Who may use the hub."""
