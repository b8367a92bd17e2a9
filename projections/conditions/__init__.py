"""What a list may ask of a contact, in values and not yet as a query."""
