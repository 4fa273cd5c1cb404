"""Buttons, menus and windows: each press is settled once, on the server, against the record."""
