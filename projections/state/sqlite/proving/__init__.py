"""A state file held against one that was folded anew."""
