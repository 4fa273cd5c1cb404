"""The ladder: after how long a condition is told, to whom first, and to whom when it goes on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from models.directives import Directives, EscalateRule, RepeatAfter, Route, Team, TryFirst, Watch
from models.ids import PersonId, TeamId
from models.once import once_for_each
from models.signals import Signal, SignalKind, Urgency
from models.spans import Span
from models.work import Person, Snapshot
from planner.bounds.rules import lines_with
from planner.bounds.worktime import Calendar, person_calendar

PM = "pm"
"""The role that hears what nobody else can act on."""

LEADERS = (PM, "tech_lead")
"""The roles that hear of a critical matter nobody answers, in this order, each with its deputies."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One step: the directive that set it, the time it waits, and where it leads."""

    step: int
    rule: str
    after: Span | None
    to: str | None
    """A channel or role of the team; ``None`` for the person concerned, who hears first unless a role is named."""


@once_for_each
def watched(directives: Directives, kind: SignalKind) -> tuple[str, Watch] | None:
    """The directive that says ``kind`` matters, and its thresholds; ``None`` when none does."""
    return next(((name, rule) for name, rule in lines_with(directives, Watch) if rule.watch is kind), None)


@once_for_each
def escalations(directives: Directives, kind: SignalKind) -> tuple[tuple[str, EscalateRule], ...]:
    """The directives that take ``kind`` further; one that names no place goes where escalations are routed."""
    found = ((name, rule) for name, rule in lines_with(directives, EscalateRule) if rule.escalate == kind)
    return tuple((name, rule if rule.to else _routed(rule, directives)) for name, rule in found)


def _routed(rule: EscalateRule, directives: Directives) -> EscalateRule:
    routes = (route.to for _, route in lines_with(directives, Route) if route.route == "escalations")
    return rule.model_copy(update={"to": next(routes, PM)})


def try_first(directives: Directives) -> tuple[str, Span] | None:
    """How long whoever has the next move is given before a matter goes further, and by which directive."""
    return next(((name, rule.try_first) for name, rule in lines_with(directives, TryFirst)), None)


def repeat_after(directives: Directives) -> tuple[str, Span] | None:
    """How long nobody is told again of what comes back, and by which directive."""
    return next(((name, rule.repeat_after) for name, rule in lines_with(directives, RepeatAfter)), None)


def answer_within(directives: Directives, urgency: Urgency) -> Span | None:
    """How long an answer to something so urgent is waited for; ``None`` when the next step has no clock."""
    level = next((each for name, each in directives.urgency.items() if name == urgency.name.lower()), None)
    return level.rule.answer_within if level else None


@once_for_each
def ladder(directives: Directives, kind: SignalKind) -> tuple[Rung, ...]:
    """The rungs of a condition that is measured in time."""
    first = watched(directives, kind)
    start = (Rung(0, first[0], first[1].after, first[1].tell),) if first else ()
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


def clock_ends(
    person: PersonId,
    since: datetime,
    within: Span,
    people: Mapping[PersonId, Person],
    directives: Directives,
    team: TeamId,
) -> datetime:
    """When somebody told at ``since`` has had so much of their working time; of all time while they are on call."""
    calendar = person_calendar(directives, team, people.get(person, person))
    on_call = any(m.id == person and m.on_call for m in directives.team(team).members)
    needed = calendar.length(within)
    return since + needed if on_call else calendar.add_working_time(since, needed)


def chain(first: Sequence[PersonId], owner: PersonId | None, team: Team) -> tuple[PersonId, ...]:
    """Who hears of a critical matter, one after the other, each once: ``first``, whose move it is.

    Then those who stand in for them, who owns the matter, and the leaders with their deputies.
    """
    stand_ins = [deputy for person in first for deputy in _deputies_of(person, team)]
    leaders = [person for role in LEADERS for person in team.people_of(role)]
    return tuple(dict.fromkeys([*first, *stand_ins, *([owner] if owner else []), *leaders]))


def _deputies_of(person: PersonId, team: Team) -> Iterator[PersonId]:
    for role, holders in team.roles.items():
        if person in holders:
            yield from team.roles.get(f"deputy_{role}", ())


def heard_by(signal: Signal, snapshot: Snapshot, directives: Directives) -> tuple[str | None, PersonId | None]:
    """The channel, or the one person, that hears of ``signal``: its addressee, else the PM. Never a guess."""
    team = directives.team(snapshot.team)
    if signal.addressee is None and signal.step:
        to = next((r.to for name, r in escalations(directives, signal.kind) if name == signal.rule), None)
        channel, person = destination(to or PM, team, snapshot.people, snapshot.now)
        if channel or person:
            return channel, person
    return None, signal.addressee or first_of(PM, team, snapshot.people, snapshot.now)
