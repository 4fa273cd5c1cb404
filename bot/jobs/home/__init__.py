"""Somebody's Home: gathered from the stores, drawn, and drawn again after what changes it."""
