"""What is known of the running of it: who was at work when, what was counted, what has to be put right."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, String, Table, Text, text

from models.tables.kinds import Instant, RowId, metadata

processes = Table(
    "processes",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("name", String(20), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("host", String(120), nullable=False),
    Column("pid", Integer, nullable=False),
    Column("version", String(40), nullable=False),
    Column("began", Instant, nullable=False),
    Column("beat", Instant, nullable=False),
    Column("ended", Instant),
    CheckConstraint("kind IN ('web','worker','start')", name="kind"),
    CheckConstraint("beat >= began", name="beat"),
    Index("ix_processes_beat", "beat"),
)
"""One time of being at work of one process, from ``began`` to its last ``beat``; ``ended`` where it said goodbye.

A process whose beats stopped for a while, because it or the database stood still, begins another row. ``name`` is the
same for all rows of one process. All instants are real time.
"""

counts = Table(
    "counts",
    metadata,
    Column("hour", String(13), primary_key=True),
    Column("name", String(60), primary_key=True),
    Column("labels", String(400), primary_key=True),
    Column("value", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    CheckConstraint("value >= 0", name="value"),
    Index("ix_counts_name", "name", "hour"),
)
"""What every process has counted, added up: in an hour of real time (UTC, ``2026-11-23T09``), and with an empty
``hour`` since the beginning. ``labels`` is a JSON list; ``at`` is when it grew last."""

alerts = Table(
    "alerts",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("subject", String(80), primary_key=True),
    Column("since", Instant, nullable=False),
    Column("held", Instant, nullable=False),
    Column("told", Instant),
    Column("ended", Instant),
    Column("drawn", Instant),
    Column("times", Integer, nullable=False, server_default="1"),
    Column("words", Text, nullable=False),
    Column("message", String(120), nullable=False, server_default=text("''")),
    CheckConstraint("ended IS NULL OR told IS NOT NULL", name="ended"),
    Index("ix_alerts_message", "message"),
)
"""One condition that holds or has held lately: since when, when it was seen last, told, over and drawn last (all real
time). ``message`` names the notice that tells of it; several quiet ones share one."""
