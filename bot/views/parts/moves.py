"""What an Action would do, in the words an approver reads: the exact change and the exact text."""

from __future__ import annotations

from collections.abc import Mapping

from bot.views.parts.items import account_line, item_line, subject_link
from bot.views.parts.mrkdwn import escape, link
from models.actions import (
    Action,
    AskApproval,
    AskIdentity,
    ChangePriority,
    ChangeSprintScope,
    CloseIssue,
    CommentOnIssue,
    DelegateTask,
    Escalate,
    PostDigest,
    PostToOtherChannel,
    Reassign,
    RemindPerson,
    ShadowLog,
    Task,
    TellAdmins,
    TransitionIssue,
    Unflag,
    was_of,
    will_be,
)
from models.delegated import terms
from models.ids import PersonId
from planner.words.titles import COUNTS_AS_DONE

Names = Mapping[PersonId, str]


Channels = Mapping[str, str]
"""The names of a team's channels by role, with or without the hash."""

UNNAMED: Channels = {}
"""Where nobody knows them."""

ToPerson = RemindPerson | CommentOnIssue | AskApproval | AskIdentity
ToChannel = Escalate | PostDigest | PostToOtherChannel | TellAdmins
Change = Reassign | TransitionIssue | CloseIssue | ChangePriority | ChangeSprintScope | Unflag


def move(action: Action, names: Names, channels: Channels = UNNAMED) -> str:
    """One line: ``Reassign PAY-420: unassigned → Li Wei``."""
    match action:
        case RemindPerson() | CommentOnIssue() | AskApproval() | AskIdentity():
            return _move_to_person(action, name_of(action.person, names))
        case Escalate() | PostDigest() | PostToOtherChannel() | TellAdmins():
            return f"{_POSTS[action.kind]} in {channel_of(action.channel, channels)}"
        case DelegateTask():
            return f"Have a worker that can only read {TASKS[action.task]}"
        case ShadowLog(person=person):
            return f"Show {name_of(person, names)} the log of shadow mode"
        case _:
            return f"{_VERBS[action.kind]} {diff(action, names)}"


def matter(action: Action, names: Names) -> str:
    """What it is about in a few words, for one line among others: ``escalate PAY-111``."""
    match action:
        case RemindPerson() | CommentOnIssue() | AskApproval() | AskIdentity():
            return _matter_of_person(action, name_of(action.person, names))
        case Escalate() | PostDigest() | PostToOtherChannel() | TellAdmins():
            return _matter_of_channel(action)
        case DelegateTask():
            return f"delegated task: {TASKS[action.task]}"
        case ShadowLog():
            return "log of shadow mode"
        case _:
            verb = _VERBS[action.kind]
            return f"{verb[:1].lower()}{verb[1:]} {diff(action, names)}"


def moves_of(action: Change, count: int) -> str:
    """Several of one kind together: ``Reassign 3 tickets``."""
    return _SEVERAL[action.kind].format(f"{count} tickets")


def details(action: Action) -> list[str]:
    """Further lines: the issue's title, or every word that would be sent, as a quotation."""
    match action:
        case RemindPerson() | CommentOnIssue() | AskApproval() | AskIdentity():
            return _sent_to_person(action)
        case Escalate() | PostDigest() | PostToOtherChannel() | TellAdmins():
            return _sent_to_channel(action)
        case DelegateTask():
            return [f"> {escape(action.question, 300)}", terms()]
        case ShadowLog():
            return []
        case _:
            plain = isinstance(action, CloseIssue) and action.counts_as_done
            return [*([escape(action.issue_title)] if action.issue_title else []), *([COUNTS_AS_DONE] if plain else [])]


def channel_of(role: str, channels: Channels) -> str:
    """``#leadership`` where its name is known, else ``the leadership channel``."""
    name = channels.get(role, "").lstrip("#")
    return f"#{escape(name, 80)}" if name else f"the {escape(role, 40)} channel"


def name_of(person: PersonId | None, names: Names) -> str:
    """The display name the constitution gives; nobody is *unassigned*."""
    return "unassigned" if person is None else escape(names.get(person, person), 60)


# --- to one person ------------------------------------------------------------------------------------------


def _move_to_person(action: ToPerson, name: str) -> str:
    match action:
        case RemindPerson():
            return f"Send {name} a direct message"
        case CommentOnIssue():
            return f"Comment on {link(action.item.url, action.issue, 60)} in Jira, mentioning {name}"
        case AskApproval():
            return f"Ask {name} for a yes"
        case AskIdentity():
            return f"Ask {name} whether an Atlassian account is theirs"


def _matter_of_person(action: ToPerson, name: str) -> str:
    match action:
        case RemindPerson():
            return f"message to {name} about {_about(action)}"
        case CommentOnIssue():
            return f"comment on {link(action.item.url, action.issue, 60)} for {name}"
        case AskApproval():
            return f"ask {name}"
        case AskIdentity():
            return f"ask {name} about an account"


def _sent_to_person(action: ToPerson) -> list[str]:
    match action:
        case RemindPerson():
            return [f"> {item_line(item, 200)}" for item in action.items[:3]]
        case CommentOnIssue():
            return [f"> {item_line(action.item, 200)}"]
        case AskIdentity():
            return [f"> {account_line(action.item, action.account, 200)}"]
        case AskApproval():
            return []


def _about(action: RemindPerson) -> str:
    first, *rest = action.items
    return subject_link(first.subject, first.url) + (f" and {len(rest)} more" if rest else "")


# --- in a channel -------------------------------------------------------------------------------------------

_POSTS = {
    Escalate.kind: "Post",
    PostDigest.kind: "Post the daily summary",
    PostToOtherChannel.kind: "Post",
    TellAdmins.kind: "Tell the admins",
}


def _matter_of_channel(action: ToChannel) -> str:
    match action:
        case Escalate():
            return f"escalate {subject_link(action.item.subject, action.item.url)}"
        case PostDigest():
            return "daily summary"
        case PostToOtherChannel():
            return f"post in {channel_of(action.channel, UNNAMED)}"
        case TellAdmins():
            return "word to the admins"


def _sent_to_channel(action: ToChannel) -> list[str]:
    match action:
        case Escalate():
            return [f"> {item_line(action.item, 200)}", *(f"> {escape(fact, 200)}" for fact in action.facts[:5])]
        case PostDigest():
            return [f"> {escape(action.headline)}", *(f"> {item_line(item, 200)}" for item in action.items[:3])]
        case PostToOtherChannel() | TellAdmins():
            return [f"> {escape(action.headline, 500)}", *(f"> {escape(fact, 200)}" for fact in action.facts[:5])]


# --- a change in Jira, a task -------------------------------------------------------------------------------

_VERBS = {
    Reassign.kind: "Reassign",
    TransitionIssue.kind: "Set",
    CloseIssue.kind: "Close",
    ChangePriority.kind: "Change the priority of",
    ChangeSprintScope.kind: "Move",
    Unflag.kind: "Change the flag of",
}

_SEVERAL = {
    Reassign.kind: "Reassign {}",
    TransitionIssue.kind: "Set the status of {}",
    CloseIssue.kind: "Close {}",
    ChangePriority.kind: "Change the priority of {}",
    ChangeSprintScope.kind: "Move {} to another sprint",
    Unflag.kind: "Change the flag of {}",
}

TASKS = {
    Task.ROOT_CAUSE: "find out what causes a blocker",
    Task.SPRINT_REPORT: "write a report of the sprint",
    Task.PATTERN: "look into a pattern",
    Task.SYNTHESIS: "put together what several sources say",
}
"""What a delegated task comes to."""


def diff(action: Change, names: Names) -> str:
    """``PAY-7: In Review → Done``: the field as it is and as it shall be."""
    if isinstance(action, Reassign):
        before, after = name_of(action.giver, names), name_of(action.taker, names)
    else:
        before, after = escape(was_of(action), 60), escape(will_be(action), 60)
    return f"{link(action.issue_url, action.issue, 60)}: {before} → {after}"
