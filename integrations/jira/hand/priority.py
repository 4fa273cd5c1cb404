"""Give an issue another priority, unless somebody has given it one since."""

from __future__ import annotations

from dataclasses import dataclass

from integrations.jira.client import Jira
from integrations.jira.hand.deeds import already, is_ours, moved_on
from integrations.jira.hand.who import Who
from integrations.jira.standing import Topic
from models.actions import ChangePriority
from models.proposals import Effect, Receipt


@dataclass(frozen=True, slots=True)
class Priority:
    """Carries out ``ChangePriority``."""

    jira: Jira
    who: Who
    effect: Effect
    action: ChangePriority

    async def perform(self) -> Receipt:
        """See ``Deed.perform``. Raises ``Refused`` with the names it may have for one it may not."""
        await self.jira.set_priority(self.action.issue, self.action.after)
        return self._receipt(self.action.after)

    async def find(self) -> Receipt | None:
        """See ``Deed.find``."""
        standing = await self.jira.standing(self.action.issue, Topic.PRIORITY)
        there = _same(standing.priority, self.action.after)
        if not there or not is_ours(self.effect, standing, await self.jira.myself()):
            return None
        return self._receipt(standing.priority or "")

    async def changed(self) -> str | None:
        """See ``Deed.changed``."""
        standing = await self.jira.standing(self.action.issue, Topic.PRIORITY)
        if _same(standing.priority, self.action.after):
            return already(self.action.issue, f"has priority {standing.priority}", standing, self.who)
        if _same(standing.priority, self.action.before):
            return None
        now = f"priority {standing.priority}" if standing.priority else "without a priority"
        return moved_on(self.effect, self.action.issue, standing, now, self.who)

    def _receipt(self, after: str) -> Receipt:
        issue, before = self.action.issue, self.action.before
        ref = {"issue": str(issue), "before": before or "", "after": after}
        return Receipt(ref, f"{issue}: priority {before or 'none'} → {after}")


def _same(one: str | None, other: str | None) -> bool:
    return (one or "").casefold() == (other or "").casefold()
