"""Data in, Block Kit out: pure functions that decide how the product sounds and looks in Slack."""
