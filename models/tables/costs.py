"""What models cost, and what Claude Code was asked to write."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, Float, Index, Integer, String, Table, Text, text

from models.tables.kinds import Instant, Json, metadata

model_days = Table(
    "model_days",
    metadata,
    Column("team", String(60), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("spent", BigInteger, nullable=False),
    CheckConstraint("spent >= 0", name="spent"),
)
"""What thinking has cost a team on a day of its own, in billionths of a dollar; held money counts in full."""

model_calls = Table(
    "model_calls",
    metadata,
    Column("id", String(20), primary_key=True),
    Column("team", String(60), nullable=False),
    Column("day", String(10), nullable=False),
    Column("at", Instant, nullable=False),
    Column("asker", String(60)),
    Column("cycle", String(20)),
    Column("purpose", String(12), nullable=False),
    Column("prompt", String(40), nullable=False),
    Column("size", String(8), nullable=False),
    Column("model", String(60), nullable=False, server_default=text("''")),
    Column("state", String(8), nullable=False),
    Column("cost", BigInteger, nullable=False),
    Column("read", Integer, nullable=False, server_default="0"),
    Column("written", Integer, nullable=False, server_default="0"),
    Column("cached", Integer, nullable=False, server_default="0"),
    Column("kept", Integer, nullable=False, server_default="0"),
    Column("kept_long", Integer, nullable=False, server_default="0"),
    Column("stop", String(40), nullable=False, server_default=text("''")),
    Column("request", String(80), nullable=False, server_default=text("''")),
    Column("seconds", Float, nullable=False, server_default="0"),
    Column("trouble", Text, nullable=False, server_default=text("''")),
    CheckConstraint("cost >= 0", name="cost"),
    CheckConstraint("state IN ('held', 'settled', 'lost', 'free')", name="state"),
    Index("ix_model_calls_day", "day", "team"),
    Index("ix_model_calls_cycle", "cycle"),
    Index("ix_model_calls_at", "at"),
)
"""Each call to a model: what was wanted, what it cost. ``cost`` is the worst case while it is held."""

documents = Table(
    "documents",
    metadata,
    Column("id", String(20), primary_key=True),
    Column("team", String(60), nullable=False),
    Column("asker", String(60)),
    Column("task", String(40), nullable=False),
    Column("about", String(200), nullable=False),
    Column("state", String(8), nullable=False),
    Column("runs", Integer, nullable=False, server_default="0"),
    Column("begun", Instant, nullable=False),
    Column("ended", Instant),
    Column("title", String(200), nullable=False, server_default=text("''")),
    Column("summary", Json, nullable=False),
    Column("body", Json, nullable=False),
    Column("markdown", Text, nullable=False, server_default=text("''")),
    Column("cost", BigInteger, nullable=False, server_default="0"),
    Column("trouble", Text, nullable=False, server_default=text("''")),
    Column("dropped", Integer, nullable=False, server_default="0"),
    Column("shown", Json, nullable=False),
    CheckConstraint("state IN ('running', 'broken', 'done')", name="state"),
    CheckConstraint("cost >= 0", name="cost"),
    Index("ix_documents_begun", "begun"),
)
"""Each delegated task and its report; its id is that of the effect that carried it out."""
