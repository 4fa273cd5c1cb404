"""A closed world of effects: if it is not in this union it cannot happen.

Adding a line here is a product decision. Code changes, merging and deleting do not exist at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from models.ids import AccountId, ApprovalId, IssueKey, PersonId, SignalId


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a message about one Signal: what is so, why it is told, where to check."""

    signal: SignalId
    kind: str
    subject: str
    text: str
    url: str
    urgency: str
    rule: str
    remedy: str = ""
    """What to do when it is over already, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemindPerson:
    """Nudge one person privately in Slack about what waits for them, best item first."""

    kind: ClassVar[str] = "remind_person"
    person: PersonId
    items: tuple[Item, ...]
    more: int = 0
    """How many further items wait in App Home."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentOnIssue:
    """Ask for an update in a Jira comment that mentions one person."""

    kind: ClassVar[str] = "comment_on_issue"
    person: PersonId
    issue: IssueKey
    item: Item


@dataclass(frozen=True, slots=True, kw_only=True)
class Reassign:
    """Give an issue to somebody in Jira."""

    kind: ClassVar[str] = "reassign"
    issue: IssueKey
    issue_title: str
    issue_url: str
    giver: PersonId | None
    """Who has it now; execution aborts when that is no longer so."""
    taker: PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalate:
    """Tell the leadership channel about one thing that is stuck."""

    kind: ClassVar[str] = "escalate"
    channel: str
    """Role of the channel in the team's ``channels``: ``leadership``."""
    item: Item
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PostDigest:
    """The scheduled daily summary in the team channel."""

    kind: ClassVar[str] = "post_digest"
    channel: str
    day: date
    headline: str
    items: tuple[Item, ...]
    footer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskApproval:
    """Show one approver a card for a proposal that needs a person's yes."""

    kind: ClassVar[str] = "ask_approval"
    approval: ApprovalId
    person: PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class AskIdentity:
    """Ask one person privately in Slack whether an Atlassian account is theirs."""

    kind: ClassVar[str] = "ask_identity"
    person: PersonId
    account: AccountId
    item: Item


Action = RemindPerson | CommentOnIssue | Reassign | Escalate | PostDigest | AskApproval | AskIdentity

ACTION_KINDS: frozenset[str] = frozenset(
    a.kind for a in (RemindPerson, CommentOnIssue, Reassign, Escalate, PostDigest, AskApproval, AskIdentity)
)

FORESEEN: frozenset[str] = frozenset(
    {
        "transition_issue",
        "change_sprint_scope",
        "post_to_other_channel",
        "change_priority",
        "close_issue",
        "delete_issue",
        "change_code",
        "merge_pull_request",
        "change_constitution",
        "rank_people",
    }
)
"""Words the constitution may use for things this version cannot do at all."""


def addressee(action: Action) -> PersonId | None:
    """The person whose attention this costs, if any."""
    match action:
        case RemindPerson() | CommentOnIssue() | AskApproval() | AskIdentity():
            return action.person
        case Reassign() | Escalate() | PostDigest():
            return None
