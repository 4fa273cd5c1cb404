"""The tables, private to the stores. Every promise that can be a database constraint is one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime: ``timestamptz`` on PostgreSQL, naive UTC text on SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Refuse naive datetimes; store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime reached the database")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Hand back aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Json = JSON().with_variant(JSONB(), "postgresql")
RowId = BigInteger().with_variant(Integer(), "sqlite")

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

``signals`` are the episodes ``person`` hears of once the proposal is carried out.
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
