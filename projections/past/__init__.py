"""What was: a contact's history, why each value is what it is, past states, and the proof of the state."""
