"""What nobody needs any more goes, a batch at a time, so that years of work leave a database of months."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Delete, Select, Table, delete, exists, func, or_, select, text, tuple_, update

from models.keeping import costs, documents, forecasts, operations, retention, trust
from models.keeping.facts import KEY, restamp
from models.keeping.observations import ABSENCES, KEPT
from models.lessons import What
from models.proposals import Verdict
from models.tables.asks import hushes, observations
from models.tables.looks import cycles, decisions
from models.tables.mirror import facts, memory
from models.tables.outbox import audit
from models.tables.queue import firings, inbox, jobs

JOBS = timedelta(days=7)
"""How long a finished job is kept, for whoever asks what ran."""

BODIES = timedelta(days=30)
"""How long a delivery can be read again; its id is kept for longer, so that a repeated one is still known."""

DELIVERIES = timedelta(days=400)
"""How long the id of a delivery is kept: vendors repeat within hours, and who replays an older one only has us look."""

FIRINGS = timedelta(days=90)
"""How long a slot that was fired is kept; the last one of each schedule stays."""

OFTEN = timedelta(days=2)
"""The same for schedules that fire every few minutes: nobody asks for any slot of them but the last."""

AUDIT = timedelta(days=365)
"""How long is kept what people did."""

CYCLES = timedelta(days=30)
"""How long a look is kept from which nothing followed; one that settled something as long as what it settled."""

HUSHES = timedelta(days=90)
"""How long is kept what somebody had put off or muted, after it has ended."""

DOCUMENTS = timedelta(days=365)
"""How long a report of a delegated task is kept."""

FORECASTS = timedelta(days=730)
"""How long a forecast is kept, that its hit rate rests on two years of sprints."""

KEYS = timedelta(days=30)
"""How long it is remembered that something only looks like an issue key; while it is written it is asked anew daily."""

THREADS = timedelta(days=14)
"""How long a Slack thread in which we were asked is remembered after the last word said there to us; and a Home that
was opened, and of a daily summary who took what of it."""

AWAY = timedelta(days=60)
"""How long is kept when who was away, for a back-test: a little more than three sprints."""

BATCH = 500
"""Rows of one transaction: the only writer of SQLite is held for a few milliseconds."""

ROUNDS = 200
"""Transactions of one kind in one call: at most 100,000 rows a day of each."""

_EVERY_MINUTES = ("sync", "past", "look")

Step = Callable[[Connection, datetime, int], int]
"""Tidy at most that many rows of one kind as of a moment; returns how many."""


def _jobs(connection: Connection, real: datetime, most: int) -> int:
    return _drop(connection, jobs, select(jobs.c.id).where(jobs.c.state == "done", jobs.c.finished < real - JOBS), most)


def _bodies(connection: Connection, real: datetime, most: int) -> int:
    """Deliveries that somebody has accounted for, and that no job, not even a dead letter, may still read."""
    needed = jobs.c.payload["inbox"].as_integer()
    old = select(inbox.c.id).where(
        inbox.c.received < real - BODIES,
        text("length(body) > 0"),  # the words of ix_inbox_bodies
        inbox.c.cycle.is_not(None),
        inbox.c.id.not_in(select(needed).where(jobs.c.state != "done", needed.is_not(None))),
    )
    emptied = update(inbox).where(inbox.c.id.in_(old.order_by(inbox.c.received).limit(most))).values(body=b"")
    return connection.execute(emptied).rowcount


def _deliveries(connection: Connection, real: datetime, most: int) -> int:
    """Those whose body went long ago: what still has one is needed, or waits for its look."""
    old = (inbox.c.received < real - DELIVERIES) & (func.length(inbox.c.body) == 0) & inbox.c.cycle.is_not(None)
    return _drop(connection, inbox, select(inbox.c.id).where(old), most)


def _firings(connection: Connection, real: datetime, most: int) -> int:
    later = firings.alias("later")
    is_not_last = exists().where(later.c.schedule == firings.c.schedule, later.c.slot > firings.c.slot)
    often = or_(firings.c.schedule == "watch", *(firings.c.schedule.startswith(f"{what}:") for what in _EVERY_MINUTES))
    over = or_(firings.c.at < real - FIRINGS, (firings.c.at < real - OFTEN) & often)
    old = select(firings.c.schedule, firings.c.slot).where(over, is_not_last)
    slot = tuple_(firings.c.schedule, firings.c.slot)
    return connection.execute(delete(firings).where(slot.in_(old.limit(most)))).rowcount


def _audit(connection: Connection, real: datetime, most: int) -> int:
    return _drop(connection, audit, select(audit.c.id).where(audit.c.at < real - AUDIT), most)


def _keys(connection: Connection, real: datetime, most: int) -> int:
    none = (facts.c.kind == KEY) & facts.c.value["issue"].as_string().is_(None) & (facts.c.saved < real - KEYS)
    for team in connection.execute(select(facts.c.team).where(none).distinct().order_by(facts.c.team)).scalars().all():
        restamp(connection, team, real)
    place = tuple_(facts.c.team, facts.c.kind, facts.c.id)
    old = select(facts.c.team, facts.c.kind, facts.c.id).where(none).limit(most)
    return connection.execute(delete(facts).where(place.in_(old))).rowcount


def _threads(connection: Connection, real: datetime, most: int) -> int:
    told = memory.c.about.in_(("thread", "stopped", "home")) | memory.c.about.like("digest:%")
    threads = told & (memory.c.at < real - THREADS)
    place = tuple_(memory.c.team, memory.c.about, memory.c.key)
    old = select(memory.c.team, memory.c.about, memory.c.key).where(threads).limit(most)
    return connection.execute(delete(memory).where(place.in_(old))).rowcount


def _absences(connection: Connection, real: datetime, most: int) -> int:
    place = tuple_(memory.c.team, memory.c.about, memory.c.key)
    old = select(memory.c.team, memory.c.about, memory.c.key)
    gone = old.where(memory.c.about == ABSENCES, memory.c.at < real - AWAY).limit(most)
    return connection.execute(delete(memory).where(place.in_(gone))).rowcount


def _cycles(connection: Connection, now: datetime, most: int) -> int:
    """Cycles, with their decisions, in which everything was put off or there was nothing to decide."""
    settled = exists().where(decisions.c.cycle == cycles.c.id, decisions.c.verdict != Verdict.DEFER.value)
    old = select(cycles.c.id).where(cycles.c.at < now - CYCLES, ~settled).order_by(cycles.c.at).limit(most)
    gone = connection.execute(old).scalars().all()
    connection.execute(delete(decisions).where(decisions.c.cycle.in_(gone)))
    return connection.execute(delete(cycles).where(cycles.c.id.in_(gone))).rowcount


def _observations(connection: Connection, now: datetime, most: int) -> int:
    """What somebody has set right themselves stays until they delete it."""
    old = select(observations.c.id).where(observations.c.at < now - KEPT, observations.c.what != What.SAID.value)
    return _drop(connection, observations, old, most)


def _hushes(connection: Connection, now: datetime, most: int) -> int:
    return _drop(connection, hushes, select(hushes.c.id).where(hushes.c.ended < now - HUSHES), most)


def _model_calls(connection: Connection, now: datetime, most: int) -> int:
    return costs.drop_calls(connection, now - retention.SETTLED, most)


def _documents(connection: Connection, now: datetime, most: int) -> int:
    return documents.drop_documents(connection, now - DOCUMENTS, most)


def _forecasts(connection: Connection, now: datetime, most: int) -> int:
    return forecasts.drop_forecasts(connection, now - FORECASTS, most)


def _marks(connection: Connection, now: datetime, most: int) -> int:
    return trust.drop_marks(connection, now - retention.SETTLED, most)


REAL: Mapping[str, Step] = {
    "jobs": _jobs,
    "bodies": _bodies,
    "deliveries": _deliveries,
    "firings": _firings,
    "audit": _audit,
    "keys": _keys,
    "threads": _threads,
    "absences": _absences,
    "counts": operations.drop_counts,
    "shifts": operations.drop_shifts,
    "alerts": operations.drop_alerts,
}
"""What ages in real time."""

COMPANY: Mapping[str, Step] = {
    **retention.STEPS,
    "observations": _observations,
    "cycles": _cycles,
    "hushes": _hushes,
    "model_calls": _model_calls,
    "documents": _documents,
    "forecasts": _forecasts,
    "marks": _marks,
}
"""What ages in company time."""


def _drop(connection: Connection, table: Table, old: Select[Any], most: int) -> int:
    gone: Delete = delete(table).where(table.c.id.in_(old.order_by(table.c.id).limit(most)))
    return connection.execute(gone).rowcount


# --- how long each table's rows live --------------------------------------------------------------------------------

LIVES: Mapping[str, tuple[str, ...]] = {
    "inbox": ("bodies", "deliveries"),
    "jobs": ("jobs",),
    "firings": ("firings",),
    "counts": ("counts",),
    "processes": ("shifts",),
    "alerts": ("alerts",),
    "facts": ("keys",),
    "memory": ("threads", "absences"),
    "cycles": ("cycles",),
    "decisions": ("decisions", "cycles"),
    "told": ("told",),
    "reminders": ("reminders",),
    "approvals": ("approvals",),
    "cards": ("approvals",),
    "effects": ("effects",),
    "hushes": ("hushes",),
    "observations": ("observations",),
    "audit": ("audit",),
    "model_calls": ("model_calls",),
    "model_days": ("model_calls",),
    "documents": ("documents",),
    "forecasts": ("forecasts",),
    "ended_stands": ("forecasts",),
    "marks": ("marks",),
}
"""Which steps let go of the rows of each table."""

BOUNDED: Mapping[str, str] = {
    "teams": "one row a team that was ever looked at",
    "reads": "one row a team and source",
    "identities": "a few rows a person; whoever leaves the constitution is let go by the next search",
    "restorations": "one row each time somebody restores a backup",
    "dashboard_links": "each goes when it is used, or with the next sign-in after its time is over",
    "dashboard_visits": "each goes with the next sign-in after it is over or was idle for too long",
}
"""Tables that nothing is tidied out of, and why they stay small.

``facts`` and ``memory`` hold, beside what goes by its age, one row for each thing there is: an issue, a person, a
sprint; a reading that does not mention one lets go of it.
"""
