"""Hands that write down what they would do, and do nothing: a workspace and a Jira on paper."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from models.actions import (
    ChangePriority,
    ChangeSprintScope,
    CloseIssue,
    CommentOnIssue,
    Reassign,
    TransitionIssue,
    Unflag,
)
from models.clock import Clock
from models.ids import IssueKey, PersonId, TeamId
from models.proposals import Effect, Receipt
from models.work import Facts, Issue, Progress

Block = Mapping[str, Any]

ECHO = timedelta(minutes=2)
"""How long after we would have changed a ticket its history may show that change: our own hand's, and no news."""

TEXT = "text"
"""In a receipt: the words that would have been read."""


@dataclass
class PaperWorkspace:
    """``bot.places.Workspace`` in which everything arrives and nobody reads it."""

    clock: Clock
    posts: int = 0
    _posted: dict[str, dict[str, str]] = field(default_factory=dict)

    async def open_dm(self, user: str) -> str:
        """See ``Workspace.open_dm``."""
        return f"D{user}"

    async def channel_named(self, name: str) -> str:
        """See ``Workspace.channel_named``."""
        return f"C{name}"

    async def post(self, channel: str, text: str, blocks: Sequence[Block], *, marker: str) -> dict[str, str]:
        """Write it down. Where it stands sorts like time, as in Slack."""
        self.posts += 1
        ts = f"{int(self.clock.real().timestamp()):010d}.{self.posts:06d}"
        self._posted[marker] = {"channel": channel, "ts": ts, TEXT: text}
        return dict(self._posted[marker])

    async def update(self, channel: str, ts: str, text: str, blocks: Sequence[Block]) -> None:
        """An edit reaches nobody."""

    async def find(self, channel: str, marker: str, since: datetime) -> dict[str, str] | None:
        """See ``Workspace.find``."""
        return self._posted.get(marker)

    async def permalink(self, channel: str, ts: str) -> str:
        """Nothing on paper has an address."""
        return ""

    async def respond(self, response_url: str, text: str, blocks: Sequence[Block]) -> None:
        """Nobody presses anything on paper."""


@dataclass
class PaperJira:
    """``planner.ports.Hand`` for Jira: what it does, the ticket's own history shows, if it was done in truth."""

    clock: Clock
    facts: Callable[[TeamId], Facts]
    echoes: dict[IssueKey, datetime] = field(default_factory=dict)
    """The tickets we would have changed, and when last."""

    async def find(self, effect: Effect) -> Receipt | None:
        """Nothing is ever lost on the way."""
        return None

    async def changed(self, effect: Effect) -> str | None:
        """Why it must not be done any more, by the ticket as it stood then."""
        key = getattr(effect.action, "issue", None)
        issue = self.facts(effect.team).issue(key) if key is not None else None
        return _moved(effect, issue, self.facts(effect.team)) if issue is not None else None

    async def perform(self, effect: Effect) -> Receipt:
        """Write it down."""
        key = getattr(effect.action, "issue", None)
        if key is not None:
            self.echoes[key] = self.clock.now()
        words = f"{key}: {effect.action.kind.replace('_', ' ')}"
        return Receipt({TEXT: effect.action.item.text} if isinstance(effect.action, CommentOnIssue) else {}, words)

    def is_echo(self, keys: frozenset[IssueKey]) -> bool:
        """Whether all of ``keys`` changed because we changed them."""
        now = self.clock.now()
        return all(key in self.echoes and now - self.echoes[key] <= ECHO for key in keys)


def _moved(effect: Effect, issue: Issue, facts: Facts) -> str | None:
    """As the hand of Jira compares, where what we know of a ticket tells."""
    action, undo = effect.action, effect.proposal.undoes is not None
    if isinstance(action, Reassign) and issue.assignee not in _accounts(action.giver, facts):
        return f"{issue.key} changed hands; nothing done."
    if isinstance(action, TransitionIssue | CloseIssue) and issue.status != action.before:
        return f"{issue.key} has moved; nothing done."
    if isinstance(action, ChangeSprintScope) and issue.sprint != action.before:
        return f"{issue.key} is in another sprint; nothing done."
    if isinstance(action, ChangePriority) and issue.priority != action.before:
        return f"{issue.key} has another priority; nothing done."
    if isinstance(action, Unflag) and issue.flagged_since is None:
        return f"{issue.key} is not flagged any more; nothing done."
    is_over = issue.progress is Progress.DONE and not undo
    changes = isinstance(action, Reassign | Unflag | ChangePriority)
    return f"{issue.key} is done; nothing done." if is_over and changes else None


def _accounts(person: PersonId | None, facts: Facts) -> frozenset[object]:
    known = next((each for each in facts.people if each.id == person), None)
    return frozenset({None}) if person is None else known.accounts if known is not None else frozenset()
