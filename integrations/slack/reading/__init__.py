"""What is read from Slack: people, places and what was said."""
