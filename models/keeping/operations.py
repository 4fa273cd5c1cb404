"""Rows of the running of it: beats, counts and alerts; each process adds its own, so that all add up."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, or_, select, tuple_, update

from models.database import insert_into
from models.ids import TeamId
from models.keeping import jobs as queue
from models.keeping.jobs import NewJob
from models.proposals import EffectState
from models.running import ALIVE, Alert, Count, Counted, Kind, Process, Shift, Standing
from models.tables.backups import restorations
from models.tables.costs import model_days
from models.tables.mirror import memory
from models.tables.operations import alerts, counts, processes
from models.tables.outbox import audit, effects

HOURS = timedelta(days=9)
"""How long is known what was counted in an hour: a week and what a week is compared with at its edges."""

SHIFTS = timedelta(days=30)
"""How long is known who was at work, after they were."""

ALERTS = timedelta(days=30)
"""How long a condition is kept that is over."""

CLOCKS, MACHINES = "clocks", timedelta(days=1)
"""Under this name memory keeps how far each machine's clock is from the database's, and for how long."""

EVERYWHERE = TeamId("*")
"""A machine's clock belongs to no team."""

EVER = ""
"""In place of an hour: since the beginning."""

INTERVENTIONS = ("dead letter tried again", "dead letter dropped")
"""What is written in the audit when somebody had to do something that the agent is there to do by itself."""

LABEL = 60
"""Characters of one label that are kept: what comes from outside must not be longer than a row can hold."""


def beat(connection: Connection, process: Process, row: int | None, now: datetime) -> int:
    """Say that ``process`` is at work; ``row`` is what the last call returned. Another row begins after a gap."""
    if row is not None:
        kept = (processes.c.id == row) & (processes.c.beat >= now - ALIVE) & (processes.c.beat <= now + ALIVE)
        goes_on = update(processes).where(kept, processes.c.began <= now).values(beat=now)
        if connection.execute(goes_on).rowcount == 1:
            return row
    new = insert(processes).values(**asdict(process), began=now, beat=now).returning(processes.c.id)
    return int(connection.execute(new).scalar_one())


def leave(connection: Connection, row: int, now: datetime) -> None:
    """The process goes, on purpose."""
    connection.execute(update(processes).where(processes.c.id == row, processes.c.beat <= now).values(ended=now))


def shifts(connection: Connection, since: datetime) -> list[Shift]:
    """Every time somebody was at work that reaches behind ``since``, oldest first."""
    wanted = select(processes).where(processes.c.beat >= since).order_by(processes.c.began, processes.c.id)
    return [
        Shift(
            Process(name=row.name, kind=Kind(row.kind), host=row.host, pid=row.pid, version=row.version),
            row.began,
            row.beat,
            row.ended,
        )
        for row in connection.execute(wanted)
    ]


def first_shift(connection: Connection) -> datetime | None:
    """When anybody was at work first, as far as that is still known."""
    found: datetime | None = connection.execute(select(func.min(processes.c.began))).scalar()
    return found


def tell_clock(connection: Connection, host: str, ahead: float, now: datetime) -> None:
    """The clock of ``host`` is so many seconds ahead of the database's, which says ``now``."""
    told = {"value": {"ahead": round(ahead, 3)}, "at": now}
    key = [memory.c.team, memory.c.about, memory.c.key]
    new = insert_into(connection, memory).values(team=EVERYWHERE, about=CLOCKS, key=host, **told)
    connection.execute(new.on_conflict_do_update(index_elements=key, set_=told))
    connection.execute(delete(memory).where(memory.c.about == CLOCKS, memory.c.at < now - MACHINES))


def clocks(connection: Connection, now: datetime) -> dict[str, float]:
    """By machine that was heard lately: seconds its clock is ahead of the database's, which says ``now``."""
    lately = memory.c.at.between(now - ALIVE, now + ALIVE)
    wanted = select(memory.c.key, memory.c.value).where(memory.c.about == CLOCKS, lately).order_by(memory.c.key)
    return {row.key: float(row.value["ahead"]) for row in connection.execute(wanted)}


# --- counts -------------------------------------------------------------------------------------------------------


def add(connection: Connection, more: Mapping[Count, int], hourly: frozenset[str], now: datetime) -> None:
    """Add to what all processes have counted; in the same order in each, so that none waits crosswise."""
    hour = hour_of(now)
    rows = [(EVER, count, n) for count, n in more.items()]
    rows += [(hour, count, n) for count, n in more.items() if count.name in hourly]
    for when, count, n in sorted(rows, key=lambda row: (row[0], row[1].name, row[1].labels)):
        labels = json.dumps([label[:LABEL] for label in count.labels])
        new = insert_into(connection, counts).values(hour=when, name=count.name, labels=labels, value=n, at=now)
        grown = {"value": counts.c.value + n, "at": now}
        where = [counts.c.hour, counts.c.name, counts.c.labels]
        connection.execute(new.on_conflict_do_update(index_elements=where, set_=grown))


def totals(connection: Connection) -> dict[Count, Counted]:
    """Everything counted since the beginning."""
    wanted = select(counts).where(counts.c.hour == EVER).order_by(counts.c.name, counts.c.labels)
    return {_count(row.name, row.labels): Counted(row.value, row.at) for row in connection.execute(wanted)}


def since(connection: Connection, name: str, first: datetime) -> dict[Count, int]:
    """What was counted under ``name`` in the hour of ``first`` and later."""
    wanted = (
        select(counts.c.labels, func.sum(counts.c.value).label("value"))
        .where(counts.c.name == name, counts.c.hour >= hour_of(first))
        .group_by(counts.c.labels)
    )
    return {_count(name, row.labels): int(row.value) for row in connection.execute(wanted)}


def hour_of(at: datetime) -> str:
    """The name of an hour; such names sort as time does."""
    return at.strftime("%Y-%m-%dT%H")


def _count(name: str, labels: str) -> Count:
    return Count(name, tuple(json.loads(labels)))


# --- alerts -------------------------------------------------------------------------------------------------------


def alerts_known(connection: Connection) -> list[Alert]:
    """Every condition that holds or has held lately."""
    rows = connection.execute(select(alerts).order_by(alerts.c.since, alerts.c.name, alerts.c.subject)).mappings()
    return [Alert(**row) for row in rows]


def keep_alerts(
    connection: Connection,
    kept: Sequence[Alert],
    gone: Sequence[tuple[str, str]],
    jobs: Sequence[NewJob],
    now: datetime,
) -> None:
    """Keep these as they are now, forget those, and plan what tells of it."""
    queue.put_all(connection, jobs, now)
    for name, subject in gone:
        connection.execute(delete(alerts).where(alerts.c.name == name, alerts.c.subject == subject))
    for each in kept:
        row = asdict(each)
        changed = {column: value for column, value in row.items() if column not in ("name", "subject")}
        new = insert_into(connection, alerts).values(**row)
        names = [alerts.c.name, alerts.c.subject]
        connection.execute(new.on_conflict_do_update(index_elements=names, set_=changed))


# --- at one moment ------------------------------------------------------------------------------------------------


def standing(connection: Connection, since: datetime, day: str, now: datetime) -> Standing:
    """What lies there; ``since`` (real time) is for what people had to do, ``day`` for what was spent."""
    unclear = select(func.count(), func.min(effects.c.first_try)).where(effects.c.state == EffectState.UNKNOWN.value)
    ambiguous, oldest = connection.execute(unclear).one()
    money = select(model_days.c.team, model_days.c.day, model_days.c.spent).where(model_days.c.day >= day)
    did = (
        select(audit.c.what, func.count())
        .where(audit.c.at >= since, audit.c.what.in_(INTERVENTIONS))
        .group_by(audit.c.what)
    )
    restored = connection.execute(select(func.count()).where(restorations.c.at >= since)).scalar_one()
    did_all = {what: number for what, number in connection.execute(did)} | ({"restored": restored} if restored else {})
    return Standing(
        ambiguous=ambiguous,
        oldest_ambiguous=max(0.0, (now - oldest).total_seconds()) if oldest else 0.0,
        spent={(TeamId(row.team), row.day): row.spent for row in connection.execute(money)},
        interventions=did_all,
    )


# --- what nobody needs any more -----------------------------------------------------------------------------------


def drop_counts(connection: Connection, now: datetime, most: int) -> int:
    """Hours gone by; what was counted since the beginning stays."""
    key = tuple_(counts.c.hour, counts.c.name, counts.c.labels)
    gone = (counts.c.hour != EVER) & (counts.c.hour < hour_of(now - HOURS))
    old = select(counts.c.hour, counts.c.name, counts.c.labels).where(gone).limit(most)
    return connection.execute(delete(counts).where(key.in_(old))).rowcount


def drop_shifts(connection: Connection, now: datetime, most: int) -> int:
    """Who was at work long ago."""
    old = select(processes.c.id).where(processes.c.beat < now - SHIFTS).order_by(processes.c.beat).limit(most)
    return connection.execute(delete(processes).where(processes.c.id.in_(old))).rowcount


def drop_alerts(connection: Connection, now: datetime, most: int) -> int:
    """Conditions that are long over, and those of a version that knew others."""
    key = tuple_(alerts.c.name, alerts.c.subject)
    over = or_(alerts.c.ended < now - ALERTS, alerts.c.held < now - 2 * ALERTS)
    old = select(alerts.c.name, alerts.c.subject).where(over).limit(most)
    return connection.execute(delete(alerts).where(key.in_(old))).rowcount
