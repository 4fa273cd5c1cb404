"""What the agent may do in Jira, each thing once: ask in a comment, and give an issue to somebody."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC

from integrations.jira import adf
from integrations.jira.client import Holder, Jira
from models.actions import CommentOnIssue, Reassign
from models.errors import Refused
from models.ids import AccountId, IssueKey, PersonId
from models.proposals import Effect, Receipt
from models.work import Person, Progress

People = Callable[[], Mapping[PersonId, Person]]
"""Everybody the constitution knows, as it is now."""

SERVES = frozenset({CommentOnIssue.kind, Reassign.kind})


class JiraHand:
    """Carries out ``CommentOnIssue`` and ``Reassign``.

    A comment carries the effect's id in a property, so an earlier try is found by it. An assignment sets a state:
    an earlier try is found by the issue having the taker.
    """

    def __init__(self, jira: Jira, people: People) -> None:
        self._jira = jira
        self._people = people

    async def perform(self, effect: Effect) -> Receipt:
        """Do it. Raises ``NotDone``, ``Unclear`` or ``Refused``."""
        match effect.action:
            case CommentOnIssue() as action:
                written = await self._jira.comment(action.issue, self._words(action), effect.id)
                return self._commented(action, written)
            case Reassign() as action:
                await self._jira.assign(action.issue, self._account(action.taker))
                return self._reassigned(action)
            case other:
                raise _not_ours(other.kind)

    async def find(self, effect: Effect) -> Receipt | None:
        """The receipt of an earlier try that did happen."""
        match effect.action:
            case CommentOnIssue() as action:
                written = await self._jira.find_comment(action.issue, effect.id)
                return self._commented(action, written) if written is not None else None
            case Reassign() as action:
                holder = await self._jira.assignee(action.issue)
                return self._reassigned(action) if holder == self._account(action.taker) else None
            case other:
                raise _not_ours(other.kind)

    async def changed(self, effect: Effect) -> str | None:
        """Why this must not be done any more: somebody was faster, or the issue is done."""
        match effect.action:
            case CommentOnIssue() as action:
                holder = await self._jira.holder(action.issue)
                return f"{action.issue} is done; nothing sent." if holder.progress is Progress.DONE else None
            case Reassign() as action:
                return self._moved_on(action, await self._jira.holder(action.issue))
            case other:
                raise _not_ours(other.kind)

    def _moved_on(self, action: Reassign, holder: Holder) -> str | None:
        """Compared by account: the one who was to give it must still have it."""
        if holder.progress is Progress.DONE:
            return f"{action.issue} is done; nothing done."
        giver = self._account(action.giver) if action.giver is not None else None
        if holder.account == giver:
            return None
        when = f" at {holder.changed.at.astimezone(UTC):%H:%M} UTC" if holder.changed else ""
        if holder.account is None:
            return f"{action.issue} lost its owner{when}; nothing done."
        if giver is None:
            return f"{action.issue} got an owner{when}{self._who(holder.account)}; nothing done."
        return f"{action.issue} changed hands{when}{self._who(holder.account)}; nothing done."

    def _words(self, action: CommentOnIssue) -> adf.Node:
        """The comment: the fact, the question, how to answer, and where to check."""
        person = self._person(action.person)
        return adf.doc(
            [*adf.mention(self._account(action.person), person.name), *adf.text(f" {action.item.text}")],
            adf.text("Could you say where this stands and what it needs next? One line in a reply here is enough."),
            [*adf.text("Look here: "), *adf.link(action.item.subject or "the details", action.item.url)],
            adf.text(f"PM Agent asks because of the team's rule {action.item.rule}."),
        )

    def _commented(self, action: CommentOnIssue, comment: str) -> Receipt:
        url = f"{self._jira.site}/browse/{action.issue}?focusedCommentId={comment}"
        ref = {"issue": str(action.issue), "comment": comment, "url": url}
        return Receipt(ref, f"asked {self._person(action.person).name} in {action.issue}")

    def _reassigned(self, action: Reassign) -> Receipt:
        ref = {"issue": str(action.issue), "assignee": str(self._account(action.taker))}
        return Receipt(ref, _handed(action.issue, self._person(action.taker)))

    def _person(self, person: PersonId) -> Person:
        known = self._people().get(person)
        if known is None:
            raise Refused(f"the constitution knows nobody called {person!r}", code="unknown_person")
        return known

    def _account(self, person: PersonId) -> AccountId:
        account = self._person(person).account
        if account is None:
            raise Refused(f"{person!r} has no Jira account in the constitution", code="unknown_person")
        return account

    def _who(self, account: AccountId) -> str:
        """``: Li Wei`` when the constitution knows whose account it is; matched by id, never by name."""
        found = next((person.name for person in self._people().values() if person.account == account), None)
        return f": {found}" if found else ""


def _handed(issue: IssueKey, taker: Person) -> str:
    return f"{issue} → {taker.name}"


def _not_ours(kind: str) -> Refused:
    return Refused(f"Jira cannot carry out {kind!r}", code="not_ours")
