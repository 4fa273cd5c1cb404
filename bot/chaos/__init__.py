"""Chaos: a team's days are played, the product is killed again and again, and what is left must be without a fault."""
