"""The SQL behind the stores: each function works inside the transaction of its caller and never commits."""
