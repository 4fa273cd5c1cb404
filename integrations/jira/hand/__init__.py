"""What the agent may do in Jira, each thing once; an earlier try is found, and nobody's faster change is overrun."""

from __future__ import annotations

from integrations.jira.client import Jira
from integrations.jira.hand.comment import Comment
from integrations.jira.hand.deeds import Deed
from integrations.jira.hand.flag import Flag
from integrations.jira.hand.owner import Owner
from integrations.jira.hand.priority import Priority
from integrations.jira.hand.scope import Scope
from integrations.jira.hand.status import Close, Status
from integrations.jira.hand.through import Through
from integrations.jira.hand.who import People, Who
from models.actions import (
    ChangePriority,
    ChangeSprintScope,
    CloseIssue,
    CommentOnIssue,
    Reassign,
    TransitionIssue,
    Unflag,
)
from models.errors import Refused
from models.proposals import Effect, Receipt

__all__ = ["SERVES", "JiraHand", "People"]

SERVES = frozenset(
    kind.kind
    for kind in (CommentOnIssue, Reassign, TransitionIssue, CloseIssue, ChangeSprintScope, ChangePriority, Unflag)
)


class JiraHand:
    """``planner.ports.Hand`` for what is done in Jira.

    A comment carries the effect's id in a property, so an earlier try is found by it. Everything else sets a state:
    an earlier try is found by the issue being in it since a change of our own. What is done shows in Jira as done
    by the agent's own account, so a comment beside it names whoever wanted it and whoever said yes.
    """

    def __init__(self, jira: Jira, people: People) -> None:
        self._jira = jira
        self._who = Who(people)

    async def perform(self, effect: Effect) -> Receipt:
        """Do it. Raises ``NotDone``, ``Unclear`` or ``Refused``."""
        receipt = await self._deed(effect).perform()
        return await self._noted(effect, receipt)

    async def find(self, effect: Effect) -> Receipt | None:
        """The receipt of an earlier try that did happen."""
        receipt = await self._deed(effect).find()
        return await self._noted(effect, receipt, again=True) if receipt is not None else None

    async def changed(self, effect: Effect) -> str | None:
        """Why this must not be done any more: somebody was faster, or the issue is done."""
        return await self._deed(effect).changed()

    async def _noted(self, effect: Effect, receipt: Receipt, *, again: bool = False) -> Receipt:
        """A comment says itself for whom it is; of a change the ticket is told through whom."""
        issue = getattr(effect.action, "issue", None)
        if issue is None or isinstance(effect.action, CommentOnIssue):
            return receipt
        return await Through(self._jira, self._who, effect).noted(issue, receipt, again=again)

    def _deed(self, effect: Effect) -> Deed:
        match effect.action:
            case CommentOnIssue() as action:
                return Comment(self._jira, self._who, effect, action)
            case Reassign() as action:
                return Owner(self._jira, self._who, effect, action)
            case TransitionIssue() as action:
                return Status(self._jira, self._who, effect, action)
            case CloseIssue() as action:
                return Close(self._jira, self._who, effect, action)
            case ChangeSprintScope() as action:
                return Scope(self._jira, self._who, effect, action)
            case ChangePriority() as action:
                return Priority(self._jira, self._who, effect, action)
            case Unflag() as action:
                return Flag(self._jira, self._who, effect, action)
            case other:
                raise Refused(f"Jira cannot carry out {other.kind!r}", code="not_ours")
