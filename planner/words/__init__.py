"""What people call things and what they are told: names, titles, typed words, and replies as data."""
