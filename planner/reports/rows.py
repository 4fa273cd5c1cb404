"""What lines about tickets and pull requests are made of: whose it is, what is so, and since when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from models.directives import Directives
from models.once import once
from models.work import Issue, Progress, Snapshot, Sprint
from planner.bounds.worktime import Calendar
from planner.facts.observe import blocked
from planner.hearers.moves import Move, Step
from planner.words.replies import Row


def count(number: int, noun: str) -> str:
    """``1 issue``, ``3 issues``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def issue_row(issue: Issue, why: str, snapshot: Snapshot, since: datetime | None = None) -> Row:
    """A ticket, whose it is, and what is so ``since`` then."""
    return Row(issue.key, issue.title, issue.url, owner(issue, snapshot), why, since)


def owner(issue: Issue, snapshot: Snapshot) -> str:
    """The assignee's name, ``nobody``, or that they are not on the team."""
    if issue.assignee is None:
        return "nobody"
    person = snapshot.person(issue.assignee)
    return person.name if person else "not on the team"


def movers(move: Move) -> str:
    """``Li Wei, Noor Rahman``; of more than two the first and how many more."""
    names = list(dict.fromkeys(turn.person.name for turn in move.told if turn.person))
    if len(names) > 2:
        return f"{names[0]} and {len(names) - 1} more"
    return ", ".join(names) or "not on the team"


def review_words(move: Move, calendar: Calendar, since: datetime, now: datetime, review: str = "review") -> str:
    """``waiting for review for 5 working hours``, ``no reviewer for 2 working days``."""
    what = "no reviewer" if move.step is Step.ASK_REVIEW else f"waiting for {review}"
    return f"{what} for {calendar.words(calendar.working_time_between(since, now))}"


def blocked_of(sprint: Sprint, snapshot: Snapshot, directives: Directives) -> list[tuple[Issue, datetime]]:
    """Those of the sprint's issues that are blocked, and since when."""
    every = blocked(snapshot.issues, directives.team(snapshot.team))
    return [(issue, since) for issue, since in every if issue.sprint == sprint.id]


def in_the_way(blocked: int, unowned: int) -> list[str]:
    """``1 blocked``, ``2 without an owner``: what there is of both."""
    return [*([f"{blocked} blocked"] if blocked else []), *([f"{unowned} without an owner"] if unowned else [])]


@once
def unowned_of(issues: tuple[Issue, ...]) -> Sequence[Issue]:
    """Those that are not done and that nobody has."""
    return tuple([issue for issue in issues if issue.assignee is None and issue.progress is not Progress.DONE])
