"""Kinds of value that a member of a message or call can have: each a marshmallow field, with a fast yes beside it."""
