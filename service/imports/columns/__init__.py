"""What the columns of a file become: attributes, by name and by what is chosen, and what their cells say."""
