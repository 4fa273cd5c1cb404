"""What was foretold of sprints, and what became of them."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, Float, Index, Integer, String, Table

from models.tables.kinds import Instant, Json, metadata

forecasts = Table(
    "forecasts",
    metadata,
    Column("team", String(60), primary_key=True),
    Column("sprint", BigInteger, primary_key=True, autoincrement=False),
    Column("day", String(10), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("stand", Json, nullable=False),
    Column("chance", Float, nullable=False),
    Column("median", Float, nullable=False),
    Column("within", Json, nullable=False),
    Column("past", BigInteger, nullable=False),
    Column("issues", Json, nullable=False),
    Column("delivered", Float),
    CheckConstraint("chance >= 0 AND chance <= 1", name="chance"),
    Index("ix_forecasts_at", "at"),
)
"""What was foretold of a sprint on a working day of its team: once a day, and not changed but for what it delivered.

``at`` is company time, ``within`` per cent to interval, ``issues`` the immutable ids of what was in the sprint;
``delivered`` is ``NULL`` until somebody knows.
"""

ended_stands = Table(
    "ended_stands",
    metadata,
    Column("team", String(60), primary_key=True),
    Column("sprint", BigInteger, primary_key=True, autoincrement=False),
    Column("tenth", Integer, primary_key=True, autoincrement=False),
    Column("ended", Instant, nullable=False),
    Column("stand", Json, nullable=False),
    Column("delivered", Float, nullable=False),
    Column("delivered_issues", BigInteger),
    Column("at", Instant),
    Index("ix_ended_stands_ended", "team", "ended"),
)
"""How a past sprint stood after each tenth of its working time (``at``), and what it delivered; in company time.

``delivered`` is in the unit of ``stand``, ``delivered_issues`` in issues whatever the unit.
"""
