"""What the HTTP doors are made of: limits, refusals, headers, readiness. The doors themselves stand in bot.server."""
