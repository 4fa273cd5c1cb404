"""What one press comes to: the end of a matter, a change before a yes, a task taken."""
