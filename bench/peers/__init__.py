"""What we compare with, each in a process of its own and used as its own documentation shows."""
