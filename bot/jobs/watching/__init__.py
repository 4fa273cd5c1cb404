"""The agent's watch over itself: what must be put right is told once to those who run it, and said to be over."""
