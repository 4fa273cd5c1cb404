"""A closed world of effects: if it is not in this union it cannot happen.

Adding a line here is a product decision. Code changes, merging and deleting do not exist at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar, get_args

from models.ids import AccountId, ApprovalId, IssueKey, PersonId, ProposalId, PullRequestId, SignalId, SprintId


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
    asks: str = ""
    """What is asked of the reader, in a sentence; empty where its kind says enough."""


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
    taker: PersonId | None
    """``None`` takes the owner off: the undo of a first assignment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitionIssue:
    """Move an issue to another status in Jira, for example when its pull request was merged."""

    kind: ClassVar[str] = "transition_issue"
    issue: IssueKey
    issue_title: str
    issue_url: str
    before: str
    """The status it has now; execution aborts when that is no longer so."""
    after: str
    """Name of the status it shall have; empty: whatever of its transitions leads to *done*."""
    merged: PullRequestId | None = None
    """The pull request whose merge is the reason: what ``allow: transition_issue, when: pull_request_merged`` is."""
    ends: bool = False
    """Whether that status counts as done: but after a merge the constitution's word for it is ``close_issue`` then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseIssue:
    """End an issue in Jira without its work being done."""

    kind: ClassVar[str] = "close_issue"
    issue: IssueKey
    issue_title: str
    issue_url: str
    before: str
    """The status it has now; execution aborts when that is no longer so."""
    after: str = ""
    """Name of the status that closes it; empty where Jira could not be asked: then whatever ends it undone."""
    counts_as_done: bool = False
    """Whether that status looks like finished work, because there is no other way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSprintScope:
    """Move an issue into a sprint, out of one, or from one to another."""

    kind: ClassVar[str] = "change_sprint_scope"
    issue: IssueKey
    issue_title: str
    issue_url: str
    before: SprintId | None
    """The open sprint it is in now, ``None`` is the backlog; execution aborts when that is no longer so."""
    after: SprintId | None
    before_name: str = ""
    after_name: str = ""
    """Names for people; empty with the backlog."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePriority:
    """Give an issue another priority in Jira."""

    kind: ClassVar[str] = "change_priority"
    issue: IssueKey
    issue_title: str
    issue_url: str
    before: str | None
    """The priority it has now; execution aborts when that is no longer so."""
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unflag:
    """Take the flag off an issue that Jira shows as an impediment."""

    kind: ClassVar[str] = "unflag"
    issue: IssueKey
    issue_title: str
    issue_url: str
    since: datetime | None = None
    """Since when it is flagged; execution aborts when it was flagged anew after that."""
    again: bool = False
    """Puts the flag on again: only ever the undo."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostToOtherChannel:
    """Post something somebody asked for in a channel other than the team's own."""

    kind: ClassVar[str] = "post_to_other_channel"
    channel: str
    """Role of the channel in the team's ``channels``."""
    headline: str
    facts: tuple[str, ...]


class Task(StrEnum):
    """The complex questions that may be delegated."""

    ROOT_CAUSE = "analyze_blocker_root_cause"
    SPRINT_REPORT = "create_sprint_report"
    PATTERN = "investigate_pattern"
    SYNTHESIS = "synthesize_from_multiple_sources"


@dataclass(frozen=True, slots=True, kw_only=True)
class DelegateTask:
    """Have a complex question worked on apart, by a worker that can only read."""

    kind: ClassVar[str] = "delegate_task"
    task: Task
    about: str
    """An issue key, ``sprint:<id>``, or the question in the asker's own words."""
    question: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TellAdmins:
    """Tell those who run the agent, in the ops channel, of something only they can put right."""

    kind: ClassVar[str] = "tell_admins"
    channel: str
    """Role of the channel in the team's ``channels``: ``ops``; empty where ``person`` hears instead."""
    headline: str
    facts: tuple[str, ...]
    person: PersonId | None = None
    """The admin who is told in a direct message, where no team has an ops channel."""
    diff: str = ""
    """A change of the constitution that is proposed, line by line."""


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


class Asking(StrEnum):
    """The how-manieth time a question is put."""

    FIRST = "first"
    AGAIN = "again"
    """One short reminder of a card that stands already."""
    DEPUTY = "deputy"
    """A copy of the card for whoever stands in."""
    PROMISED = "promised"
    """As ``AGAIN``, because its reader has put the question off until now: it costs no attention."""


REMINDERS = frozenset({Asking.AGAIN, Asking.PROMISED})
"""What points to a card that stands, and is none itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskApproval:
    """Show one approver a card for a proposal that needs a person's yes."""

    kind: ClassVar[str] = "ask_approval"
    approval: ApprovalId
    person: PersonId
    asking: Asking = Asking.FIRST


@dataclass(frozen=True, slots=True, kw_only=True)
class AskIdentity:
    """Ask one person privately in Slack whether an Atlassian account is theirs."""

    kind: ClassVar[str] = "ask_identity"
    person: PersonId
    account: AccountId
    item: Item


@dataclass(frozen=True, slots=True)
class Kept:
    """One thing that shadow mode has only recorded, as its log tells it."""

    proposal: ProposalId
    to: str
    """Whom it would have reached: a name, or a channel."""
    what: str
    why: str
    """Why it would have been sent, or why not."""
    rule: str
    """Id of the line that found it worth saying."""
    when: str = ""
    """When that was decided, in its reader's time."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A change of the constitution that feedback has earned; only its owner can make it."""

    words: str
    diff: str
    """Line by line; empty where no small change could be made out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowLog:
    """Show one admin privately what shadow mode has kept of one day: nothing in it does anything but take feedback."""

    kind: ClassVar[str] = "shadow_log"
    person: PersonId
    day: date
    """The team's working day it ends."""
    sent: int
    """How many would have been sent."""
    withheld: int
    would: tuple[Kept, ...] = ()
    """Of those that would have been sent, the first."""
    held: tuple[Kept, ...] = ()
    offers: tuple[Offer, ...] = ()


Action = (
    RemindPerson
    | CommentOnIssue
    | Reassign
    | TransitionIssue
    | CloseIssue
    | ChangeSprintScope
    | ChangePriority
    | Unflag
    | Escalate
    | PostDigest
    | PostToOtherChannel
    | DelegateTask
    | TellAdmins
    | AskApproval
    | AskIdentity
    | ShadowLog
)

ACTION_KINDS: frozenset[str] = frozenset(kind.kind for kind in get_args(Action))

FORESEEN: frozenset[str] = frozenset(
    {
        "delete_issue",
        "change_code",
        "merge_pull_request",
        "change_constitution",
        "rank_people",
    }
)
"""Words the constitution may use for things this version cannot do at all."""


def word_of(action: Action) -> str:
    """The constitution's word for it: to end a ticket is to close it, whatever it is called, but after a merge."""
    ends = isinstance(action, TransitionIssue) and action.merged is None and (action.ends or not action.after)
    return CloseIssue.kind if ends else action.kind


def addressee(action: Action) -> PersonId | None:
    """The person whose attention this costs, if any."""
    match action:
        case RemindPerson() | CommentOnIssue() | AskApproval() | AskIdentity() | TellAdmins() | ShadowLog():
            return action.person
        case _:
            return None


def was_of(action: TransitionIssue | CloseIssue | ChangePriority | ChangeSprintScope | Unflag) -> str:
    """What the field it changes says now, in words for people."""
    match action:
        case Unflag():
            return "not flagged" if action.again else "flagged"
        case ChangeSprintScope():
            return action.before_name or ("the backlog" if action.before is None else f"sprint {action.before}")
        case _:
            return action.before or "none"


def will_be(action: TransitionIssue | CloseIssue | ChangePriority | ChangeSprintScope | Unflag) -> str:
    """What the field it changes shall say, in words for people."""
    match action:
        case Unflag():
            return "flagged" if action.again else "not flagged"
        case ChangeSprintScope():
            return action.after_name or ("the backlog" if action.after is None else f"sprint {action.after}")
        case CloseIssue():
            return action.after or "closed"
        case _:
            return action.after or "done"
