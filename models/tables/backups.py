"""Going back in time: that an older state was put back, and until when the world may know more than we do."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, String, Table

from models.tables.kinds import Instant, RowId, metadata

restorations = Table(
    "restorations",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("at", Instant, nullable=False),
    Column("taken", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("file", String(200), nullable=False),
    CheckConstraint("until > at", name="until"),
    Index("ix_restorations_until", "until"),
)
"""Each time a backup was restored: when, of which moment it is, and until when whatever goes out for the first time is
looked up at its target first, because it may have gone out in between. All instants are real time."""
