"""How soon to look again, and which of two messages goes first: the levels of the constitution, applied."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.directives import Directives, LookEvery
from models.once import once
from models.proposals import Decided
from models.pulls import PullRequest
from models.signals import Findings, Signal, Urgency
from models.spans import Span
from models.work import Issue, Snapshot, Sprint
from planner.bounds.worktime import team_calendar, watch_calendar
from planner.facts.observe import blocked_since, of_sprint, running, running_sprints, tally
from planner.hearers.moves import Move, awaited, whose_move

_HIGHEST_FIRST = tuple((level, level.name.lower()) for level in sorted(Urgency, reverse=True))

UNSAID = Span(3, "hour", business=False)
"""How often to look when the constitution has no line for a level."""

SOONEST = timedelta(minutes=1)
"""Two looks are never closer than this, whatever a rule says: a mistake must not become a busy loop."""


def urgency_of(signals: Sequence[Signal], snapshot: Snapshot, directives: Directives) -> Urgency:
    """The highest level with one condition that holds; ``LOW`` when none does."""
    found = [signal.urgency for signal in signals]
    found += [issue_urgency(issue, snapshot, directives) for issue in running(snapshot)]
    found += [sprint_urgency(sprint, snapshot, directives) for sprint in running_sprints(snapshot)]
    found += [review_urgency(pr, snapshot, directives, move) for pr, move in awaited(snapshot, directives)]
    return max(found, default=Urgency.LOW)


def next_look(
    level: Urgency, findings: Findings, decided: Sequence[Decided], directives: Directives, now: datetime
) -> datetime:
    """The earliest of: the level's interval, the moment a condition ripens, the end of a wait."""
    rule = dict(levels(directives)).get(level)
    every = rule.look_every if rule else UNSAID
    # A look has no person whose working hours an interval could be counted in: the first team's serve.
    moments = [team_calendar(directives, directives.teams[0].id).add(now, every)]
    moments += [findings.ripens] if findings.ripens else []
    moments += [each.decision.until for each in decided if each.decision.until]
    return max(min(moments), now + SOONEST)


@once
def levels(directives: Directives) -> Sequence[tuple[Urgency, LookEvery]]:
    """The constitution's levels, the most urgent first."""
    said = {str(name): level.rule for name, level in directives.urgency.items()}
    return tuple((level, said[name]) for level, name in _HIGHEST_FIRST if name in said)


def issue_urgency(issue: Issue, snapshot: Snapshot, directives: Directives) -> Urgency:
    """How urgent one unfinished issue is: production down, or blocked for long or by much."""
    since = blocked_since(issue, directives.team(snapshot.team))
    if since is None and _bears_no_mark(issue, directives):
        return Urgency.LOW
    for level, rule in levels(directives):
        if _production_down(issue, rule) or (since and _blocks_long(issue, since, rule, snapshot, directives)):
            return level
    return Urgency.LOW


@dataclass(frozen=True, slots=True)
class Down:
    """What on an issue says that production is down, and how urgent the constitution calls that."""

    urgency: Urgency
    priority: str | None
    """``None`` where the constitution asks for no priority."""
    labels: tuple[str, ...]
    """Those of its labels that are marks."""


def down(issue: Issue, directives: Directives) -> Down | None:
    """The highest level by whose marks ``issue`` says that production is down; ``None`` when none does."""
    if _bears_no_mark(issue, directives):
        return None
    level, rule = next((each for each in levels(directives) if _production_down(issue, each[1])), (None, None))
    if level is None or rule is None or rule.production_down is None:
        return None
    wanted = {label.casefold() for label in rule.production_down.labels}
    labels = tuple(sorted(label for label in issue.labels if label.casefold() in wanted))
    return Down(level, issue.priority if rule.production_down.priorities else None, labels)


def sprint_urgency(sprint: Sprint, snapshot: Snapshot, directives: Directives) -> Urgency:
    """How urgent it is that a sprint is behind, by what is done and the working days left."""
    if sprint.end is None:
        return Urgency.LOW
    left = team_calendar(directives, snapshot.team).days_until(snapshot.now, sprint.end)
    share = tally(of_sprint(snapshot, sprint)).share
    for level, rule in levels(directives):
        if rule.done_below is not None and share < rule.done_below and left <= (rule.days_left or 0):
            return level
    return Urgency.LOW


def review_urgency(pr: PullRequest, snapshot: Snapshot, directives: Directives, move: Move | None = None) -> Urgency:
    """How urgent a waiting review is, by its age and by the issues it is for."""
    team = directives.team(snapshot.team)
    move = move or whose_move(pr, snapshot, directives)
    calendar = watch_calendar(directives, team, move.turns[0].person if move.turns else None)
    issues = [issue for key in pr.issues if (issue := snapshot.issue(key))]
    for level, rule in levels(directives):
        if any(_production_down(issue, rule) for issue in issues):
            return level
        waited = rule.review_waiting and calendar.passed(move.since, rule.review_waiting, snapshot.now)
        if waited and _is_meant(issues, rule):
            return level
    return Urgency.LOW


def _is_meant(issues: Sequence[Issue], rule: LookEvery) -> bool:
    """Whether the rule speaks of reviews for these tickets."""
    wanted = {priority.casefold() for priority in rule.review_priorities}
    return not wanted or any((issue.priority or "").casefold() in wanted for issue in issues)


def _bears_no_mark(issue: Issue, directives: Directives) -> bool:
    """Whether no level could take it for production being down: like most tickets it has no label."""
    return not issue.labels and not _marked_by_priority(directives)


@once
def _marked_by_priority(directives: Directives) -> bool:
    """Whether at some level a priority is mark enough."""
    marks = (rule.production_down for _, rule in levels(directives))
    return any(each is not None and each.priorities and not each.labels for each in marks)


def says_down(priority: str | None, labels: Collection[str], directives: Directives) -> bool:
    """Whether a ticket with these says that production is down, at whatever level the constitution calls it so."""
    return any(_marked(priority, labels, rule) for _, rule in levels(directives))


def _production_down(issue: Issue, rule: LookEvery) -> bool:
    return _marked(issue.priority, issue.labels, rule)


def _marked(given: str | None, borne: Collection[str], rule: LookEvery) -> bool:
    """Any of the priorities together with any of the labels; an empty list asks for nothing."""
    marks = rule.production_down
    if marks is None or not (marks.priorities or marks.labels) or (marks.labels and not borne):
        return False
    priority = (given or "").casefold()
    labels = {label.casefold() for label in borne}
    return (not marks.priorities or priority in {p.casefold() for p in marks.priorities}) and (
        not marks.labels or not labels.isdisjoint(label.casefold() for label in marks.labels)
    )


def _blocks_long(issue: Issue, since: datetime, rule: LookEvery, snapshot: Snapshot, directives: Directives) -> bool:
    if rule.blocked_for is None:
        return False
    calendar = watch_calendar(directives, directives.team(snapshot.team), snapshot.person(issue.assignee))
    if not calendar.passed(since, rule.blocked_for, snapshot.now):
        return False
    least = rule.blocker_of or 1
    return least == 1 or _held_up(issue, snapshot) >= least


def _held_up(issue: Issue, snapshot: Snapshot) -> int:
    """How many issues wait for this one, or for the blocker it shares with most others."""
    return max(1, *(snapshot.held_up.get(key, 0) for key in (issue.key, *issue.blocked_by)))
