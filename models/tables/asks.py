"""What people are asked, and what they do not want to hear of; what is learnt from both."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint, text

from models.tables.kinds import Instant, Json, RowId, metadata

approvals = Table(
    "approvals",
    metadata,
    Column("id", String(20), primary_key=True),
    Column("team", String(60), nullable=False),
    Column("proposal_id", String(20), nullable=False),
    Column("proposal", Json, nullable=False),
    Column("payload_hash", String(20), nullable=False),
    Column("approvers", Json, nullable=False),
    Column("asked", String(60), nullable=False),
    Column("rule", String(60), nullable=False),
    Column("directives_version", String(20), nullable=False),
    Column("state", String(12), nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("expires", Instant, nullable=False),
    Column("by", String(60)),
    Column("at", Instant),
    Column("note", Text, nullable=False, server_default=text("''")),
    Column("reminded", Instant),
    Column("passed_on", Instant),
    Column("outcome", Text, nullable=False, server_default=text("''")),
    Column("ending", String(12)),
    Column("channel", String(40)),
    Column("ts", String(40)),
    Column("put_off", Instant),
    Column("put_off_by", String(60)),
    Column("used", Integer, nullable=False, server_default="0"),
    Column("reason", String(16), nullable=False, server_default=text("''")),
    Column("edits", String(20)),
    CheckConstraint("state IN ('pending','approved','rejected','expired','superseded')", name="state"),
    Index(
        "uq_approvals_one_pending",
        "proposal_id",
        unique=True,
        postgresql_where=text("state = 'pending'"),
        sqlite_where=text("state = 'pending'"),
    ),
    Index("ix_approvals_asked", "asked", "state"),
    Index("ix_approvals_card", "channel", "ts"),
    Index("ix_approvals_reason", "team", "reason"),
    Index("ix_approvals_by", "by"),
)
"""Questions to people. Only a pending one can change, by one conditional update.

``put_off`` is when the question is brought again (company time) because ``put_off_by`` asked for that; with the reason
*too early* of a no, before when the same is not proposed again. ``used`` is how many seconds of working time its clock
had run when it was put off. ``edits`` is the question this one replaced.
"""

cards = Table(
    "cards",
    metadata,
    Column("approval", String(20), ForeignKey("approvals.id"), primary_key=True),
    Column("person", String(60), primary_key=True),
    Column("channel", String(40)),
    Column("ts", String(40)),
    Column("at", Instant, nullable=False),
    Index("ix_cards_place", "channel", "ts"),
)
"""Further copies of a question: one for each person who was asked after the first. All are drawn again together."""

hushes = Table(
    "hushes",
    metadata,
    Column("id", String(20), primary_key=True),
    Column("team", String(60), nullable=False),
    Column("person", String(60), nullable=False),
    Column("subject", String(200), nullable=False, server_default=text("''")),
    Column("rule", String(60), nullable=False, server_default=text("''")),
    Column("until", Instant),
    Column("state", Text),
    Column("at", Instant, nullable=False),
    Column("ended", Instant),
    Column("why", Text, nullable=False, server_default=text("''")),
    CheckConstraint("subject <> '' OR rule <> ''", name="about"),
    Index(
        "uq_hushes_one_in_force",
        "team",
        "person",
        "subject",
        "rule",
        unique=True,
        postgresql_where=text("ended IS NULL"),
        sqlite_where=text("ended IS NULL"),
    ),
    Index("ix_hushes_person", "person", "ended"),
    Index("ix_hushes_team", "team", "ended"),
)
"""What somebody does not want to hear of: a subject or a rule, until a moment, until it changes, or for good.
One at a time about the same.

``until`` is company time; ``state`` is what the subject looked like when it was put to sleep *until it changes*.
Neither: muted until they say otherwise. ``ended`` is when it was over (company time).
"""

observations = Table(
    "observations",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("team", String(60), nullable=False),
    Column("person", String(60)),
    Column("what", String(24), nullable=False),
    Column("about", String(120), nullable=False),
    Column("source", String(80), nullable=False),
    Column("value", Json, nullable=False),
    Column("at", Instant, nullable=False),
    UniqueConstraint("what", "about", "source"),
    Index("ix_observations_team", "team", "what", "at"),
    Index("ix_observations_person", "person"),
)
"""What experience has taught: who answered what and how soon, what was called useless, what a sprint came to.

``source`` names what it was learnt from, so that nothing counts twice. Rows of a person go when they ask.
"""
