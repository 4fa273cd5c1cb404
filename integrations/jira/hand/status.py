"""Move an issue to another status or close it: by the one way there is, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from integrations.jira.client import Jira
from integrations.jira.hand.deeds import already, is_ours, moved_on
from integrations.jira.hand.who import Who
from integrations.jira.standing import Standing, Topic
from models.actions import CloseIssue, TransitionIssue
from models.errors import Refused
from models.ids import IssueKey
from models.proposals import Effect, Receipt
from models.ways import Transition, closing, easiest, ending, leading_to, places, same
from models.work import Progress


@dataclass(frozen=True, slots=True)
class Status:
    """Carries out ``TransitionIssue``."""

    jira: Jira
    who: Who
    effect: Effect
    action: TransitionIssue

    async def perform(self) -> Receipt:
        """See ``Deed.perform``. Raises ``Refused`` when none or several of its ways lead there."""
        return await _through(self.jira, self.action, ending, "a done status")

    async def find(self) -> Receipt | None:
        """See ``Deed.find``."""
        return await _found(self.jira, self.effect, self.action)

    async def changed(self) -> str | None:
        """See ``Deed.changed``."""
        standing = await self.jira.standing(self.action.issue, Topic.STATUS)
        if same(standing.status, self.action.before):
            return None
        if _is_there(self.action, standing):
            return already(self.action.issue, f"is {standing.status}", standing, self.who)
        return moved_on(self.effect, self.action.issue, standing, standing.status, self.who)


@dataclass(frozen=True, slots=True)
class Close:
    """Carries out ``CloseIssue``: into the status that was approved; where none was named, into the one that ends it
    undone."""

    jira: Jira
    who: Who
    effect: Effect
    action: CloseIssue

    async def perform(self) -> Receipt:
        """See ``Deed.perform``. Raises ``Refused`` when it is not clear which status closes it."""
        return await _through(self.jira, self.action, closing, "a closed status")

    async def find(self) -> Receipt | None:
        """See ``Deed.find``."""
        return await _found(self.jira, self.effect, self.action)

    async def changed(self) -> str | None:
        """See ``Deed.changed``."""
        standing = await self.jira.standing(self.action.issue, Topic.STATUS)
        if standing.progress is Progress.DONE:
            return already(self.action.issue, f"is {standing.status}", standing, self.who)
        if same(standing.status, self.action.before):
            return None
        return moved_on(self.effect, self.action.issue, standing, standing.status, self.who)


Ways = Sequence[Transition]


async def _through(
    jira: Jira, action: TransitionIssue | CloseIssue, choose: Callable[[Ways], Ways], what: str
) -> Receipt:
    """Into the status that is named; where none is, the way that ``choose`` finds, called ``what`` for people."""
    ways = await jira.transitions(action.issue)
    leading = leading_to(ways, action.after) if action.after else choose(ways)
    way = _only(action.issue, leading, ways, action.after or what)
    await jira.transition(action.issue, way.id)
    return _receipt(action.issue, action.before, way.to)


async def _found(jira: Jira, effect: Effect, action: TransitionIssue | CloseIssue) -> Receipt | None:
    """An earlier try of ours, by the status it has left."""
    standing = await jira.standing(action.issue, Topic.STATUS)
    if not _is_there(action, standing) or not is_ours(effect, standing, await jira.myself()):
        return None
    return _receipt(action.issue, action.before, standing.status)


def _is_there(action: TransitionIssue | CloseIssue, standing: Standing) -> bool:
    return same(standing.status, action.after) if action.after else standing.progress is Progress.DONE


def _only(issue: IssueKey, leading: Sequence[Transition], ways: Sequence[Transition], wanted: str) -> Transition:
    """The one way there. Several ways into one status are one; a way without a screen is the better one."""
    if not leading:
        may = ", ".join(places(ways)) or "nowhere: the agent's account may not move it"
        raise Refused(f"{issue} cannot go to {wanted} from here; it can go to {may}", code="no_such_transition")
    names = places(leading)
    if len(names) > 1:
        words = f"{issue} can go to several: {', '.join(names)}. Say which: /pm set {issue} to {names[0]}"
        raise Refused(words, code="which_transition")
    way = easiest(leading)
    if way.needs:
        words = f"Jira wants {', '.join(way.needs)} filled in on the way to {way.to}; move {issue} there in Jira"
        raise Refused(words, code="fields_required")
    return way


def _receipt(issue: IssueKey, before: str, after: str) -> Receipt:
    return Receipt({"issue": str(issue), "before": before, "after": after}, f"{issue}: {before} → {after}")
