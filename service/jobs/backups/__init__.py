"""A whole deployment carried to another place: its files of one moment, with a manifest, and back from there."""
