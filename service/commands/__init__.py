"""What changes contacts: checked, made into signed messages, and published."""
