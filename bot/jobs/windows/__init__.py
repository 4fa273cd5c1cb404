"""Windows: each is drawn from facts when it is opened, and settled against the record when it is filled in."""
