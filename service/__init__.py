"""Ways in and out: settings, wiring, supervisor, command line, HTTP, imports."""
