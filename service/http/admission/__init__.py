"""Who is let in: whose key, how often, how much of a worker, and what body."""
