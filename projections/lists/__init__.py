"""Lists of contacts, page by page, and what they have: attributes and tags."""
