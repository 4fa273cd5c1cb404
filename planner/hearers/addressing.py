"""Who hears of a Signal, never somebody who is away; and in whose time its dates are told."""

from __future__ import annotations

from models.directives import Directives
from models.ids import PersonId
from models.work import Snapshot
from planner.bounds.worktime import Calendar, person_calendar, team_calendar
from planner.hearers.escalation import PM, Rung
from planner.hearers.moves import Move, is_away


def mover(move: Move, snapshot: Snapshot) -> PersonId | None:
    """The first of those whose move it is; ``None`` when they are away, or no member of the team."""
    people = (turn.person for turn in move.told if turn.person is not None)
    return next((person.id for person in people if not is_away(person, snapshot.now)), None)


def holder(role: str, snapshot: Snapshot, directives: Directives) -> PersonId | None:
    """Who holds ``role``, deputies last; ``None`` when all are away. A short absence is only a wait."""
    holders = directives.team(snapshot.team).people_of(role)
    return next((person for person in holders if _is_there(person, snapshot)), None)


def hearer(rung: Rung, move: Move | None, snapshot: Snapshot, directives: Directives) -> PersonId | None:
    """Whose move it is, on a rung that leads further whoever holds its role; the PM where it is nobody's move.

    ``None`` for a channel, and when nobody of them is there.
    """
    if rung.to is not None:
        channels = directives.team(snapshot.team).channels
        return None if rung.to in channels else holder(rung.to, snapshot, directives)
    return mover(move, snapshot) if move is not None else holder(PM, snapshot, directives)


def calendar_of(person: PersonId | None, snapshot: Snapshot, directives: Directives) -> Calendar:
    """The time in which dates are told to ``person``: theirs, and the team's when nobody in particular hears."""
    if person is None:
        return team_calendar(directives, snapshot.team)
    return person_calendar(directives, snapshot.team, snapshot.people.get(person, person))


def _is_there(person: PersonId, snapshot: Snapshot) -> bool:
    known = snapshot.people.get(person)
    return known is None or not is_away(known, snapshot.now)
