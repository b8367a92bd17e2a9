"""What a deployment is made of: settings, secret, files, keys and people, and the parts that run beside it."""
