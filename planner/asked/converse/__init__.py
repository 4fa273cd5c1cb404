"""Plain words that no rule understood, answered with a model: its tools, its facts, what becomes of what it says."""
