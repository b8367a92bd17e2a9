"""What a row is worth: its cells, its phone, its faults, and whether it is taken."""
