"""Will a running sprint be made: how likely, what is left over, which tickets carry the risk, what would help."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from models.directives import Directives
from models.forecasts import Ended, Forecast, Foretold, Stand
from models.work import Facts, Issue, Snapshot, Sprint, SprintState
from planner.bounds.worktime import team_calendar
from planner.facts.observe import of_sprint
from planner.foresight.reference import ENOUGH, foretell
from planner.foresight.standing import stand_now
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
    """What is foretold of ``sprint``; ``None`` where it does not run, or fewer than ``ENOUGH`` earlier ones are known.

    Pure, and a matter of milliseconds: it may be asked as often as somebody likes.
    """
    stand = _stand(sprint, facts, snapshot, directives, lore.told)
    past = alike(lore.ended, stand) if stand is not None else ()
    told = foretell(stand, past) if stand is not None else None
    if stand is None or told is None:
        return None
    issues, team = of_sprint(snapshot, sprint), directives.team(snapshot.team)
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
        boards=len({each.stand.board for each in past if each.stand.by_points is stand.by_points}),
        away=_away(issues, snapshot),
    )


def known_sprints(lore: Lore) -> int:
    """How many ended sprints are known."""
    return len({each.stand.sprint for each in lore.ended})


def lacking(lore: Lore) -> int:
    """How many more ended sprints a forecast needs."""
    return max(0, ENOUGH - known_sprints(lore))


def alike(ended: Sequence[Ended], stand: Stand) -> tuple[Ended, ...]:
    """Every earlier sprint, once for each board, as it stood nearest to the same share; those in other units too."""
    nearest: dict[tuple[int, int], Ended] = {}
    for each in ended:
        place = (each.stand.sprint, each.stand.board)
        known = nearest.get(place)
        if known is None or abs(each.stand.share - stand.share) < abs(known.stand.share - stand.share):
            nearest[place] = each
    return tuple(each for each in nearest.values() if abs(each.stand.share - stand.share) <= _A_TENTH)


def kept_of(made: Outlook, sprint: Sprint, facts: Facts, snapshot: Snapshot) -> Forecast:
    """The outlook as it is kept, to be compared one day with what became of the sprint."""
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
        issues=frozenset(issue.id for issue in facts.issues if issue.sprint == sprint.id),
    )


def _stand(
    sprint: Sprint, facts: Facts, snapshot: Snapshot, directives: Directives, told: Sequence[Forecast]
) -> Stand | None:
    """As it is counted of ended sprints; whoever is away does not work in it."""
    issues = of_sprint(snapshot, sprint)
    if sprint.state is not SprintState.ACTIVE or sprint.id not in facts.whole or not issues:
        return None
    here = {issue.id for issue in issues}
    removed = len({name for each in told for name in each.issues} - here)
    calendar = team_calendar(directives, snapshot.team)
    stand = stand_now(facts, sprint, snapshot.now, calendar, removed=removed)
    return replace(stand, people=max(0, stand.people - _away(issues, snapshot))) if stand is not None else None


def _away(issues: Sequence[Issue], snapshot: Snapshot) -> int:
    """How many of those who have tickets of it are away; never who."""
    owners = {issue.assignee for issue in issues if issue.assignee is not None}
    known = (snapshot.person(owner) for owner in owners)
    return sum(person is not None and not person.is_here(snapshot.now) for person in known)
