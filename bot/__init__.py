"""The doors, and the one place where the parts are joined."""
