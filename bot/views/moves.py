"""What an Action would do, in the words an approver reads: the exact change and the exact text."""

from __future__ import annotations

from collections.abc import Mapping

from bot.views.items import item_line
from bot.views.mrkdwn import escape, link
from models.actions import Action, AskApproval, CommentOnIssue, Escalate, PostDigest, Reassign, RemindPerson
from models.ids import PersonId

Names = Mapping[PersonId, str]


def move(action: Action, names: Names) -> str:
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
            return f"Post in the {escape(action.channel, 40)} channel"
        case PostDigest():
            return f"Post the daily summary in the {escape(action.channel, 40)} channel"
        case AskApproval():
            return f"Ask {name_of(action.person, names)} for a yes"


def details(action: Action) -> list[str]:
    """Further lines: the issue's title, or every word that would be sent, as a quotation."""
    match action:
        case Reassign():
            return [escape(action.issue_title)] if action.issue_title else []
        case RemindPerson():
            return [f"> {item_line(item, 200)}" for item in action.items[:3]]
        case CommentOnIssue():
            return [f"> {item_line(action.item, 200)}"]
        case Escalate():
            return [f"> {item_line(action.item, 200)}", *(f"> {escape(fact, 200)}" for fact in action.facts[:5])]
        case PostDigest():
            return [f"> {escape(action.headline)}", *(f"> {item_line(item, 200)}" for item in action.items[:3])]
        case AskApproval():
            return []


def name_of(person: PersonId | None, names: Names) -> str:
    """The display name the constitution gives; nobody is *unassigned*."""
    return "unassigned" if person is None else escape(names.get(person, person), 60)
