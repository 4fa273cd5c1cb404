"""What leaves for Slack: safe text within its limits, findable again, at the pace it allows."""
