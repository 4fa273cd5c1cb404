"""What of two states of the work a webhook would have told at once, and what the next reading would have found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from models.ids import IssueKey
from models.pulls import PullRequest
from models.work import Facts, Issue

Kept = TypeVar("Kept", Issue, PullRequest)

TOLD = ("key", "status", "progress", "assignee", "priority", "sprint", "flagged_since")
"""Of an issue, what is a reason to look at once (``planner.triggers.TABLE``)."""

SILENT = frozenset(TOLD) | {"updated"}


@dataclass(frozen=True, slots=True)
class Tidings:
    """How one state differs from another."""

    tickets: frozenset[IssueKey] = field(default=frozenset())
    """Those of which a webhook was a reason to look."""
    others: bool = False
    """The same of a pull request or a sprint."""
    found: bool = False
    """Something that no look follows, until it is read with everything else."""

    @property
    def any(self) -> bool:
        """Whether anything was a reason to look at once."""
        return self.others or bool(self.tickets)


def tidings(before: Facts, after: Facts) -> Tidings:
    """What became known with ``after``."""
    changed = list(_differing(before.issues, after.issues))
    told = frozenset(each.key for old, new in changed if _is_told(old, new) and (each := new or old) is not None)
    pulls = list(_differing(before.pull_requests, after.pull_requests))
    others = before.sprints != after.sprints or any(_has_moved(old, new) for old, new in pulls)
    return Tidings(told, others, found=len(told) < len(changed))


def _differing(before: Sequence[Kept], after: Sequence[Kept]) -> Iterator[tuple[Kept | None, Kept | None]]:
    """What is there in one alone, and what is not the same: of hundreds hardly one is not the very same thing."""
    same = set(map(id, before)) & set(map(id, after))
    left = {row.id: row for row in before if id(row) not in same}
    for new in after:
        if id(new) not in same and (old := left.pop(new.id, None)) != new:
            yield old, new
    yield from ((old, None) for old in left.values())


def _is_told(old: Issue | None, new: Issue | None) -> bool:
    """A comment changes nothing but when it was changed last."""
    if old is None or new is None or _of(old, TOLD) != _of(new, TOLD):
        return True
    rest = [name for name in Issue.__slots__ if name not in SILENT]
    return old.updated != new.updated and _of(old, rest) == _of(new, rest)


def _has_moved(old: PullRequest | None, new: PullRequest | None) -> bool:
    """Talk and builds are read at once, and no look follows."""
    if old is None or new is None:
        return True
    plain = ("state", "draft", "title", "commit", "author", "issues")
    said = [{(review.reviewer, review.state) for review in pull.reviews} for pull in (old, new)]
    return _of(old, plain) != _of(new, plain) or said[0] != said[1]


def _of(row: Any, names: Sequence[str]) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in names)
