"""What experience teaches, and how everything that is known of somebody is shown to them."""
