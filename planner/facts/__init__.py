"""The facts of one look: the Snapshot, and whether a condition somebody named has come."""
