"""The log's entries folded into contact state: live, and from the beginning."""
