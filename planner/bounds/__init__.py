"""How much, how often and when: working time, limits of attention, and what may be said once only."""
