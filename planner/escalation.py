"""The ladder: after how long a condition is told, to whom first, and to whom when it goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from models.directives import Directives, EscalateRule, Team, Watch
from models.ids import PersonId
from models.signals import Signal, SignalKind
from models.spans import Span
from models.work import Person, Snapshot
from planner.worktime import Calendar

PM = "pm"
"""The role that hears what nobody else can act on."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One step: the directive that set it, the time it waits, and where it leads."""

    step: int
    rule: str
    after: Span | None
    to: str | None
    """A channel or role of the team; ``None`` on the first rung, which is for the person concerned."""


def watched(directives: Directives, kind: SignalKind) -> tuple[str, Watch] | None:
    """The directive that says ``kind`` matters, and its thresholds; ``None`` when none does."""
    rules = ((line.id, line.rule) for line in directives.lines() if isinstance(line.rule, Watch))
    return next(((name, rule) for name, rule in rules if rule.watch is kind), None)


def escalations(directives: Directives, kind: SignalKind) -> tuple[tuple[str, EscalateRule], ...]:
    """The directives that take ``kind`` further."""
    rules = ((line.id, line.rule) for line in directives.lines() if isinstance(line.rule, EscalateRule))
    return tuple((name, rule) for name, rule in rules if rule.escalate == kind)


def ladder(directives: Directives, kind: SignalKind) -> tuple[Rung, ...]:
    """The rungs of a condition that is measured in time."""
    first = watched(directives, kind)
    start = (Rung(0, first[0], first[1].after, None),) if first else ()
    further = [(name, rule) for name, rule in escalations(directives, kind) if rule.after is not None]
    return start + tuple(Rung(n, name, rule.after, rule.to) for n, (name, rule) in enumerate(further, 1))


def climbed(
    rungs: Sequence[Rung], since: datetime, calendar: Calendar, now: datetime
) -> tuple[tuple[Rung, ...], datetime | None]:
    """The rungs reached by ``now``, and when the next one will be."""
    due = [(calendar.add(since, rung.after) if rung.after else since, rung) for rung in rungs]
    reached = tuple(rung for at, rung in due if at <= now)
    return reached, min((at for at, _ in due if at > now), default=None)


def first_of(role: str, team: Team, people: Mapping[PersonId, Person], now: datetime) -> PersonId | None:
    """Who holds ``role`` and is there, deputies last; the first of them when all are absent."""
    holders = team.people_of(role)
    return next((p for p in holders if is_here(p, people, now)), next(iter(holders), None))


def is_here(person: PersonId, people: Mapping[PersonId, Person], now: datetime) -> bool:
    """Whether nothing we know says they are absent at ``now``."""
    known = people.get(person)
    return known is None or known.is_here(now)


def destination(
    to: str, team: Team, people: Mapping[PersonId, Person], now: datetime
) -> tuple[str | None, PersonId | None]:
    """A channel of the team, or the person who holds the role; (``None``, ``None``) when it is neither."""
    return (to, None) if to in team.channels else (None, first_of(to, team, people, now))


def heard_by(signal: Signal, snapshot: Snapshot, directives: Directives) -> tuple[str | None, PersonId | None]:
    """The channel, or the one person, that hears of ``signal``: its addressee, else the PM. Never a guess."""
    team = directives.team(snapshot.team)
    if signal.addressee is None and signal.step:
        to = next((r.to for name, r in escalations(directives, signal.kind) if name == signal.rule), PM)
        channel, person = destination(to, team, snapshot.people, snapshot.now)
        if channel or person:
            return channel, person
    return None, signal.addressee or first_of(PM, team, snapshot.people, snapshot.now)
