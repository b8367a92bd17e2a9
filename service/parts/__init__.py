"""The parts of a deployment as processes: started, watched, told to end."""
