"""What the simulated company consists of: people, issues with history, sprints, pull requests. Frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

FLAGGED = "customfield_10021"
SPRINT = "customfield_10020"
POINTS = "customfield_10016"
IMPEDIMENT = "10019"
"""Option id of the Flagged field's only value."""

PRIORITY_IDS = {"Highest": "1", "High": "2", "Medium": "3", "Low": "4", "Lowest": "5"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """Somebody with an Atlassian account."""

    account: str
    name: str
    zone: str
    email: str
    app: bool = False
    active: bool = True
    """False when they have left: shown by id, found by no search."""
    email_is: str = "hidden"
    """What their privacy lets Jira tell: ``shown``, ``findable`` (not shown, but searched) or ``hidden``."""


@dataclass(frozen=True, slots=True)
class Status:
    """A workflow status and the category Jira files it under."""

    id: str
    name: str
    category: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One field's row of a history entry."""

    field: str
    field_id: str
    custom: bool = False
    old: str | None = None
    old_words: str | None = None
    new: str | None = None
    new_words: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One history entry: several fields changed at once by somebody."""

    id: int
    by: str
    at: datetime
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A comment in Atlassian Document Format, with its entity properties."""

    id: int
    by: str
    at: datetime
    body: Mapping[str, Any]
    properties: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One Jira issue as it is now, with everything that ever happened to it."""

    id: int
    key: str
    project: str
    title: str
    kind: str
    status: str
    assignee: str | None
    reporter: str
    priority: str
    labels: tuple[str, ...]
    points: float | None
    due: date | None
    flagged: bool
    blocked_by: tuple[str, ...]
    sprints: tuple[int, ...]
    created: datetime
    updated: datetime
    changes: tuple[Change, ...] = ()
    comments: tuple[Comment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sprint:
    """One sprint of a board."""

    id: int
    name: str
    state: str
    board: int
    goal: str
    start: datetime | None
    end: datetime | None
    completed: datetime | None = None
    created: datetime | None = None
    """When it was written down; ``None`` where it was always there."""


@dataclass(frozen=True, slots=True)
class Board:
    """One board of a project; only a ``scrum`` board has sprints."""

    id: int
    name: str
    project: str
    kind: str = "scrum"


@dataclass(frozen=True, slots=True)
class Link:
    """Two issues that have to do with each other; what blocks what stands with the blocked issue."""

    kind: str
    inward: str
    outward: str


@dataclass(frozen=True, slots=True)
class Review:
    """What one reviewer has said: nothing yet, ``approved`` or ``changes_requested``."""

    account: str
    state: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """One build of a commit; without one named, of whatever commit the pull request ends in."""

    key: str
    state: str
    at: datetime
    commit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One entry of a pull request's activity: ``update``, ``approval``, ``changes_requested`` or ``comment``."""

    kind: str
    by: str
    at: datetime
    words: str = ""
    commit: str = ""
    """Of an update: the newest commit then."""
    on_code: bool = False
    """Of a comment: whether it stands at a line of the code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequest:
    """One pull request of a repository."""

    repository: str
    number: int
    title: str
    branch: str
    author: str
    state: str
    draft: bool
    reviews: tuple[Review, ...]
    created: datetime
    updated: datetime
    commit: str
    builds: tuple[Build, ...] = ()
    steps: tuple[Step, ...] = ()
    closed_by: str | None = None
    queued: bool = False
    tasks: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Something has just changed: the vendor's word for it, who did it, and what it is now."""

    event: str
    by: str
    at: datetime
    issue: Issue | None = None
    change: Change | None = None
    comment: Comment | None = None
    pull_request: PullRequest | None = None
    build: Build | None = None
    sprint: Sprint | None = None
    commented: bool = False
    """The change of the issue is a comment that is told elsewhere."""
    before: Sprint | None = None
