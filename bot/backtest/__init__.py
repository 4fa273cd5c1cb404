"""What the agent would have said on days gone by: the real planner over recorded facts, with hands that only write
down."""
