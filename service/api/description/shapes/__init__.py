"""The shapes of arguments and answers."""
