"""Take an issue's flag off, or put it on again, unless somebody has done so or flagged it anew since."""

from __future__ import annotations

from dataclasses import dataclass

from integrations.jira.client import Jira
from integrations.jira.hand.deeds import SKEW, already, is_ours, moved_on
from integrations.jira.hand.who import Who
from integrations.jira.standing import Standing, Topic
from models.actions import Unflag
from models.proposals import Effect, Receipt


@dataclass(frozen=True, slots=True)
class Flag:
    """Carries out ``Unflag``."""

    jira: Jira
    who: Who
    effect: Effect
    action: Unflag

    async def perform(self) -> Receipt:
        """See ``Deed.perform``. Raises ``Refused`` where its edit screen has no flag."""
        await self.jira.set_flag(self.action.issue, on=self.action.again)
        return self._receipt()

    async def find(self) -> Receipt | None:
        """See ``Deed.find``."""
        standing = await self.jira.standing(self.action.issue, Topic.FLAG)
        if standing.flagged is not self.action.again or not is_ours(self.effect, standing, await self.jira.myself()):
            return None
        return self._receipt()

    async def changed(self) -> str | None:
        """See ``Deed.changed``."""
        standing = await self.jira.standing(self.action.issue, Topic.FLAG)
        if standing.flagged is self.action.again:
            return already(self.action.issue, f"is {_words(standing.flagged)}", standing, self.who)
        if self._anew(standing):
            return moved_on(self.effect, self.action.issue, standing, "flagged anew", self.who)
        return None

    def _anew(self, standing: Standing) -> bool:
        """Whether the flag is another one than what the yes was about."""
        if self.action.since is None or standing.changed is None:
            return False
        return standing.changed.at > self.action.since + SKEW

    def _receipt(self) -> Receipt:
        issue, on = self.action.issue, self.action.again
        ref = {"issue": str(issue), "before": _words(not on), "after": _words(on)}
        return Receipt(ref, f"{issue}: {_words(not on)} → {_words(on)}")


def _words(flagged: bool) -> str:
    return "flagged" if flagged else "not flagged"
