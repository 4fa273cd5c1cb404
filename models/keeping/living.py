"""Messages that were sent and can still say what has come of what they told: found, and planned to be drawn again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, and_, bindparam, select, update

from models.actions import Escalate, RemindPerson
from models.ids import EffectId, PersonId, TeamId
from models.keeping import jobs as queue
from models.keeping.jobs import NewJob
from models.keeping.records import dump, load, load_union
from models.proposals import EffectState
from models.standing import Living, Standing
from models.tables.outbox import effects

LIVES = timedelta(days=7)
"""How long after it was planned a message is kept true; nobody reads older ones."""

QUIET, LONGEST = 30.0, 150.0
"""Seconds (real time) in which nothing more may change before a message is drawn again, and the longest it waits:
what changes a hundred times in two minutes is drawn once."""


def of_team(connection: Connection, team: TeamId, now: datetime) -> tuple[Living, ...]:
    """The team's messages of the last days, oldest first."""
    rows = connection.execute(_of_team(), {"of": team, "since": now - LIVES}).mappings()
    return tuple(living for row in rows if (living := _living(row)) is not None)


@cache
def _of_team() -> Select[Any]:
    """Put together once: it is read at every look."""
    return _alive(effects.c.team == bindparam("of"), bindparam("since", type_=effects.c.planned.type))


def on_message(connection: Connection, effect: EffectId, team: TeamId, now: datetime) -> Living | None:
    """What the message of that effect tells: of several that share it, the newest; ``None`` when it was not sent."""
    asked = _newest(connection, and_(effects.c.team == team, effects.c.id == effect), now)
    return at_place(connection, team, asked.sent["channel"], asked.sent["ts"], now) if asked else None


def at_place(connection: Connection, team: TeamId, channel: str, ts: str, now: datetime) -> Living | None:
    """What the message of the last days at that place told last; ``None`` for one that told nothing of this team."""
    there = and_(_text(effects.c.receipt, "channel") == channel, _text(effects.c.receipt, "ts") == ts)
    return _newest(connection, and_(effects.c.team == team, there), now)


def post_about(connection: Connection, team: TeamId, channel: str, subject: str, now: datetime) -> Living | None:
    """The newest post of the last days in that channel (its role) about ``subject`` that is not over."""
    posts = and_(effects.c.team == team, effects.c.kind == Escalate.kind)
    about = and_(_text(effects.c.action, "channel") == channel, _text(effects.c.action, "item", "subject") == subject)
    found = _newest(connection, and_(posts, about), now)
    return found if found is not None and not found.is_over else None


def _newest(connection: Connection, which: ColumnElement[bool], now: datetime) -> Living | None:
    """The database chooses: of a week's messages one is read."""
    placed = and_(_text(effects.c.receipt, "channel").is_not(None), _text(effects.c.receipt, "ts").is_not(None))
    latest = _sent(and_(which, placed), now).order_by(None).order_by(effects.c.planned.desc(), effects.c.id.desc())
    row = connection.execute(latest.limit(1)).mappings().first()
    return _living(row) if row else None


def _text(column: Any, *path: str) -> Any:
    return column[path if len(path) > 1 else path[0]].as_string()


def stand(connection: Connection, team: TeamId, stood: Iterable[Living], real: datetime) -> None:
    """Keep how the matters of these messages stand now, and have them drawn again once nothing more changes."""
    for each in stood:
        values = {"standing": dump(each.standing)}
        connection.execute(update(effects).where(effects.c.id == each.effect).values(**values))
        queue.put(connection, _drawing(each, team, QUIET), real)


def redraw_told(connection: Connection, team: TeamId, person: PersonId, now: datetime, real: datetime) -> None:
    """Have the messages of the last days to ``person`` drawn again at once: what they want to hear has changed."""
    theirs = and_(effects.c.team == team, effects.c.person == person)
    for row in connection.execute(_sent(theirs, now)).mappings():
        living = _living(row)
        if living is not None:
            queue.put(connection, _drawing(living, team, 0.0), real)


def redraw_about(
    connection: Connection, team: TeamId, subject: str, but: PersonId, now: datetime, real: datetime
) -> None:
    """Have the messages of the last days to others than ``but`` that tell of ``subject`` drawn again at once."""
    for living in of_team(connection, team, now):
        items = living.action.items if isinstance(living.action, RemindPerson) else ()
        if any(item.subject == subject for item in items) and getattr(living.action, "person", None) != but:
            queue.put(connection, _drawing(living, team, 0.0), real)


def redraw_pressed(connection: Connection, team: TeamId, effect: EffectId, real: datetime) -> None:
    """Have the message drawn again in which something was pressed that is taken back now."""
    job = NewJob("living", f"pressed:{effect}", team, 0, {"effect": effect}, coalesce=True)
    queue.put(connection, job, real)


_COLUMNS = (effects.c.id, effects.c.action, effects.c.receipt, effects.c.standing, effects.c.planned)


def _sent(which: ColumnElement[bool], now: datetime) -> Select[Any]:
    return _alive(which, now - LIVES)


def _alive(which: ColumnElement[bool], since: Any) -> Select[Any]:
    lives = and_(
        which,
        effects.c.planned >= since,
        effects.c.kind.in_((RemindPerson.kind, Escalate.kind)),
        effects.c.state == EffectState.SENT.value,
    )
    return select(*_COLUMNS).where(lives).order_by(effects.c.planned, effects.c.id)


def _living(row: RowMapping) -> Living | None:
    """``None`` for a message of which nobody knows where it stands."""
    receipt = row["receipt"] or {}
    if not {"channel", "ts"} <= receipt.keys():
        return None
    return Living(
        effect=EffectId(row["id"]),
        action=load_union(RemindPerson | Escalate, row["action"]),
        standing=load(Standing, row["standing"]) if row["standing"] else Standing(),
        sent={"channel": receipt["channel"], "ts": receipt["ts"]},
        at=row["planned"],
    )


def _drawing(living: Living, team: TeamId, delay: float) -> NewJob:
    return NewJob(
        kind="living",
        key=f"living:{living.sent['channel']}:{living.sent['ts']}",
        team=team,
        lane=1 if delay else 0,
        payload={"effect": living.effect},
        coalesce=True,
        delay=delay,
        max_wait=LONGEST,
    )
