"""What the commands share: what they are given, what they print, and how faults end them."""
