"""What an Action is called when people are told of it later, in plain text."""

from __future__ import annotations

import re

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
from models.directives import Directives
from models.hushes import EVERYTHING
from models.ids import PersonId, TeamId

UNDO_WORDS = "Yes, for 24 hours: the Undo button, or /pm undo"
"""What a card says of an action that has an opposite."""

COUNTS_AS_DONE = "There is no other way to close it: it will count as done."
"""What is said of a close, before anybody says yes, where Jira has no status for work that was given up."""

Message = RemindPerson | CommentOnIssue | AskApproval | AskIdentity
Post = Escalate | PostDigest | PostToOtherChannel | TellAdmins
Change = Reassign | TransitionIssue | CloseIssue | ChangePriority | ChangeSprintScope | Unflag


def title(action: Action, team: TeamId, directives: Directives) -> str:
    """The head of its record: ``Message to Ann about PAY-1``, ``Set PAY-7: In Review → Done``."""
    match action:
        case RemindPerson() | CommentOnIssue() | AskApproval() | AskIdentity():
            return _message(action, name_of(action.person, team, directives))
        case Escalate() | PostDigest() | PostToOtherChannel() | TellAdmins():
            return _post(action, channel_of(action.channel, team, directives))
        case DelegateTask():
            return f"A longer look {looked_into(action)}"
        case ShadowLog():
            return f"Log of shadow mode, {action.day:%a} {action.day.day} {action.day:%b}"
        case _:
            return _change(action, team, directives)


def brief(action: Action, team: TeamId, directives: Directives) -> str:
    """What would be done, for a line of an answer: ``PAY-7 → Li Wei``, ``PAY-7: Medium → High``."""
    match action:
        case Reassign(issue=issue, taker=taker):
            return f"{issue} → {name_of(taker, team, directives) if taker is not None else 'unassigned'}"
        case ChangeSprintScope(issue=issue):
            return f"{issue} → {will_be(action)}"
        case TransitionIssue(issue=issue) | CloseIssue(issue=issue) | Unflag(issue=issue):
            return f"{issue}: {was_of(action)} → {will_be(action)}"
        case ChangePriority(issue=issue):
            return f"{issue}: priority {was_of(action)} → {will_be(action)}"
        case DelegateTask():
            return f"a longer look {looked_into(action)}"
        case PostToOtherChannel(channel=channel):
            return f"a post in {channel_of(channel, team, directives)}"
        case _:
            return title(action, team, directives)


def looked_into(action: DelegateTask) -> str:
    """What a look is about, without the words of whoever wants it: those stand on the card of who says yes to it."""
    match action.task:
        case Task.ROOT_CAUSE:
            return f"at what is behind {action.about}"
        case Task.SPRINT_REPORT:
            return "for a report"
        case Task.PATTERN:
            return "into a pattern"
        case Task.SYNTHESIS:
            return "at what the sources say"


def why_not(outcome: str) -> str:
    """Why something was not done, where that it was not is said already; ends as a sentence."""
    return f"{re.sub(r'; nothing (?:done|to do)[.]?$', '', outcome).rstrip('.')}." if outcome else ""


def called(subject: str) -> str:
    """A subject as people call it: ``PAY-7``, ``PR api#7``, ``the sprint``."""
    kind, _, _ = subject.partition(":")
    if kind in _CALLED:
        return _CALLED[kind]
    return f"PR {subject.rpartition('/')[2]}" if "#" in subject else subject


_CALLED = {
    EVERYTHING: "everything",
    "sprint": "the sprint",
    "author": "waiting reviews",
    "account": "an account",
    "person": "somebody's open work",
}


def name_of(person: PersonId, team: TeamId, directives: Directives) -> str:
    """The name the constitution gives; the id of somebody it does not know any more."""
    members = directives.team(team).members
    return next((member.name for member in members if member.id == person), person)


def the(role: str) -> str:
    """A role as people say it: ``the PM``, ``an approver``."""
    return _ROLES.get(role) or f"the {role.replace('_', ' ')}"


_ROLES = {"pm": "the PM", "deputy_pm": "the deputy PM", "approvers": "an approver", "admins": "an admin"}


def channel_of(role: str, team: TeamId, directives: Directives) -> str:
    """``#leadership``."""
    return f"#{directives.team(team).channels.get(role, role).lstrip('#')}"


def _message(action: Message, name: str) -> str:
    match action:
        case RemindPerson():
            return f"Message to {name} about {', '.join(called(i.subject) for i in action.items)}"
        case CommentOnIssue():
            return f"Comment on {action.issue} for {name}"
        case AskApproval() | AskIdentity():
            return f"Ask {name}{' whether an account is theirs' if isinstance(action, AskIdentity) else ''}"


def _post(action: Post, channel: str) -> str:
    match action:
        case Escalate():
            return f"Escalate {called(action.item.subject)} to {channel}"
        case PostDigest():
            return f"Daily summary of {action.day.day} {action.day:%b}"
        case PostToOtherChannel():
            return f"Post in {channel}"
        case TellAdmins():
            return f"Word to the admins in {channel}"


def _change(action: Change, team: TeamId, directives: Directives) -> str:
    if isinstance(action, Reassign):
        taker = action.taker
        return f"Give {action.issue} to {name_of(taker, team, directives)}" if taker else f"Unassign {action.issue}"
    return f"{_CHANGES[action.kind]} {action.issue}: {was_of(action)} → {will_be(action)}"


_CHANGES = {
    TransitionIssue.kind: "Set",
    CloseIssue.kind: "Close",
    ChangePriority.kind: "Priority of",
    ChangeSprintScope.kind: "Move",
    Unflag.kind: "Flag of",
}
