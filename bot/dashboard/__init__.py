"""The dashboard: what the agent does and why, in a browser, for the people of its teams; written on the server."""

from __future__ import annotations

from bot.dashboard.guard import dashboard_routes

__all__ = ["dashboard_routes"]
