"""A constitution that watches everything about pull requests, and the situations its tests are made of."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from models.directives import Directives
from models.ids import AccountId, IssueKey
from models.pulls import Build, BuildState, PullRequest, Review, ReviewState
from models.signals import Signal
from models.work import Issue, Progress, Snapshot, SprintState
from planner.detect import detect
from tests.planner.world import BASE, DAY, LONG_AGO, constitution, issue, line, pull_request, snapshot, sprint

AGES = {
    "changes_idle": "2 business days",
    "build_red": "4 business hours",
    "merged_but_open": "1 hour",
    "done_but_open": "1 business day",
    "work_outside_sprint": "4 business hours",
}

NEXT = sprint(25, state=SprintState.FUTURE, start=None, end=None)
OVER = sprint(23, state=SprintState.CLOSED)
SPRINTS = (OVER, sprint(), NEXT)
"""Every sprint of the board: the last, the running one, the next."""


def law(tell: str | None = None, **changes: Any) -> Directives:
    """Only pull requests are watched, the first role of ``tell`` hears where one is named; else as ``constitution``."""
    role = {"tell": tell} if tell else {}
    watches = [line(name.replace("_", "-"), {"watch": name, "after": age} | role) for name, age in AGES.items()]
    return constitution(**{"objectives": {"primary": watches}, "escalation": BASE["escalation"]} | changes)


LAW = law()


def review(who: str, state: str = "waiting", **more: Any) -> Review:
    return Review(reviewer=AccountId(f"acc-{who}"), state=ReviewState(state), **more)


def wants(who: str, at: datetime = LONG_AGO, **more: Any) -> Review:
    """Somebody who has requested changes."""
    return review(who, "changes_requested", at=at, **more)


def red(at: datetime = LONG_AGO, state: BuildState = BuildState.FAILED) -> Build:
    return Build(state=state, at=at, failing=("unit-tests",))


def pull(number: int = 1, author: str | None = "bob", *reviews: Review, **more: Any) -> PullRequest:
    """An open pull request of last week; ``ann`` is asked unless ``reviews`` are given."""
    base = pull_request(number, author, waiting_since=LONG_AGO - DAY, opened=LONG_AGO - DAY)
    return replace(base, **({"reviews": reviews} if reviews else {}) | more)


def naming(*numbers: int) -> tuple[IssueKey, ...]:
    return tuple(IssueKey(f"PAY-{number}") for number in numbers)


def merged(number: int, *tickets: int, at: datetime = LONG_AGO, **more: Any) -> PullRequest:
    return pull(number, **{"issues": naming(*tickets), "state": "MERGED", "settled_at": at} | more)


def closed(number: int, **more: Any) -> Issue:
    """A ticket that was finished on Friday."""
    return issue(number, **{"status": "Done", "progress": Progress.DONE, "status_since": LONG_AGO} | more)


def begun(number: int, who: str | None = "ann", **more: Any) -> Issue:
    """A ticket in progress since before anything was merged."""
    return issue(number, who, **{"status_since": LONG_AGO - DAY} | more)


def stray(number: int, **more: Any) -> Issue:
    """A ticket of the backlog."""
    return begun(number, **{"sprint": None} | more)


def seen(*issues: Issue, **more: Any) -> Snapshot:
    return snapshot(*issues, **{"known_sprints": SPRINTS} | more)


def found(world: Snapshot, directives: Directives = LAW, kind: str = "") -> list[Signal]:
    """The Signals, of one kind when it is named."""
    return [s for s in detect(world, directives).signals if kind in ("", s.kind)]


def heard(world: Snapshot, directives: Directives = LAW, kind: str = "") -> dict[str, str | None]:
    """Short subject and addressee of every Signal; ``None`` is the PM's to hear."""
    return {s.subject.rpartition("/")[2]: s.addressee for s in found(world, directives, kind)}
