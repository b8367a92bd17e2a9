"""What a row is worth: its phone, its faults, and whether it is taken."""
