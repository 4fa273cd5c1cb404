"""What may be looked into apart from a look, and what of the report that comes back may stand?"""
