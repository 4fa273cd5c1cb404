"""Give an issue to somebody, or take its owner off, unless it has changed hands since."""

from __future__ import annotations

from dataclasses import dataclass

from integrations.jira.client import Jira
from integrations.jira.hand.deeds import at, is_ours, moved_on
from integrations.jira.hand.who import Who
from integrations.jira.standing import Standing, Topic
from models.actions import Reassign
from models.proposals import Effect, Receipt
from models.work import Progress


@dataclass(frozen=True, slots=True)
class Owner:
    """Carries out ``Reassign``."""

    jira: Jira
    who: Who
    effect: Effect
    action: Reassign

    async def perform(self) -> Receipt:
        """See ``Deed.perform``."""
        await self.jira.assign(self.action.issue, self.who.account_or_nobody(self.action.taker))
        return self._receipt()

    async def find(self) -> Receipt | None:
        """See ``Deed.find``."""
        standing = await self.jira.standing(self.action.issue, Topic.OWNER)
        there = standing.account == self.who.account_or_nobody(self.action.taker)
        if not there or not is_ours(self.effect, standing, await self.jira.myself()):
            return None
        return self._receipt()

    async def changed(self) -> str | None:
        """See ``Deed.changed``: compared by account, the one who was to give it must still have it."""
        issue, giver = self.action.issue, self.who.account_or_nobody(self.action.giver)
        standing = await self.jira.standing(issue, Topic.OWNER)
        if standing.account != giver:
            return self._moved_on(standing)
        if standing.progress is Progress.DONE and self.effect.proposal.undoes is None:
            return f"{issue} is done; nothing done."
        return None

    def _moved_on(self, standing: Standing) -> str:
        issue, name = self.action.issue, self.who.name(standing.account)
        if self.effect.proposal.undoes is not None:
            now = "without an owner" if standing.account is None else f"with {name or 'somebody else'}"
            return moved_on(self.effect, issue, standing, now, self.who)
        if standing.progress is Progress.DONE:
            return f"{issue} is done; nothing done."
        if standing.account is None:
            return f"{issue} lost its owner{at(standing)}; nothing done."
        what = "got an owner" if self.action.giver is None else "changed hands"
        return f"{issue} {what}{at(standing)}{f': {name}' if name else ''}; nothing done."

    def _receipt(self) -> Receipt:
        issue, taker = self.action.issue, self.action.taker
        ref = {"issue": str(issue), "assignee": str(self.who.account_or_nobody(taker) or "")}
        return Receipt(ref, f"{issue} → {self.who.person(taker).name if taker is not None else 'unassigned'}")
