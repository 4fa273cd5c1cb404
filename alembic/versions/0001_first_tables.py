"""Every table of the first version.

Revision: 0001, after nothing.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    "inbox",
    "jobs",
    "teams",
    "firings",
    "facts",
    "reads",
    "memory",
    "cycles",
    "decisions",
    "told",
    "reminders",
    "approvals",
    "effects",
    "audit",
)


def upgrade() -> None:
    """Create the tables."""
    for create in (incoming, schedules, mirror, judgement, attention, asks, outgoing):
        create()


def downgrade() -> None:
    """Drop them, those that refer to others first."""
    for table in reversed(TABLES):
        op.drop_table(table)


def incoming() -> None:
    """Deliveries and the jobs they make."""
    op.create_table(
        "inbox",
        row_id(),
        words("source", 16),
        words("delivery_id", 200),
        words("name", 120),
        words("team", 60),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        instant("received"),
        words("cycle", 20, nullable=True),
        sa.Column("note", sa.Text()),
        key("inbox", "id"),
        sa.UniqueConstraint("source", "delivery_id", name="uq_inbox_source_delivery_id"),
    )
    index("ix_inbox_waiting", "inbox", "team", where="cycle IS NULL")
    index("ix_inbox_bodies", "inbox", "received", where="length(body) > 0")
    op.create_table("jobs", *job_columns())
    index("uq_jobs_one_running", "jobs", "key", where="state = 'running'", unique=True)
    index("uq_jobs_one_waiting", "jobs", "kind", "key", where="state = 'waiting' AND coalesce", unique=True)
    index("ix_jobs_due", "jobs", "state", "lane", "run_at")
    index("ix_jobs_in_line", "jobs", "key", "kind", "lane", "id", where="state = 'waiting'")


def job_columns() -> list[Any]:
    """What a job is."""
    return [
        row_id(),
        words("kind", 24),
        words("key", 200),
        sa.Column("lane", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Float(), nullable=False),
        words("team", 60),
        sa.Column("coalesce", sa.Boolean(), nullable=False),
        words("state", 12),
        instant("run_at"),
        instant("first_at"),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("token", sa.BigInteger(), server_default="0", nullable=False),
        instant("lease_until", nullable=True),
        json("payload"),
        sa.Column("error", sa.Text()),
        instant("finished", nullable=True),
        sa.CheckConstraint("state IN ('waiting','running','done','dead')", name="ck_jobs_state"),
        sa.CheckConstraint("lane BETWEEN 0 AND 2", name="ck_jobs_lane"),
        key("jobs", "id"),
    ]


def schedules() -> None:
    """Teams as the clock and the queue know them; slots that were fired."""
    op.create_table(
        "teams",
        words("id", 60),
        sa.Column("rank", sa.Float(), server_default="0", nullable=False),
        instant("next_look", nullable=True),
        sa.Column("urgency", sa.Integer(), server_default="0", nullable=False),
        sa.Column("paused", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        key("teams", "id"),
    )
    op.create_table(
        "firings",
        words("schedule", 120),
        words("slot", 40),
        instant("at"),
        sa.Column("ran", sa.Boolean(), nullable=False),
        key("firings", "schedule", "slot"),
    )


def mirror() -> None:
    """Facts, how old they are, and what was learnt."""
    op.create_table(
        "facts",
        words("team", 60),
        words("kind", 16),
        words("id", 200),
        instant("updated", nullable=True),
        instant("saved"),
        json("value"),
        key("facts", "team", "kind", "id"),
    )
    op.create_table(
        "reads",
        words("team", 60),
        words("source", 16),
        instant("at", nullable=True),
        sa.Column("error", sa.Text()),
        key("reads", "team", "source"),
    )
    op.create_table(
        "memory",
        words("team", 60),
        words("about", 120),
        words("key", 120),
        json("value"),
        instant("at"),
        key("memory", "team", "about", "key"),
    )


def judgement() -> None:
    """Cycles and their decisions."""
    op.create_table(
        "cycles",
        words("id", 20),
        words("team", 60),
        words("reason", 16),
        instant("at"),
        words("directives_version", 20),
        json("signals"),
        sa.Column("urgency", sa.Integer(), nullable=False),
        instant("next_look"),
        words("thought_by", 60),
        sa.Column("cost_usd", sa.Float(), nullable=False),
        key("cycles", "id"),
    )
    index("ix_cycles_team", "cycles", "team", "at")
    index("ix_cycles_at", "cycles", "at")
    op.create_table(
        "decisions",
        row_id(),
        words("proposal_id", 20),
        words("cycle", 20),
        words("team", 60),
        words("verdict", 8),
        words("rule", 60),
        sa.Column("reason", sa.Text(), nullable=False),
        instant("until", nullable=True),
        words("person", 60, nullable=True),
        json("proposal"),
        json("signals"),
        instant("at"),
        sa.CheckConstraint("verdict IN ('allow','ask','defer','deny')", name="ck_decisions_verdict"),
        sa.ForeignKeyConstraint(["cycle"], ["cycles.id"], name="fk_decisions_cycle"),
        key("decisions", "id"),
    )
    index("uq_decisions_settled", "decisions", "proposal_id", where="verdict <> 'defer'", unique=True)
    index("ix_decisions_proposal", "decisions", "proposal_id")
    index("ix_decisions_cycle", "decisions", "cycle")
    index("ix_decisions_team", "decisions", "team", "at")


def attention() -> None:
    """Who was told of what, and what of whose attention is spent."""
    op.create_table(
        "told",
        words("person", 60),
        words("signal", 20),
        words("team", 60),
        words("effect", 20),
        instant("at"),
        key("told", "person", "signal"),
    )
    index("ix_told_team", "told", "team", "at")
    index("ix_told_effect", "told", "effect")
    op.create_table(
        "reminders",
        words("person", 60),
        words("day", 10),
        words("budget", 12),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        words("effect", 20),
        instant("at"),
        key("reminders", "person", "day", "budget", "ordinal"),
    )
    index("ix_reminders_day", "reminders", "day")
    index("ix_reminders_effect", "reminders", "effect")


def asks() -> None:
    """Questions to people."""
    states = "state IN ('pending','approved','rejected','expired','superseded')"
    op.create_table(
        "approvals",
        words("id", 20),
        words("team", 60),
        words("proposal_id", 20),
        json("proposal"),
        words("payload_hash", 20),
        json("approvers"),
        words("asked", 60),
        words("rule", 60),
        words("directives_version", 20),
        words("state", 12),
        instant("asked_at"),
        instant("expires"),
        words("by", 60, nullable=True),
        instant("at", nullable=True),
        sa.Column("note", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("outcome", sa.Text(), server_default=sa.text("''"), nullable=False),
        words("ending", 12, nullable=True),
        words("channel", 40, nullable=True),
        words("ts", 40, nullable=True),
        sa.CheckConstraint(states, name="ck_approvals_state"),
        key("approvals", "id"),
    )
    index("uq_approvals_one_pending", "approvals", "proposal_id", where="state = 'pending'", unique=True)
    index("ix_approvals_asked", "approvals", "asked", "state")
    index("ix_approvals_card", "approvals", "channel", "ts")


def outgoing() -> None:
    """Actions on their way out, and what people did."""
    states = "state IN ('planned','sending','sent','unknown','cancelled','dead')"
    op.create_table("effects", *effect_columns(), sa.CheckConstraint(states, name="ck_effects_state"))
    index("ix_effects_state", "effects", "state")
    index("ix_effects_person", "effects", "person", "planned")
    index("ix_effects_team", "effects", "team", "planned")
    op.create_table(
        "audit",
        row_id(),
        instant("at"),
        words("team", 60),
        words("who", 60),
        words("what", 60),
        words("about", 200),
        sa.Column("detail", sa.Text(), nullable=False),
        key("audit", "id"),
    )


def effect_columns() -> list[Any]:
    """What an effect is."""
    return [
        words("id", 20),
        words("team", 60),
        words("cycle", 20, nullable=True),
        words("approval", 20, nullable=True),
        words("kind", 24),
        words("person", 60, nullable=True),
        words("target", 120),
        json("action"),
        json("proposal"),
        words("payload_hash", 20),
        words("directives_version", 20),
        words("state", 12),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        instant("first_try", nullable=True),
        instant("planned"),
        instant("ended", nullable=True),
        json("receipt"),
        sa.Column("words", sa.Text(), server_default=sa.text("''"), nullable=False),
        json("gave_back", nullable=True),
        sa.ForeignKeyConstraint(["approval"], ["approvals.id"], name="fk_effects_approval"),
        key("effects", "id"),
    ]


def words(name: str, length: int, *, nullable: bool = False) -> sa.Column[str]:
    """A short text."""
    return sa.Column(name, sa.String(length), nullable=nullable)


def instant(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    """A moment in UTC."""
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def json(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    """A value as JSON, binary on PostgreSQL."""
    return sa.Column(name, sa.JSON().with_variant(JSONB(), "postgresql"), nullable=nullable)


def row_id() -> sa.Column[int]:
    """A number the database gives; SQLite counts only in INTEGER."""
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("id", kind, autoincrement=True, nullable=False)


def key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    """The primary key."""
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{table}")


def index(name: str, table: str, *columns: str, where: str | None = None, unique: bool = False) -> None:
    """An index, over the rows ``where`` holds if given."""
    part = sa.text(where) if where else None
    op.create_index(name, table, list(columns), unique=unique, postgresql_where=part, sqlite_where=part)
