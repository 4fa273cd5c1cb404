"""Why a level of urgency is in force, in one sentence of facts: what the last look found, for whoever asks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain

from models.directives import Directives
from models.pulls import PullRequest
from models.signals import Signal, Urgency
from models.work import Issue, Snapshot, Sprint
from planner.bounds.worktime import days_left, team_calendar, watch_calendar
from planner.detect.blocked_too_long import blocked_words
from planner.detect.rungs import pr_name
from planner.facts.observe import blocked_since, of_sprint, running, running_sprints, tally
from planner.hearers.discretion import discreet, is_private
from planner.hearers.moves import Move, awaited
from planner.hearers.urgency import issue_urgency, levels, review_urgency, sprint_urgency

CALM = "nothing is pressing"


def pressing(level: Urgency, signals: Sequence[Signal], snapshot: Snapshot, directives: Directives) -> str:
    """The first condition found at ``level``; ``CALM`` at the lowest, where there is none.

    Signals come last: theirs is the urgency of the issue, sprint or review they are about. It is read by everybody,
    so of what only some may know it says no more than that.
    """
    if level is Urgency.LOW:
        return CALM
    return next(chain(_conditions(level, snapshot, directives), _found(level, signals, directives)), CALM)


def how_often(level: Urgency, directives: Directives) -> str:
    """The level's interval in the constitution's words: ``60 minutes``; empty when it has no line for the level."""
    rule = dict(levels(directives)).get(level)
    return str(rule.look_every) if rule else ""


def _found(level: Urgency, signals: Sequence[Signal], directives: Directives) -> Iterator[str]:
    """What was found, and last of all what everybody may know of the rest."""
    found = [signal for signal in signals if signal.urgency is level]
    yield from (signal.headline for signal in found if not is_private(signal, directives))
    yield from (discreet(signal, directives) for signal in found if is_private(signal, directives))


def _conditions(level: Urgency, snapshot: Snapshot, directives: Directives) -> Iterator[str]:
    for issue in running(snapshot):
        if issue_urgency(issue, snapshot, directives) is level:
            yield _of_issue(issue, snapshot, directives)
    for sprint in running_sprints(snapshot):
        if sprint_urgency(sprint, snapshot, directives) is level:
            yield _of_sprint(sprint, snapshot, directives)
    for pr, move in awaited(snapshot, directives):
        if review_urgency(pr, snapshot, directives, move) is level:
            yield _of_review(pr, move, snapshot, directives)


def _of_issue(issue: Issue, snapshot: Snapshot, directives: Directives) -> str:
    team = directives.team(snapshot.team)
    since = blocked_since(issue, team)
    if since is None or _is_marked(issue, snapshot, directives):
        return f"{issue.key} says that production is down"
    calendar = watch_calendar(directives, team, snapshot.person(issue.assignee))
    return f"{issue.key} has been {blocked_words(issue, since, calendar, snapshot.now)}"


def _is_marked(issue: Issue, snapshot: Snapshot, directives: Directives) -> bool:
    """Whether it is its marks that make it so urgent, blocked or not."""
    plain = replace(issue, priority=None, labels=frozenset())
    return issue_urgency(plain, snapshot, directives) is not issue_urgency(issue, snapshot, directives)


def _of_sprint(sprint: Sprint, snapshot: Snapshot, directives: Directives) -> str:
    left = days_left(team_calendar(directives, snapshot.team), snapshot.now, sprint.end) if sprint.end else ""
    return f"{sprint.name} is {tally(of_sprint(snapshot, sprint)).share:.0%} done, {left}"


def _of_review(pr: PullRequest, move: Move, snapshot: Snapshot, directives: Directives) -> str:
    person = move.turns[0].person if move.turns else None
    calendar = watch_calendar(directives, directives.team(snapshot.team), person)
    return f"{pr_name(pr)} has waited for {calendar.words(calendar.working_time_between(move.since, snapshot.now))}"
