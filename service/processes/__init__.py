"""The processes of a deployment: started, watched, told to end."""
