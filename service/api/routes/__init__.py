"""The routes, a file for each room of them."""
