"""Conditions as people and the hub's API write them, to what a list asks."""
