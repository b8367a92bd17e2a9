"""Work that takes longer than a call: a process of its own, and its outcome kept."""
