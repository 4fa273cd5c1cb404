"""Where effects end: the product's own Slack hand over a workspace in memory, and a Jira that changes the company."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from random import Random
from typing import Any

from models.actions import (
    AskApproval,
    ChangePriority,
    ChangeSprintScope,
    CloseIssue,
    CommentOnIssue,
    Escalate,
    Item,
    PostDigest,
    Reassign,
    RemindPerson,
    TransitionIssue,
    Unflag,
)
from models.errors import NotDone, Unclear
from models.ids import ApprovalId, PersonId
from models.ledger import Ledger
from models.proposals import Effect, Receipt
from models.work import Issue, Progress
from planner.ports import Hand
from tests.soak.life import Life
from tests.soak.oracle import Oracle

FAILS, LOST = 0.01, 0.01
"""How often nothing happens, and how often it happens and its answer is lost on the way back."""


@dataclass
class Workspace:
    """Slack as ``bot.notify.SlackHand`` uses it: posts with a marker, and edits, which reach nobody."""

    dice: Random
    posts: int = 0
    edits: int = 0
    marked: dict[str, Mapping[str, str]] = field(default_factory=dict)

    async def open_dm(self, user: str) -> str:
        return f"D{user}"

    async def channel_named(self, name: str) -> str:
        return f"C{name}"

    async def post(self, channel: str, text: str, blocks: Sequence[Any], *, marker: str, **_: Any) -> dict[str, str]:
        luck = self.dice.random()
        if luck < FAILS:
            raise NotDone("the connection was refused")
        self.posts += 1
        self.marked[marker] = ref = {"channel": channel, "ts": f"{self.posts:09}.0"}
        if luck > 1 - LOST:
            raise Unclear("the answer was lost")
        return ref

    async def update(self, channel: str, ts: str, text: str, blocks: Sequence[Any]) -> None:
        self.edits += 1

    async def find(self, channel: str, marker: str, since: datetime, **_: Any) -> Mapping[str, str] | None:
        return self.marked.get(marker)


@dataclass
class Jira:
    """Does to the company what it is told, unless somebody was quicker."""

    lives: dict[str, Life]
    done: dict[str, Receipt] = field(default_factory=dict)
    _count: count[int] = field(default_factory=count)

    async def find(self, effect: Effect) -> Receipt | None:
        return self.done.get(effect.id)

    async def changed(self, effect: Effect) -> str | None:
        action, issue = effect.action, self._issue(effect)
        if issue is None or (issue.progress is Progress.DONE and not isinstance(action, ChangeSprintScope)):
            return "it is done or gone"
        if isinstance(action, Reassign) and issue.assignee is not None:
            return "it has an owner by now"
        if isinstance(action, TransitionIssue) and issue.status != action.before:
            return "it has moved already"
        if isinstance(action, ChangeSprintScope) and issue.sprint != action.before:
            return "its sprint has changed"
        return None

    async def perform(self, effect: Effect) -> Receipt:
        life, issue = self.lives[effect.team], self._issue(effect)
        assert issue is not None
        match effect.action:
            case Reassign(taker=taker):
                life.assign(issue.key, life.people[taker].account if taker else None)
            case TransitionIssue() | CloseIssue():
                life.move(issue.key, Progress.DONE)
            case ChangeSprintScope(after=after):
                life.change(issue.key, sprint=after, sprint_since=life.now)
            case Unflag():
                life.change(issue.key, flagged_since=None)
            case ChangePriority(after=after):
                life.change(issue.key, priority=after)
            case _:
                pass  # a comment changes nothing here: our own hand has seen to the mirror
        self.done[effect.id] = Receipt({"comment": str(next(self._count))}, effect.action.kind)
        return self.done[effect.id]

    def _issue(self, effect: Effect) -> Issue | None:
        return self.lives[effect.team].issues.get(getattr(effect.action, "issue", None))  # type: ignore[arg-type]


@dataclass
class Watched:
    """A hand on which the oracle keeps an eye, and through which people hear of things."""

    hand: Hand
    workspace: Workspace
    lives: dict[str, Life]
    oracle: Oracle
    ledger: Ledger
    asked: Callable[[ApprovalId, PersonId], None]
    """Somebody sees a question."""
    told: Callable[[Life, str], None]
    """Somebody sees a message about that subject."""

    async def perform(self, effect: Effect) -> Receipt:
        before = self.workspace.posts
        try:
            receipt = await self.hand.perform(effect)
        except Unclear:  # it has arrived all the same
            await self._reached(effect, before)
            raise
        await self._reached(effect, before)
        return receipt

    async def find(self, effect: Effect) -> Receipt | None:
        return await self.hand.find(effect)

    async def changed(self, effect: Effect) -> str | None:
        return await self.hand.changed(effect)

    async def _reached(self, effect: Effect, before: int) -> None:
        life, action = self.lives[effect.team], effect.action
        approval = await self.ledger.approval(action.approval) if isinstance(action, AskApproval) else None
        posted = self.workspace.posts > before or isinstance(self.hand, Jira)
        self.oracle.hear(effect, posted=posted, asked_at=approval.asked_at if approval else None)
        match action:
            case AskApproval(approval=name, person=person):
                self.asked(name, person)
            case RemindPerson(items=items) | PostDigest(items=items):
                self._heard(life, *items)
            case CommentOnIssue(item=item) | Escalate(item=item):
                self._heard(life, item)
            case _:
                pass

    def _heard(self, life: Life, *items: Item) -> None:
        for item in items:
            self.told(life, item.subject)
