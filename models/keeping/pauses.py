"""Pauses, row by row: the switch is in ``teams``, who has thrown it and until when in ``memory``; one transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, insert, select

from models.database import insert_into
from models.ids import PersonId, TeamId
from models.pauses import Pause
from models.tables.mirror import memory
from models.tables.outbox import audit
from models.tables.queue import teams
from models.work import Facts

_ABOUT, _KEY = "pause", "team"


def begin(connection: Connection, team: TeamId, pause: Pause | None, real: datetime) -> None:
    """Stop looking at ``team``, and keep who wanted it, instead of any pause before."""
    _switch(connection, team, paused=True)
    _forget(connection, team)
    if pause is None:
        return
    value = {"by": pause.by, "since": _text(pause.since), "until": _text(pause.until)}
    row = {"team": team, "about": _ABOUT, "key": _KEY, "value": value, "at": real}
    connection.execute(insert_into(connection, memory).values(**row))
    _audit(connection, team, pause.by, "paused", f"until {_text(pause.until)}" if pause.until else "", real)


def end(connection: Connection, team: TeamId, by: PersonId | None, real: datetime) -> Pause | None:
    """Look at ``team`` again; the pause that ended, ``None`` when there was none."""
    ended = of_team(connection, team)
    _switch(connection, team, paused=False)
    _forget(connection, team)
    if ended is not None:
        _audit(connection, team, by, "resumed", "" if by else "its time was over", real)
    return ended


def of_team(connection: Connection, team: TeamId) -> Pause | None:
    """The pause of a team, over or not; ``None`` when it is not paused."""
    paused = connection.execute(_paused(), {"team": team}).scalar()
    return _known(connection, team) or Pause(by=None) if paused else None


@cache
def _paused() -> Select[Any]:
    """Written once: it is asked with every reading of the mirror."""
    return select(teams.c.paused).where(teams.c.id == bindparam("team"))


def with_pause(connection: Connection, facts: Facts) -> Facts:
    """The same facts, with the pause there is."""
    return replace(facts, paused=of_team(connection, facts.team))


def ends(connection: Connection) -> list[tuple[datetime, TeamId]]:
    """When which pause ends by itself (company time), the first first."""
    timed = [(_instant(value["until"]), TeamId(team)) for team, value in connection.execute(_timed())]
    return sorted((until, team) for until, team in timed if until is not None)


@cache
def _timed() -> Select[Any]:
    """Written once: every tick asks it."""
    return select(memory.c.team, memory.c.value).where(memory.c.about == _ABOUT).order_by(memory.c.team)


def _known(connection: Connection, team: TeamId) -> Pause | None:
    wanted = select(memory.c.value).where(memory.c.team == team, memory.c.about == _ABOUT)
    value: Any = connection.execute(wanted).scalar()
    if value is None:
        return None
    return Pause(by=value["by"], since=_instant(value["since"]), until=_instant(value["until"]))


def _switch(connection: Connection, team: TeamId, *, paused: bool) -> None:
    row = insert_into(connection, teams).values(id=team, paused=paused)
    connection.execute(row.on_conflict_do_update(index_elements=[teams.c.id], set_={"paused": paused}))


def _forget(connection: Connection, team: TeamId) -> None:
    connection.execute(delete(memory).where(memory.c.team == team, memory.c.about == _ABOUT))


def _audit(connection: Connection, team: TeamId, who: PersonId | None, what: str, detail: str, real: datetime) -> None:
    row = {"team": team, "who": who or "the clock", "what": what, "about": team, "detail": detail, "at": real}
    connection.execute(insert(audit).values(**row))


def _text(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
