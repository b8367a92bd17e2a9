"""Bus to log: the consumer's loop and the appender's decisions."""
