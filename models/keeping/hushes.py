"""What people have put off or muted: kept once, one at a time about a thing, ended once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, and_, bindparam, or_, select, update

from models.database import insert_new
from models.hushes import End, Hush, Said, Sight, Woken
from models.ids import EffectId, HushId, PersonId, PullRequestId, TeamId
from models.keeping import living
from models.keeping.records import dump, load
from models.tables.asks import hushes
from models.tables.queue import teams
from models.work import Facts, Taken

WOKEN = timedelta(days=14)
"""How long one that has ended by itself may still have to be told of: longer than anybody's hours are closed."""

SAID = "said"
"""The part of ``state`` that is not how it looked."""

AT_ONCE = 50
"""How often the place of one that somebody else has just put there is taken: more than presses of one person's in one
moment."""


def keep(connection: Connection, hush: Hush, real: datetime) -> Hush:
    """Keep it instead of what the person had said about the same before; kept twice it is kept once.

    The team is looked at when its time comes, and the messages it is about are drawn again.
    """
    if _instead(connection, hush):
        if hush.until is not None:
            later = and_(teams.c.id == hush.team, teams.c.next_look > hush.until)
            connection.execute(update(teams).where(later).values(next_look=hush.until))
        living.redraw_told(connection, hush.team, hush.person, hush.at, real)
    found = connection.execute(select(hushes).where(hushes.c.id == hush.id)).mappings().one()
    return to_hush(found)


def _instead(connection: Connection, hush: Hush) -> bool:
    """Put it in the place of whatever is in force about the same; ``False`` when it was kept before.

    What somebody else puts there at the same moment is ended too: of any two, the one kept last holds.
    """
    in_force = and_(*_same(hush), hushes.c.ended.is_(None))
    for _ in range(AT_ONCE):
        if connection.execute(select(hushes.c.id).where(hushes.c.id == hush.id)).first() is not None:
            return False
        connection.execute(update(hushes).where(in_force).values(ended=hush.at))
        if insert_new(connection, hushes, **_row(hush)):
            return True
    raise RuntimeError(f"{AT_ONCE} others were kept about {hush.subject or hush.rule} at the same moment")


def lift(
    connection: Connection, team: TeamId, person: PersonId, which: Sequence[HushId], at: datetime, real: datetime
) -> list[Hush]:
    """End these of the person's own; returns those that still held."""
    own = and_(hushes.c.id.in_(which), hushes.c.team == team, hushes.c.person == person, hushes.c.ended.is_(None))
    rows = connection.execute(update(hushes).where(own).values(ended=at).returning(*hushes.c)).mappings().all()
    ended = [to_hush(row) for row in rows]
    if ended:
        living.redraw_told(connection, team, person, at, real)
    for said in (hush.said for hush in ended if hush.said is not None and hush.said.effect):
        living.redraw_pressed(connection, team, EffectId(said.effect), real)
    return ended


def wake(connection: Connection, woken: Sequence[Woken], at: datetime) -> None:
    """End by themselves those that still hold: of two that see it at once, one ends it."""
    for each in woken:
        one = and_(hushes.c.id == each.hush, hushes.c.ended.is_(None))
        connection.execute(update(hushes).where(one).values(ended=at, why=each.why))


def of_person(connection: Connection, team: TeamId, person: PersonId, now: datetime) -> list[Hush]:
    """What holds for ``person`` at ``now`` (company time), oldest first."""
    open_ones = and_(hushes.c.team == team, hushes.c.person == person, hushes.c.ended.is_(None))
    return [hush for hush in _listed(connection, open_ones) if hush.holds(now)]


def of_team(connection: Connection, team: TeamId, now: datetime) -> tuple[Hush, ...]:
    """All that has not ended, and what has ended by itself within ``WOKEN``, oldest first."""
    rows = connection.execute(_lasting(), {"of": team, "since": now - WOKEN}).mappings()
    return tuple(to_hush(row) for row in rows)


@cache
def _lasting() -> Select[Any]:
    """Written once: it is read at every look."""
    by_itself = and_(hushes.c.ended >= bindparam("since", type_=hushes.c.ended.type), hushes.c.why != "")
    return _in_order(and_(hushes.c.team == bindparam("of"), or_(hushes.c.ended.is_(None), by_itself)))


def with_taken(connection: Connection, facts: Facts) -> Facts:
    """The same facts, with which pull requests somebody has said they review."""
    mine = [to_hush(row) for row in connection.execute(_of_pulls(), {"team": facts.team}).mappings()]
    said = [h for h in mine if h.said is not None and h.said.end is End.TODAY]
    taken = {PullRequestId(h.subject): Taken(h.person, h.until) for h in said if h.until is not None}
    return replace(facts, taken=taken) if taken else facts


@cache
def _of_pulls() -> Select[Any]:
    """Written once: it is asked with every reading of the mirror."""
    mine = and_(hushes.c.team == bindparam("team"), hushes.c.ended.is_(None), hushes.c.subject.contains("#"))
    return _in_order(mine)


def to_hush(row: RowMapping) -> Hush:
    """The value a row stands for."""
    seen = json.loads(row["state"]) if row["state"] else {}
    said = seen.pop(SAID, None)
    return Hush(
        id=HushId(row["id"]),
        team=TeamId(row["team"]),
        person=PersonId(row["person"]),
        subject=row["subject"],
        rule=row["rule"],
        until=row["until"],
        sight=load(Sight, seen) if seen else None,
        at=row["at"],
        ended=row["ended"],
        why=row["why"],
        said=load(Said, said) if said else None,
    )


def _row(hush: Hush) -> dict[str, Any]:
    return {
        "id": hush.id,
        "team": hush.team,
        "person": hush.person,
        "subject": hush.subject,
        "rule": hush.rule,
        "until": hush.until,
        "state": _state(hush),
        "at": hush.at,
    }


def _state(hush: Hush) -> str | None:
    """How it looked, and beside that what was said of it."""
    seen = {**(dump(hush.sight) if hush.sight else {}), **({SAID: dump(hush.said)} if hush.said else {})}
    return json.dumps(seen) if seen else None


def _same(hush: Hush) -> list[ColumnElement[bool]]:
    return [
        hushes.c.team == hush.team,
        hushes.c.person == hush.person,
        hushes.c.subject == hush.subject,
        hushes.c.rule == hush.rule,
    ]


def _listed(connection: Connection, which: ColumnElement[bool]) -> list[Hush]:
    return [to_hush(row) for row in connection.execute(_in_order(which)).mappings()]


def _in_order(which: ColumnElement[bool]) -> Select[Any]:
    return select(hushes).where(which).order_by(hushes.c.at, hushes.c.id)
