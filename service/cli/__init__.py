"""The command line `contacts`."""
