"""What everything stands on: the language of events, the bus, the log. Imports nothing of ours."""
