"""All contacts of a state, in the order in which they were created."""

from operator import attrgetter


def everybody(state):
    """Their states."""
    return sorted(state.by_identity(), key=attrgetter("contact"))
