"""Will a running sprint be made: how likely, what is left over, which tickets carry the risk, what would help."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from models.directives import Directives
from models.forecasts import Ended, Forecast, Foretold, Stand
from models.ids import SprintId
from models.work import Facts, Issue, Snapshot, Sprint, SprintState
from planner.bounds.worktime import team_calendar
from planner.facts.observe import of_sprint
from planner.facts.observe import tickets as tickets_of
from planner.foresight.reference import foretell
from planner.foresight.standing import stand_now, there_at_its_start
from planner.foresight.tickets import Change, TicketOdds, changes, ticket_odds
from planner.foresight.trend import Record, record_of

_A_TENTH = 0.1


@dataclass(frozen=True, slots=True)
class Lore:
    """What is remembered: how earlier sprints went, what was foretold of this one, and of those that are over."""

    ended: tuple[Ended, ...] = ()
    """Of every board of the team, at every share of their time, oldest sprint first."""
    told: tuple[Forecast, ...] = ()
    """Of the sprint that is asked about, oldest first."""
    scored: tuple[Forecast, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What is foretold of a running sprint, and what it rests on."""

    day: date
    """The team's day."""
    stand: Stand
    foretold: Foretold
    spill: float
    """Units that are expected not to be done of what is the target now."""
    spill_issues: float
    """The same in tickets."""
    tickets: tuple[TicketOdds, ...]
    """Every open one, in the order it will be worked at."""
    changes: tuple[Change, ...]
    """What would make it likelier; none where nothing would."""
    before: tuple[Forecast, ...]
    """What was foretold on earlier days, oldest first."""
    record: Record | None
    boards: int
    """Of how many boards the earlier sprints are."""
    away: int
    """How many of those with open tickets are away now."""


def outlook(sprint: Sprint, facts: Facts, snapshot: Snapshot, directives: Directives, lore: Lore) -> Outlook | None:
    """What is foretold of ``sprint``; ``None`` where it does not run, is past its end, or too few ended before it.

    Pure, and a matter of milliseconds: it may be asked as often as somebody likes.
    """
    stand = _stand(sprint, facts, snapshot, directives, lore.told)
    seen = _compared(stand, lore.ended) if stand is not None else None
    if seen is None:
        return None
    stand, past, told = seen.stand, seen.past, seen.foretold
    issues, team = tickets_of(of_sprint(snapshot, sprint)), directives.team(snapshot.team)
    tickets = ticket_odds(issues, stand, told, snapshot, team)
    today = team_calendar(directives, snapshot.team).local_day(snapshot.now)
    return Outlook(
        day=today,
        stand=stand,
        foretold=told,
        spill=sum(weight * max(0.0, -difference) for difference, weight in told.outcomes),
        spill_issues=sum(1.0 - each.chance for each in tickets),
        tickets=tuple(tickets),
        changes=changes(tickets, stand, told),
        before=tuple(each for each in lore.told if each.day < today),
        record=record_of(lore.scored, told.chance),
        boards=len({each.stand.board for each in past}),
        away=_away(issues, snapshot),
    )


def known_sprints(lore: Lore) -> int:
    """How many ended sprints are known."""
    return len({each.stand.sprint for each in lore.ended})


def alike(ended: Sequence[Ended], stand: Stand) -> tuple[Ended, ...]:
    """Every earlier sprint as it stood nearest to the same share, in the same unit; what has no such stand is left out.

    A sprint counted in points is compared by its issues with one that is counted in issues.
    """
    nearest: dict[SprintId, Ended] = {}
    for each in (_in_its_unit(each, stand) for each in ended):
        known = nearest.get(each.stand.sprint) if each is not None else None
        if each is not None and (known is None or _apart(each, stand) < _apart(known, stand)):
            nearest[each.stand.sprint] = each
    return tuple(each for each in nearest.values() if _apart(each, stand) <= _A_TENTH)


def kept_of(made: Outlook, sprint: Sprint, facts: Facts, snapshot: Snapshot) -> Forecast:
    """The outlook as it is kept, to be compared one day with what became of the sprint."""
    inside = tuple([issue for issue in facts.issues if issue.sprint == sprint.id])
    return Forecast(
        team=snapshot.team,
        sprint=sprint.id,
        day=made.day,
        at=snapshot.now,
        stand=made.stand,
        chance=min(1.0, max(0.0, made.foretold.chance)),
        median=made.foretold.median,
        within=made.foretold.within,
        past=made.foretold.past,
        issues=frozenset(issue.id for issue in there_at_its_start(inside, sprint)),
    )


@dataclass(frozen=True, slots=True)
class _Compared:
    """A sprint, what earlier ones that stood alike came to, and what that says of it."""

    stand: Stand
    past: Sequence[Ended]
    foretold: Foretold


def _compared(stand: Stand, ended: Sequence[Ended]) -> _Compared | None:
    """In its own unit; by its issues where too few earlier sprints were counted in points."""
    for counted in (stand, stand.in_issues) if stand.by_points else (stand,):
        past = alike(ended, counted)
        told = foretell(counted, past)
        if told is not None:
            return _Compared(counted, past, told)
    return None


def _in_its_unit(ended: Ended, stand: Stand) -> Ended | None:
    if stand.by_points:
        return ended if ended.stand.by_points else None
    return ended.in_issues


def _apart(ended: Ended, stand: Stand) -> float:
    return abs(ended.stand.share - stand.share)


def _stand(
    sprint: Sprint, facts: Facts, snapshot: Snapshot, directives: Directives, told: Sequence[Forecast]
) -> Stand | None:
    """As it is counted of ended sprints; whoever is away does not work in it."""
    issues = tickets_of(of_sprint(snapshot, sprint))
    if sprint.state is not SprintState.ACTIVE or sprint.id not in facts.whole or not issues:
        return None
    if sprint.end is not None and sprint.end <= snapshot.now:  # there is no time left to foretell anything of
        return None
    known, calendar = {name for each in told for name in each.issues}, team_calendar(directives, snapshot.team)
    stand = stand_now(facts, sprint, snapshot.now, calendar, began_with=known)
    return replace(stand, people=max(0, stand.people - _away(issues, snapshot))) if stand is not None else None


def _away(issues: Sequence[Issue], snapshot: Snapshot) -> int:
    """How many of those who have tickets of it are away; never who."""
    owners = {issue.assignee for issue in issues if issue.assignee is not None}
    known = (snapshot.person(owner) for owner in owners)
    return sum(person is not None and not person.is_here(snapshot.now) for person in known)
