"""What people read, as data: every number is counted here."""
