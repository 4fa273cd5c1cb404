"""Who is signed in to the dashboard, and the links that let somebody in once."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, String, Table

from models.tables.kinds import Instant, metadata

links = Table(
    "dashboard_links",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("made", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    CheckConstraint("until > made", name="until"),
)
"""One-time links by the hash of their secret; whoever uses one deletes its row. Real time."""

visits = Table(
    "dashboard_visits",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("before", String(64)),
    Column("who", String(60), nullable=False),
    Column("form", String(64), nullable=False),
    Column("begun", Instant, nullable=False),
    Column("seen", Instant, nullable=False),
    Column("renewed", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    CheckConstraint("until > begun", name="until"),
    Index("uq_dashboard_visits_before", "before", unique=True),
    Index("ix_dashboard_visits_who", "who"),
    Index("ix_dashboard_visits_until", "until"),
)
"""One browser that is signed in, by the hash of its cookie. Real time.

``before`` is the hash that was good until ``renewed``, for requests that were on their way then. ``who`` is a Slack
user id, or *the host*: whoever holds the machine. ``form`` is what every form of that browser must carry.
"""
