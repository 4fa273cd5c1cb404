"""What an Action would do, in the words an approver reads: the exact change and the exact text."""

from __future__ import annotations

from collections.abc import Mapping

from bot.views.items import account_line, item_line, subject_link
from bot.views.mrkdwn import escape, link
from models.actions import (
    Action,
    AskApproval,
    AskIdentity,
    CommentOnIssue,
    Escalate,
    PostDigest,
    Reassign,
    RemindPerson,
)
from models.ids import PersonId

Names = Mapping[PersonId, str]


Channels = Mapping[str, str]
"""The names of a team's channels by role, with or without the hash."""

UNNAMED: Channels = {}
"""Where nobody knows them."""


def move(action: Action, names: Names, channels: Channels = UNNAMED) -> str:
    """One line: ``Reassign PAY-420: unassigned → Li Wei``."""
    match action:
        case Reassign():
            giver, taker = name_of(action.giver, names), name_of(action.taker, names)
            return f"Reassign {link(action.issue_url, action.issue, 60)}: {giver} → {taker}"
        case RemindPerson():
            return f"Send {name_of(action.person, names)} a direct message"
        case CommentOnIssue():
            where = link(action.item.url, action.issue, 60)
            return f"Comment on {where} in Jira, mentioning {name_of(action.person, names)}"
        case Escalate():
            return f"Post in {channel_of(action.channel, channels)}"
        case PostDigest():
            return f"Post the daily summary in {channel_of(action.channel, channels)}"
        case AskApproval():
            return f"Ask {name_of(action.person, names)} for a yes"
        case AskIdentity():
            return f"Ask {name_of(action.person, names)} whether an Atlassian account is theirs"


def matter(action: Action, names: Names) -> str:
    """What it is about in a few words, for one line among others: ``escalate PAY-111``."""
    match action:
        case Reassign():
            giver, taker = name_of(action.giver, names), name_of(action.taker, names)
            return f"reassign {link(action.issue_url, action.issue, 60)}: {giver} → {taker}"
        case RemindPerson():
            return f"message to {name_of(action.person, names)} about {_about(action)}"
        case CommentOnIssue():
            return f"comment on {link(action.item.url, action.issue, 60)} for {name_of(action.person, names)}"
        case Escalate():
            return f"escalate {subject_link(action.item.subject, action.item.url)}"
        case PostDigest():
            return "daily summary"
        case AskApproval():
            return f"ask {name_of(action.person, names)}"
        case AskIdentity():
            return f"ask {name_of(action.person, names)} about an account"


def _about(action: RemindPerson) -> str:
    first, *rest = action.items
    return subject_link(first.subject, first.url) + (f" and {len(rest)} more" if rest else "")


def details(action: Action) -> list[str]:
    """Further lines: the issue's title, or every word that would be sent, as a quotation."""
    match action:
        case Reassign():
            return [escape(action.issue_title)] if action.issue_title else []
        case RemindPerson():
            return [f"> {item_line(item, 200)}" for item in action.items[:3]]
        case CommentOnIssue():
            return [f"> {item_line(action.item, 200)}"]
        case AskIdentity():
            return [f"> {account_line(action.item, action.account, 200)}"]
        case Escalate():
            return [f"> {item_line(action.item, 200)}", *(f"> {escape(fact, 200)}" for fact in action.facts[:5])]
        case PostDigest():
            return [f"> {escape(action.headline)}", *(f"> {item_line(item, 200)}" for item in action.items[:3])]
        case AskApproval():
            return []


def channel_of(role: str, channels: Channels) -> str:
    """``#leadership`` where its name is known, else ``the leadership channel``."""
    name = channels.get(role, "").lstrip("#")
    return f"#{escape(name, 80)}" if name else f"the {escape(role, 40)} channel"


def name_of(person: PersonId | None, names: Names) -> str:
    """The display name the constitution gives; nobody is *unassigned*."""
    return "unassigned" if person is None else escape(names.get(person, person), 60)
