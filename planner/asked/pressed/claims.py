"""The asked thing, done from the daily summary: which lines offer a button, and what is so of them once pressed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from models.actions import Item
from models.cycles import WhyRecord
from models.directives import Directives, Team
from models.hushes import End
from models.ids import IssueKey, PersonId, PullRequestId, SignalId
from models.proposals import ApprovalState, EffectState, Verdict
from models.signals import SignalKind
from models.work import Facts, Progress
from planner.asked.pressed.endings import Offer
from planner.asked.requests import is_undone
from planner.words.titles import called, name_of

_FOR_ALL: Mapping[str, End] = {SignalKind.NOBODY_ASSIGNED: End.TAKE, SignalKind.REVIEW_OVERDUE: End.TODAY}
"""What anybody of the team may take upon themselves, by kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Somebody has taken a line of a summary upon themselves."""

    end: End
    by: PersonId
    at: datetime
    """Company time."""
    proposal: str = ""
    """The request it led to; empty where none was needed."""

    def kept(self) -> Mapping[str, str]:
        """As it is remembered."""
        return {"end": self.end, "by": self.by, "at": self.at.isoformat(), "proposal": self.proposal}


def claim_of(kept: object) -> Claim | None:
    """What was remembered; ``None`` for what cannot be read."""
    if not isinstance(kept, Mapping):
        return None
    try:
        at = datetime.fromisoformat(kept["at"])
        return Claim(end=End(kept["end"]), by=PersonId(kept["by"]), at=at, proposal=str(kept["proposal"]))
    except (KeyError, TypeError, ValueError):
        return None


@dataclass(frozen=True, slots=True)
class Mark:
    """What stands at a line of a summary that somebody has pressed, or that is over."""

    words: str
    """Plain text; a moment stands where ``{at}`` is."""
    at: datetime | None
    done: bool
    """Whether the line needs nobody any more: it is struck through."""


def claimable(items: Iterable[Item], facts: Facts) -> Mapping[SignalId, Offer]:
    """The button of each line that anybody may take upon themselves."""
    return {item.signal: Offer(_FOR_ALL[item.kind], _label(item, facts)) for item in items if item.kind in _FOR_ALL}


def _label(item: Item, facts: Facts) -> str:
    """``Take PAY-420``, ``I'll review PAY-412``: by its ticket where the pull request names one."""
    if _FOR_ALL[item.kind] is End.TAKE:
        return f"Take {item.subject}"
    pull = facts.pull_request(PullRequestId(item.subject))
    return f"I'll review {pull.issues[0] if pull is not None and pull.issues else called(item.subject)}"


def overtaken(item: Item, person: PersonId, facts: Facts, team: Team) -> str:
    """Why there is nothing left to take, in a sentence; empty while there is."""
    if _FOR_ALL.get(item.kind) is End.TAKE:
        issue = facts.issue(IssueKey(item.subject))
        if issue is None or issue.progress is Progress.DONE:
            return f"{item.subject} is {'done' if issue else 'not there'} already"
        owner = next((p.name for p in facts.people if issue.assignee in p.accounts), "somebody outside the team")
        return f"{item.subject} has an owner already: {owner}" if issue.assignee is not None else ""
    pull = facts.pull_request(PullRequestId(item.subject))
    if pull is None or pull.state != "OPEN":
        return f"{called(item.subject)} is {pull.state.lower() if pull else 'not there'} already"
    author = next((p.id for p in facts.people if pull.author in p.accounts), None)
    return f"{called(item.subject)} is yours: somebody else reviews it" if author == person else ""


def stands(claim: Claim, record: WhyRecord | None) -> bool:
    """Whether somebody still has it, or may get it: a request that came to nothing leaves the line open."""
    if not claim.proposal or record is None:
        return True
    if record.decision.verdict is Verdict.DENY or record.effect in (EffectState.CANCELLED, EffectState.DEAD):
        return False
    if is_undone(record):
        return False
    asked = record.approval
    return asked is None or asked.state in (ApprovalState.PENDING, ApprovalState.APPROVED)


def mark_of(claim: Claim, record: WhyRecord | None, team: Team, directives: Directives) -> Mark:
    """``Li took it 09:41``; of what waits for a yes it says so and whose."""
    name = name_of(claim.by, team.id, directives)
    if claim.end is End.TODAY:
        return Mark(f"{name} reviews it, {{at}}", claim.at, done=True)
    if record is not None and record.effect is not EffectState.SENT:
        asked = record.approval
        waits = asked is not None and asked.state is ApprovalState.PENDING
        who = name_of(asked.approvers[0], team.id, directives) if asked is not None else ""
        return Mark(f"{name} wants to take it, {{at}}{f' · {who} is asked' if waits else ''}", claim.at, done=False)
    return Mark(f"{name} took it {{at}}", claim.at, done=True)
