"""Log to state: the fold, the projector, and what is read from them."""
