"""Backups: made beside a working agent, kept by age, tried in a scratch database, and put back."""
