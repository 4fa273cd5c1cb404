"""Beside a change stands through whom it came about: the ticket's own history knows the agent's account alone."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

from integrations.jira import adf
from integrations.jira.client import Jira
from integrations.jira.hand.who import Who
from models.errors import VendorError
from models.ids import IssueKey, PersonId
from models.proposals import Effect, Receipt

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Through:
    """The comment that names whoever asked for a change and whoever said yes to it.

    It is part of the effect: it carries the effect's id, so it stands once. A change is not undone for want of it:
    where Jira does not take the comment, the change stands alone.
    """

    jira: Jira
    who: Who
    effect: Effect

    async def noted(self, issue: IssueKey, receipt: Receipt, *, again: bool = False) -> Receipt:
        """The receipt with the comment's id. After ``again`` an earlier one is looked for first."""
        words = self.words()
        if not words:
            return receipt
        try:
            earlier = await self.jira.find_comment(issue, self.effect.id) if again else None
            comment = earlier or await self.jira.comment(issue, self._document(receipt, words), self.effect.id)
        except VendorError as failure:
            log.warning("changed, and not said through whom: %s", failure, extra={"action": "through_lost"})
            return receipt
        return replace(receipt, ref={**receipt.ref, "comment": comment})

    def words(self) -> str:
        """``Li Wei asked for it, Dana Whitfield said yes.``; empty of what nobody but the rules has wanted."""
        asker, yes = self._name(self._asker()), self._name(self.effect.said_yes)
        if self.effect.proposal.undoes is not None:
            return f"{asker} took it back." if asker else ""
        if not yes or yes == asker:
            return f"{asker} asked for it." if asker else ""
        if asker:
            edited = f"{yes} said yes, and changed what {asker} had asked for."
            return edited if self.effect.edited else f"{asker} asked for it, {yes} said yes."
        if self.effect.edited:
            return f"PM Agent proposed it, {yes} changed it and said yes."
        return f"PM Agent proposed it, {yes} said yes."

    def _asker(self) -> PersonId | None:
        """Whoever asked first; what a rule found and is put again is asked of its approver, and nobody's wish."""
        proposal = self.effect.proposal
        if proposal.asked_in is not None:
            return proposal.asked_in.person
        return proposal.asked_by if not proposal.signals else None

    def _name(self, person: PersonId | None) -> str:
        known = self.who.people().get(person) if person is not None else None
        return known.name if known is not None else person or ""

    def _document(self, receipt: Receipt, words: str) -> adf.Node:
        return adf.doc(adf.text(f"{receipt.words}. {words}"), adf.text("Changed by PM Agent."))
