"""Which open tickets of a sprint will still be done: work is spent on them in the order it really goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from statistics import median

from models.directives import Team
from models.forecasts import Foretold, Stand
from models.ids import IssueKey
from models.work import Issue, Progress, Snapshot
from planner.facts.observe import blocked_since
from planner.foresight.distribution import A_HAIR, share_of
from planner.hearers.moves import unfinished_blockers

MOST_CHANGES = 3
"""Changes that are told of, and tickets one of them takes out."""

HELPS = 0.05
"""How much likelier it must become for a change to be worth a word."""

_RANKS = (
    ("highest", "blocker", "p0"),
    ("critical", "p1"),
    ("high", "major", "p2"),
    ("medium", "normal", "p3"),
    ("low", "minor", "p4"),
    ("lowest", "trivial", "p5"),
)
"""How priorities are called in Jira, the first done first; one that nobody knows counts as medium."""

_RANK_OF = {name: rank for rank, names in enumerate(_RANKS) for name in names}
_REVIEW, _DOING, _OWNED, _UNOWNED, _BLOCKED = range(5)


@dataclass(frozen=True, slots=True)
class TicketOdds:
    """An open ticket, and how likely it is done in time."""

    issue: Issue
    chance: float
    """From 0 to 1."""
    waits: bool
    """Whether it is blocked, or waits for another that is not done."""


@dataclass(frozen=True, slots=True)
class Change:
    """Tickets that might be taken out, and how likely the rest is done then."""

    without: tuple[IssueKey, ...]
    chance: float


def ticket_odds(issues: Sequence[Issue], stand: Stand, told: Foretold, seen: Snapshot, team: Team) -> list[TicketOdds]:
    """Each open one of ``issues``, in the order it will be worked at: the chance that work comes to its end in time.

    Pure: of every outcome that is foretold, what it leaves to be delivered is spent on the tickets one after another.
    One without an estimate counts as the middle one of those that have one.
    """
    ordered = in_working_order([i for i in issues if i.progress is not Progress.DONE], seen, team)
    sizes = _sizes(ordered, [issue.points for issue in issues if issue.points], by_points=stand.by_points)
    whole = sum(sizes)
    scale = stand.rest / whole if whole else 0.0
    upto = [scale * each for each in accumulate(sizes)]
    chances = [_reached(told, stand.rest, needed) for needed in upto]
    return [
        TicketOdds(issue, chance, waits=_place(issue, seen, team) == _BLOCKED)
        for issue, chance in zip(ordered, chances, strict=True)
    ]


def in_working_order(issues: Sequence[Issue], seen: Snapshot, team: Team) -> list[Issue]:
    """In review, in progress, then what somebody has by its priority, what nobody has, and last what is blocked."""
    return sorted(issues, key=lambda issue: (_place(issue, seen, team), _rank(issue), issue.created, issue.key))


def changes(tickets: Sequence[TicketOdds], stand: Stand, told: Foretold) -> tuple[Change, ...]:
    """What taking tickets out would buy, the least likely to be done first, each time one more.

    What the team will still deliver stays what is foretold of it; only what is asked of it becomes less. What is under
    way and not stuck is never proposed: the work in it would be lost.
    """
    spare = [each for each in reversed(tickets) if each.waits or each.issue.progress is Progress.TODO]
    sizes = {each.issue.key: _size(each.issue, by_points=stand.by_points) for each in spare}
    out = [each.issue.key for each in spare if sizes[each.issue.key] > 0][:MOST_CHANGES]
    found: list[Change] = []
    best = told.chance
    for count in range(1, len(out) + 1):
        without = tuple(out[:count])
        chance = _reached(told, stand.rest, stand.rest - sum(sizes[key] for key in without))
        if chance >= best + HELPS:
            found.append(Change(without, chance))
            best = chance
    return tuple(found)


def chance_without(out: Sequence[Issue], stand: Stand, told: Foretold) -> float:
    """From 0 to 1: how likely the rest is done if ``out``, open ones of the sprint, leave it."""
    return _reached(told, stand.rest, stand.rest - sum(_size(each, by_points=stand.by_points) for each in out))


def _reached(told: Foretold, rest: float, needed: float) -> float:
    """How likely at least ``needed`` units of the ``rest`` are delivered."""
    return share_of(told.outcomes, lambda difference: rest + difference >= needed - A_HAIR)


def _place(issue: Issue, seen: Snapshot, team: Team) -> int:
    if blocked_since(issue, team) is not None or any(unfinished_blockers(issue, seen)):
        return _BLOCKED
    if issue.progress is Progress.DOING:
        return _REVIEW if any(not pull.draft for pull in seen.pulls_for(issue.key)) else _DOING
    owner = seen.person(issue.assignee)
    return _UNOWNED if issue.assignee is None or (owner is not None and not owner.is_here(seen.now)) else _OWNED


def _rank(issue: Issue) -> int:
    return _RANK_OF.get((issue.priority or "").casefold(), _RANK_OF["medium"])


def _sizes(issues: Sequence[Issue], estimates: Sequence[float], *, by_points: bool) -> list[float]:
    usual = median(estimates) if estimates else 1.0
    return [_size(issue, by_points=by_points) or usual for issue in issues]


def _size(issue: Issue, *, by_points: bool) -> float:
    """Units that leave the sprint with it."""
    return (issue.points or 0.0) if by_points else 1.0
