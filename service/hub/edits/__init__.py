"""Changes of many contacts at once."""
