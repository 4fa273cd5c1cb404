"""What a look found and decided, and what people were told."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, Float, ForeignKey, Index, Integer, String, Table, Text, text

from models.tables.kinds import Instant, Json, RowId, metadata

cycles = Table(
    "cycles",
    metadata,
    Column("id", String(20), primary_key=True),
    Column("team", String(60), nullable=False),
    Column("reason", String(16), nullable=False),
    Column("at", Instant, nullable=False),
    Column("directives_version", String(20), nullable=False),
    Column("signals", Json, nullable=False),
    Column("urgency", Integer, nullable=False),
    Column("next_look", Instant, nullable=False),
    Column("thought_by", String(60), nullable=False),
    Column("cost_usd", Float, nullable=False),
    Column("pressing", Text, nullable=False, server_default=text("''")),
    Column("sprint", BigInteger),
    Index("ix_cycles_team", "team", "at"),
    Index("ix_cycles_at", "at"),
)
"""Every look, and whatever else decided something. ``sprint`` is the only one it looked at; ``NULL`` = all."""

decisions = Table(
    "decisions",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("proposal_id", String(20), nullable=False),
    Column("cycle", String(20), ForeignKey("cycles.id"), nullable=False),
    Column("team", String(60), nullable=False),
    Column("verdict", String(8), nullable=False),
    Column("rule", String(60), nullable=False),
    Column("reason", Text, nullable=False),
    Column("until", Instant),
    Column("person", String(60)),
    Column("proposal", Json, nullable=False),
    Column("signals", Json, nullable=False),
    Column("at", Instant, nullable=False),
    Column("supposed", Json),
    CheckConstraint("verdict IN ('allow','ask','defer','deny')", name="verdict"),
    Index(
        "uq_decisions_settled",
        "proposal_id",
        unique=True,
        postgresql_where=text("verdict <> 'defer'"),
        sqlite_where=text("verdict <> 'defer'"),
    ),
    Index("ix_decisions_proposal", "proposal_id"),
    Index("ix_decisions_cycle", "cycle"),
    Index("ix_decisions_team", "team", "at"),
)
"""Every decision and the rule that made it. A proposal is settled once; only *defer* may repeat.

``signals`` are the episodes ``person`` hears of once the proposal is carried out. ``supposed`` is what would have been
decided of what shadow mode only records.
"""

told = Table(
    "told",
    metadata,
    Column("person", String(60), primary_key=True),
    Column("signal", String(20), primary_key=True),
    Column("team", String(60), nullable=False),
    Column("effect", String(20), nullable=False),
    Column("kind", String(40), nullable=False, server_default=text("''")),
    Column("subject", String(200), nullable=False, server_default=text("''")),
    Column("urgency", Integer, nullable=False, server_default="0"),
    Column("answered", Instant),
    Column("at", Instant, nullable=False),
    Index("ix_told_team", "team", "at"),
    Index("ix_told_effect", "effect"),
)
"""Who has been told of which episode: each once. ``kind``, ``subject`` and ``urgency`` are the Signal's as it was told.

``answered`` is when they first pressed a button of the message that told them (company time).
"""

reminders = Table(
    "reminders",
    metadata,
    Column("person", String(60), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("budget", String(12), primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("effect", String(20), nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_reminders_day", "day"),
    Index("ix_reminders_effect", "effect"),
)
"""The attention budget: one row per person, local day, budget and unit. The key is the promise."""
