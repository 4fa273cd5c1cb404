"""What the vendors said last, what is remembered, and who is who."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, String, Table, Text, text

from models.tables.kinds import Instant, Json, metadata

facts = Table(
    "facts",
    metadata,
    Column("team", String(60), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("id", String(200), primary_key=True),
    Column("updated", Instant),
    Column("saved", Instant, nullable=False),
    Column("value", Json, nullable=False),
)
"""The mirror: one row per issue, pull request, sprint and person; ``updated`` is provider time, ``saved`` real time."""

reads = Table(
    "reads",
    metadata,
    Column("team", String(60), primary_key=True),
    Column("source", String(16), primary_key=True),
    Column("at", Instant),
    Column("error", Text),
)
"""When each source was last read in full (real time, ``NULL`` = never), and what went wrong since."""

memory = Table(
    "memory",
    metadata,
    Column("team", String(60), primary_key=True),
    Column("about", String(120), primary_key=True),
    Column("key", String(120), primary_key=True),
    Column("value", Json, nullable=False),
    Column("at", Instant, nullable=False),
)
"""What the agent has learnt or been told, for example a channel's chosen board; never the constitution."""

identities = Table(
    "identities",
    metadata,
    Column("person", String(60), primary_key=True),
    Column("service", String(12), primary_key=True),
    Column("account", String(200), primary_key=True),
    Column("standing", String(12), nullable=False),
    Column("name", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("since", Instant, nullable=False),
    Column("at", Instant, nullable=False),
    Column("by", String(60), nullable=False, server_default=text("''")),
    CheckConstraint("standing IN ('certain','uncertain','unknown','confirmed','refused','set')", name="standing"),
    Index(
        "uq_identities_one_owner",
        "service",
        "account",
        unique=True,
        postgresql_where=text("standing IN ('certain','confirmed','set')"),
        sqlite_where=text("standing IN ('certain','confirmed','set')"),
    ),
    Index(
        "uq_identities_one_account",
        "person",
        "service",
        unique=True,
        postgresql_where=text("standing <> 'refused'"),
        sqlite_where=text("standing <> 'refused'"),
    ),
)
"""Who is who where directives.yaml does not say: one account a person and service, one owner an account.

``since`` is company time, ``at`` real time of the last word. A refused one stays, so that it is never asked again.
"""
