"""Contacts by the page, and what is told of many: totals, values, duplicates, an overview."""
