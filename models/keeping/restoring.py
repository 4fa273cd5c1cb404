"""An older state was put back: what was held is let go, and what may have gone out since is looked up, not repeated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Column, Connection, Table, and_, delete, func, insert, select, update

from models.ids import EffectId
from models.keeping import jobs as queue
from models.keeping import spending
from models.proposals import Unit
from models.tables.backups import restorations
from models.tables.dashboard import links, visits
from models.tables.operations import processes
from models.tables.queue import inbox, jobs

LOOK_FIRST = timedelta(days=30)
"""How long (real time) after going back whatever goes out for the first time is looked up at its target first."""

GAP = 1_000_000
"""How far row numbers jump: replies carry a marker made of one, and those given in between must not come again."""

EFFECT = EffectId("restored")
"""Stands in the attention budget where a unit was taken because nobody knows who was written to in between."""


@dataclass(frozen=True, slots=True)
class Return:
    """What going back has changed, beyond putting back the rows."""

    released: int
    """Jobs that were being worked when the backup was made."""
    unanswered: int
    """Questions and presses that waited then, now dead letters: they may have been answered."""
    quiet: int
    """Units of attention taken for today."""


def gone_back(connection: Connection, now: datetime) -> datetime | None:
    """Since when (real time) the world may know what this ledger does not; ``None`` when it does not."""
    open_still = select(func.min(restorations.c.taken)).where(restorations.c.until > now)
    since: datetime | None = connection.execute(open_still).scalar()
    return since


def go_back(
    connection: Connection, *, file: str, taken: datetime, real: datetime, now: datetime, spent: Sequence[Unit]
) -> Return:
    """Note that this is the state of ``taken`` and make it fit to go on from; ``real`` and ``now`` are the two times.

    Nobody is signed in any more. ``spent`` are the units of attention that may have been used up today.
    """
    row = {"at": real, "taken": taken, "until": real + LOOK_FIRST, "file": file[:200]}
    connection.execute(insert(restorations).values(**row))
    released = queue.release(connection, real)
    unanswered = _bury(connection, real)
    _jump(connection, real)
    for signed_in in (links, visits):
        connection.execute(delete(signed_in))
    connection.execute(update(processes).where(processes.c.ended.is_(None)).values(ended=processes.c.beat))
    quiet = sum(_take_all(connection, unit, now) for unit in spent)
    return Return(released, unanswered, quiet)


def _bury(connection: Connection, real: datetime) -> int:
    """What people had asked or pressed and nobody had worked yet: most likely it was, a moment after the backup."""
    asked = and_(jobs.c.state == "waiting", jobs.c.lane == 0, jobs.c.payload["inbox"].as_integer().is_not(None))
    why = "it waited when the backup was made that was restored: it may have been answered"
    dead = {"state": "dead", "lease_until": None, "finished": real, "error": why}
    return connection.execute(update(jobs).where(asked).values(**dead)).rowcount


def _jump(connection: Connection, real: datetime) -> None:
    """The next delivery and the next job get numbers that nobody can have had in between."""
    stamp = real.isoformat()
    came = {"source": "slack", "delivery_id": f"restored:{stamp}", "name": "restored", "team": "-", "body": b""}
    connection.execute(insert(inbox).values(id=_beyond(connection, inbox.c.id), **came, received=real, cycle="none"))
    done = {"kind": "restored", "key": "restored", "lane": 2, "rank": 0.0, "team": "-", "coalesce": False}
    done |= {"state": "done", "run_at": real, "first_at": real, "payload": {}, "finished": real}
    connection.execute(insert(jobs).values(id=_beyond(connection, jobs.c.id), **done))
    for table in (inbox, jobs):
        set_sequence(connection, table)


def _beyond(connection: Connection, column: Column[int]) -> int:
    return int(connection.execute(select(func.max(column))).scalar() or 0) + GAP


def set_sequence(connection: Connection, table: Table) -> None:
    """The next row of ``table`` gets a number above all there are; SQLite does so by itself."""
    last = connection.execute(select(func.max(table.c.id))).scalar()
    if connection.dialect.name == "postgresql" and last:
        connection.execute(select(func.setval(func.pg_get_serial_sequence(table.name, "id"), last)))


def _take_all(connection: Connection, unit: Unit, now: datetime) -> int:
    taken = 0
    while spending.take(connection, unit, EFFECT, now):
        taken += 1
    return taken
