"""How far the agent is trusted: the daily log of shadow mode, its marks, and what has been earned or given back."""
