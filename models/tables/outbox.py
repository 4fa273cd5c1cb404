"""What goes out into the world, and who did what."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, Text, text

from models.tables.kinds import Instant, Json, RowId, metadata

effects = Table(
    "effects",
    metadata,
    Column("id", String(20), primary_key=True),
    Column("team", String(60), nullable=False),
    Column("cycle", String(20)),
    Column("approval", String(20), ForeignKey("approvals.id")),
    Column("kind", String(24), nullable=False),
    Column("person", String(60)),
    Column("target", String(120), nullable=False),
    Column("action", Json, nullable=False),
    Column("proposal", Json, nullable=False),
    Column("payload_hash", String(20), nullable=False),
    Column("directives_version", String(20), nullable=False),
    Column("state", String(12), nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("first_try", Instant),
    Column("planned", Instant, nullable=False),
    Column("ended", Instant),
    Column("receipt", Json, nullable=False),
    Column("words", Text, nullable=False, server_default=text("''")),
    Column("gave_back", Json),
    Column("standing", Json),
    CheckConstraint("state IN ('planned','sending','sent','unknown','cancelled','dead')", name="state"),
    Index("ix_effects_state", "state"),
    Index("ix_effects_person", "person", "planned"),
    Index("ix_effects_team", "team", "planned"),
    Index("ix_effects_ended", "team", "ended"),
)
"""Actions on their way out. The id is the marker the target stores.

``gave_back`` is the attention a definite no set free, to be taken again when somebody replays it. ``standing`` is how
a look last saw the matters a sent message told of: once they are over, the message says so itself.
"""

audit = Table(
    "audit",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("at", Instant, nullable=False),
    Column("team", String(60), nullable=False),
    Column("who", String(60), nullable=False),
    Column("what", String(60), nullable=False),
    Column("about", String(200), nullable=False),
    Column("detail", Text, nullable=False),
)
"""What people did or were refused: clicks, pauses, replays."""
