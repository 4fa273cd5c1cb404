"""What a walk came to: messages, silences and totals, compared, marked, drawn, and shown on one page. Pure."""
