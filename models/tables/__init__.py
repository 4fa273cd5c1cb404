"""The tables, private to the stores. Every promise that can be a database constraint is one."""
