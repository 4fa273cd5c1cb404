"""What admins think of messages that shadow mode has only recorded."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, String, Table

from models.tables.kinds import Instant, metadata

marks = Table(
    "marks",
    metadata,
    Column("proposal", String(20), primary_key=True),
    Column("person", String(60), primary_key=True),
    Column("team", String(60), nullable=False),
    Column("rule", String(60), nullable=False),
    Column("useful", Boolean, nullable=False),
    Column("sent", Boolean, nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_marks_team", "team", "rule"),
    Index("ix_marks_at", "at"),
)
"""One row an admin's latest word on one message that was not sent. ``at`` is company time."""
