"""How long the bus is waited for."""

DEADLINE = 4.0
"""Seconds the bus has to confirm a call's messages, all of them together (R8)."""
