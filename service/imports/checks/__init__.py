"""What an import would come to, worked out without publishing anything."""
