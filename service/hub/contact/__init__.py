"""One contact: its values, where each comes from, and its story."""
