"""What came in and what is to be done about it, one row each."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from models.tables.kinds import Instant, Json, RowId, metadata

inbox = Table(
    "inbox",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("source", String(16), nullable=False),
    Column("delivery_id", String(200), nullable=False),
    Column("name", String(120), nullable=False),
    Column("team", String(60), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("received", Instant, nullable=False),
    Column("cycle", String(20)),
    Column("note", Text),
    UniqueConstraint("source", "delivery_id"),
    Index("ix_inbox_waiting", "team", postgresql_where=text("cycle IS NULL"), sqlite_where=text("cycle IS NULL")),
    Index(
        "ix_inbox_bodies",
        "received",
        postgresql_where=text("length(body) > 0"),
        sqlite_where=text("length(body) > 0"),
    ),
    Index(
        "ix_inbox_changes",
        "received",
        postgresql_where=text("name = 'changed'"),
        sqlite_where=text("name = 'changed'"),
    ),
)
"""Deliveries, byte for byte until they are old; then only that they came, so that a repeated one is still known.

``cycle IS NULL`` means no cycle has accounted for it yet.
"""

jobs = Table(
    "jobs",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("kind", String(24), nullable=False),
    Column("key", String(200), nullable=False),
    Column("lane", Integer, nullable=False),
    Column("rank", Float, nullable=False),
    Column("team", String(60), nullable=False),
    Column("coalesce", Boolean, nullable=False),
    Column("state", String(12), nullable=False),
    Column("run_at", Instant, nullable=False),
    Column("first_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("token", BigInteger, nullable=False, server_default="0"),
    Column("lease_until", Instant),
    Column("payload", Json, nullable=False),
    Column("error", Text),
    Column("finished", Instant),
    CheckConstraint("state IN ('waiting','running','done','dead')", name="state"),
    CheckConstraint("lane BETWEEN 0 AND 2", name="lane"),
    Index(
        "uq_jobs_one_running",
        "key",
        unique=True,
        postgresql_where=text("state = 'running'"),
        sqlite_where=text("state = 'running'"),
    ),
    Index(
        "uq_jobs_one_waiting",
        "kind",
        "key",
        unique=True,
        postgresql_where=text("state = 'waiting' AND coalesce"),
        sqlite_where=text("state = 'waiting' AND coalesce"),
    ),
    Index("ix_jobs_due", "state", "lane", "run_at"),
    Index(
        "ix_jobs_in_line",
        "key",
        "kind",
        "lane",
        "id",
        postgresql_where=text("state = 'waiting'"),
        sqlite_where=text("state = 'waiting'"),
    ),
)
"""Work to do. One running per key; one waiting per kind and key when coalesced; ``token`` fences zombies."""

teams = Table(
    "teams",
    metadata,
    Column("id", String(60), primary_key=True),
    Column("rank", Float, nullable=False, server_default="0"),
    Column("next_look", Instant),
    Column("urgency", Integer, nullable=False, server_default="0"),
    Column("paused", Boolean, nullable=False, server_default=text("false")),
)
"""What the clock and the queue remember of a team: its fair rank and when to look again (company time)."""

firings = Table(
    "firings",
    metadata,
    Column("schedule", String(120), primary_key=True),
    Column("slot", String(40), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("ran", Boolean, nullable=False),
)
"""One row per schedule and slot: whoever inserts it has fired it, nobody else will."""
