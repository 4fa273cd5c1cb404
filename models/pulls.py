"""Pull requests as they are: who reviews, what they said, how the builds ended; frozen when they were true."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.ids import AccountId, IssueKey, PullRequestId


class ReviewState(StrEnum):
    """What a reviewer has said last."""

    WAITING = "waiting"
    APPROVED = "approved"
    CHANGES_REQUESTED = "changes_requested"


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """One reviewer's part in a pull request."""

    reviewer: AccountId
    state: ReviewState
    at: datetime | None = None
    """When they said so; of one who waits, when they last commented."""
    asked: datetime | None = None
    """Since when a question of theirs, or a remark on the code, has had no answer from the author."""
    answered: datetime | None = None
    """When the author last answered one without a push: their turn begins again there."""


class BuildState(StrEnum):
    """What the builds of a commit come to, all of them taken together."""

    PASSED = "passed"
    FAILED = "failed"
    RUNNING = "running"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """The builds of one commit as one: one failure makes it red, else one that runs leaves it open."""

    state: BuildState
    at: datetime
    """When the last of them changed."""
    failing: tuple[str, ...] = ()
    """Names of those that failed or were stopped."""
    url: str | None = None
    """Where to look: the first that failed, else the last that changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequest:
    """One Bitbucket pull request."""

    id: PullRequestId
    title: str
    url: str
    author: AccountId | None
    state: str
    """``OPEN``, ``MERGED``, ``DECLINED`` or ``SUPERSEDED``."""
    draft: bool
    reviews: tuple[Review, ...]
    issues: tuple[IssueKey, ...]
    """Keys named in title or branch, of projects this team owns."""
    waiting_since: datetime
    """Since when a review is the next move: opened, or last updated by its author."""
    updated: datetime
    opened: datetime | None = None
    commit: str = ""
    """Hash of its newest commit, as short as Bitbucket gives it; empty when it is not known."""
    pushed_at: datetime | None = None
    """When a commit was last added after it was opened."""
    pushed_by: AccountId | None = None
    queued: bool = False
    """In the merge queue: a machine has the next move."""
    tasks: int = 0
    """Open tasks."""
    build: Build | None = None
    """The builds of ``commit``; ``None`` when there is none, or none has been read."""
    suggested: tuple[AccountId, ...] = ()
    """The repository's default reviewers but the author, read only when nobody is asked to review."""
    settled_at: datetime | None = None
    """When it was first seen merged or declined: what is said afterwards does not move it. ``None`` while open."""

    def is_at(self, commit: str) -> bool:
        """Whether ``commit``, a full or short hash, is its newest."""
        shorter, longer = sorted((self.commit, commit), key=len)
        return len(shorter) >= SHORTEST_HASH and longer.startswith(shorter)


SHORTEST_HASH = 7
"""Characters of a commit's hash that are taken to name it (git's own least)."""
