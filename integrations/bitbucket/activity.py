"""What happened to a pull request, read from its activity log: pushes, verdicts, questions and their answers.

An entry's kind is its key, the order of entries means nothing, and only the log knows when changes were requested:
the time a participant carries is that of their last comment, and a later approval takes the request's flag away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from integrations.bitbucket.accounts import account_of
from integrations.payloads import inside, instant, words
from models.ids import AccountId
from models.pulls import ReviewState

VERDICTS: Mapping[str, ReviewState] = {
    "approval": ReviewState.APPROVED,
    "changes_requested": ReviewState.CHANGES_REQUESTED,
    "changes_request": ReviewState.CHANGES_REQUESTED,
}
"""Kinds of entries by which a reviewer decides; webhooks call the second one by its short name."""


@dataclass(frozen=True, slots=True)
class History:
    """A pull request's log, of whose entries only these matter."""

    own_update: datetime | None = None
    """The author's last update: a push, or an edit such as leaving draft."""
    pushed_at: datetime | None = None
    pushed_by: AccountId | None = None
    verdicts: Mapping[tuple[AccountId, ReviewState], datetime] = field(default_factory=dict)
    """When somebody said so last."""
    asked: Mapping[AccountId, datetime] = field(default_factory=dict)
    """The first question of somebody that the author has not answered."""
    answered: Mapping[AccountId, datetime] = field(default_factory=dict)
    """When the author last answered somebody."""


@dataclass(frozen=True, slots=True)
class _Update:
    at: datetime
    by: AccountId | None
    commit: str


@dataclass(frozen=True, slots=True)
class _Comment:
    at: datetime
    by: AccountId
    asks: bool


def history_of(entries: Iterable[Any], author: AccountId | None) -> History:
    """The history ``entries`` tell; what cannot be read is left out."""
    log = list(entries)
    updates = sorted((u for entry in log if (u := _update(entry)) is not None), key=lambda update: update.at)
    comments = [c for entry in log if (c := _comment(entry)) is not None]
    push = _last_push(updates)
    own = [update.at for update in updates if author is not None and update.by == author]
    moves = sorted([*own, *(c.at for c in comments if c.by == author)])
    questions = [c for c in comments if c.asks and c.by != author] if author is not None else []
    return History(
        own_update=max(own, default=None),
        pushed_at=push.at if push else None,
        pushed_by=push.by if push else None,
        verdicts=_verdicts(log),
        asked=_earliest((q.by, q.at) for q in questions if not moves or moves[-1] <= q.at),
        answered=_latest((q.by, at) for q in questions if (at := next((m for m in moves if m > q.at), None))),
    )


def _last_push(updates: list[_Update]) -> _Update | None:
    """The last update that brought another commit; the first one known is the opening."""
    told = [update for update in updates if update.commit]
    pairs = zip(told, told[1:], strict=False)
    return next((new for old, new in reversed(list(pairs)) if new.commit != old.commit), None)


def _verdicts(log: Iterable[Any]) -> dict[tuple[AccountId, ReviewState], datetime]:
    found: list[tuple[tuple[AccountId, ReviewState], datetime]] = []
    for entry in log:
        for kind, state in VERDICTS.items():
            who, at = account_of(inside(entry, kind, "user")), instant(inside(entry, kind, "date"))
            if who is not None and at is not None:
                found.append(((who, state), at))
    return _latest(found)


def _update(entry: Any) -> _Update | None:
    at = instant(inside(entry, "update", "date"))
    commit = words(inside(entry, "update", "source", "commit", "hash"))
    return None if at is None else _Update(at, account_of(inside(entry, "update", "author")), commit)


def _comment(entry: Any) -> _Comment | None:
    """A comment that still stands. One on the code, or with a question mark, asks something until it is resolved."""
    comment = inside(entry, "comment")
    by, at = account_of(inside(comment, "user")), instant(inside(comment, "created_on"))
    if by is None or at is None or inside(comment, "deleted") is True:
        return None
    open_ended = inside(comment, "inline") is not None or "?" in words(inside(comment, "content", "raw"))
    return _Comment(at, by, open_ended and inside(comment, "resolution") is None)


def _latest(pairs: Iterable[tuple[Any, datetime]]) -> dict[Any, datetime]:
    return {name: at for name, at in sorted(pairs, key=lambda pair: pair[1])}


def _earliest(pairs: Iterable[tuple[Any, datetime]]) -> dict[Any, datetime]:
    return {name: at for name, at in sorted(pairs, key=lambda pair: pair[1], reverse=True)}
