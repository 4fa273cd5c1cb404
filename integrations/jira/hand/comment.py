"""Ask in a comment that mentions one person; its property says that it is ours."""

from __future__ import annotations

from dataclasses import dataclass

from integrations.jira import adf
from integrations.jira.client import Jira
from integrations.jira.hand.who import Who
from models.actions import CommentOnIssue
from models.proposals import Effect, Receipt
from models.work import Progress


@dataclass(frozen=True, slots=True)
class Comment:
    """Carries out ``CommentOnIssue``."""

    jira: Jira
    who: Who
    effect: Effect
    action: CommentOnIssue

    async def perform(self) -> Receipt:
        """See ``Deed.perform``."""
        return self._receipt(await self.jira.comment(self.action.issue, self._words(), self.effect.id))

    async def find(self) -> Receipt | None:
        """See ``Deed.find``."""
        written = await self.jira.find_comment(self.action.issue, self.effect.id)
        return self._receipt(written) if written is not None else None

    async def changed(self) -> str | None:
        """See ``Deed.changed``."""
        holder = await self.jira.holder(self.action.issue)
        return f"{self.action.issue} is done; nothing sent." if holder.progress is Progress.DONE else None

    def _words(self) -> adf.Node:
        """The comment: the fact, the question, how to answer, and where to check."""
        action, name = self.action, self.who.person(self.action.person).name
        return adf.doc(
            [*adf.mention(self.who.account(action.person), name), *adf.text(f" {action.item.text}")],
            adf.text("Could you say where this stands and what it needs next? One line in a reply here is enough."),
            [*adf.text("Look here: "), *adf.link(action.item.subject or "the details", action.item.url)],
            adf.text(f"PM Agent asks because of the team's rule {action.item.rule}."),
        )

    def _receipt(self, comment: str) -> Receipt:
        issue = self.action.issue
        url = f"{self.jira.site}/browse/{issue}?focusedCommentId={comment}"
        ref = {"issue": str(issue), "comment": comment, "url": url}
        return Receipt(ref, f"asked {self.who.person(self.action.person).name} in {issue}")
