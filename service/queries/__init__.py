"""What is read, for command line, calls and pages alike."""
