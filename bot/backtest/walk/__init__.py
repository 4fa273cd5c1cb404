"""Days gone by, lived through once more: the real worker, planner and ledger, with a set clock and hands on paper."""
