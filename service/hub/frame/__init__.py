"""What every page stands in: who may see it, how one signs in, what is remembered of a person, and the words."""
