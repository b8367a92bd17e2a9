"""What imports ask of the bus, the log and contact state."""
