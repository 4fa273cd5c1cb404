"""A settled question is one line: what came of it, when and through whom, and the button that takes it back."""

from __future__ import annotations

from dataclasses import replace

from bot.views.card.known import Known, block_id
from bot.views.parts.items import subject_link
from bot.views.parts.message import Block, section
from bot.views.parts.moments import dated
from bot.views.parts.moves import channel_of, matter, name_of
from bot.views.parts.mrkdwn import escape, linked
from bot.views.undone import undo_button, undone_line
from models.actions import (
    ChangePriority,
    ChangeSprintScope,
    CloseIssue,
    CommentOnIssue,
    Escalate,
    PostToOtherChannel,
    Reassign,
    RemindPerson,
    TransitionIssue,
    Unflag,
)
from models.proposals import DONE, Approval, ApprovalState, Objection
from planner.words.titles import why_not

_OUTCOME = 120
"""Characters of an outcome: a settled question is one line."""

OBJECTIONS = {
    Objection.WRONG_PERSON: "wrong person",
    Objection.TOO_EARLY: "too early",
    Objection.NOT_NEEDED: "not needed",
    Objection.NEVER: "never do this",
    Objection.OTHER: "another reason",
}
"""What a reason is called on the card and in the window."""


def settled(approval: Approval, known: Known) -> Block:
    """The line; in shadow mode without its button."""
    line, undo = section(_line(approval, known), block_id=block_id(approval, "end")), undo_button(approval)
    return line | {"accessory": undo} if undo is not None and not known.stops(approval) else line


def _line(approval: Approval, known: Known) -> str:
    """``Done Tue 10:14 by Dana · PAY-420 → Li Wei``. It stands for days: the weekday is always told."""
    asked = matter(approval.proposal.action, known.names)
    at, who = _answer(approval, known)
    match approval.state:
        case ApprovalState.REJECTED:
            return f"*Rejected* {at} by {who}{_why(approval)}, nothing done · {asked}{_note(approval)}"
        case ApprovalState.EXPIRED:
            return f"*Lapsed* {dated(approval.expires, known.zone, approval.asked_at)}, nothing done · {asked}"
        case ApprovalState.SUPERSEDED:
            note = escape(approval.note, 120) or "the situation changed"
            return f"*Withdrawn*, nothing done: {note} · {asked}"
        case ApprovalState.PENDING:
            return f"*Waiting for an answer* · {asked}"
        case ApprovalState.APPROVED:
            return _approved(approval, at, who, known)


def _why(approval: Approval) -> str:
    """Why somebody said no, and from when on it may be proposed again."""
    said = approval.objection
    return f": {OBJECTIONS[said]}" if said is not None and said is not Objection.OTHER else ""


def _note(approval: Approval) -> str:
    return f" · {escape(approval.note, 120)}" if approval.note else ""


def _answer(approval: Approval, known: Known) -> tuple[str, str]:
    """When it was answered, and by whom."""
    who = name_of(approval.by, known.names) if approval.by else "somebody"
    return dated(approval.at or approval.expires, known.zone, approval.asked_at), who


def _approved(approval: Approval, at: str, who: str, known: Known) -> str:
    """Under way, done, or approved and yet not done because the world had moved on."""
    yes = "edited and approved" if approval.edits else "approved"
    if not approval.outcome:
        return f"*Working…* {matter(approval.proposal.action, known.names)} · {yes} {at} by {who}"
    if approval.ending in DONE:
        done = f"*Edited and approved*, done {at} by {who}" if approval.edits else f"*Done* {at} by {who}"
        return _done(approval, done, known)
    if not approval.ending:
        return f"*{yes.capitalize()}* {at} by {who} · {_outcome(approval, known)}"
    why = replace(approval, outcome=why_not(approval.outcome))
    return f"*{yes.capitalize()}* {at} by {who}, not done · {_outcome(why, known)}"


def _done(approval: Approval, done: str, known: Known) -> str:
    came_of = _came_of(approval, known)
    if approval.undone is None:
        return f"{done} · {came_of}"
    return undone_line(
        approval.undone, approval.proposal.action, done, came_of, known.names, known.zone, approval.asked_at
    )


def _came_of(approval: Approval, known: Known) -> str:
    """What was done, naming what it was done about."""
    match approval.proposal.action:
        case Escalate(channel=role, item=item) if role in known.channels:
            return f"{subject_link(item.subject, item.url)} escalated to {channel_of(role, known.channels)}"
        case PostToOtherChannel(channel=role) if role in known.channels:
            return f"posted in {channel_of(role, known.channels)}"
        case RemindPerson() as action:
            return f"{matter(action, known.names)} sent"
        case _:
            return _outcome(approval, known)


def _outcome(approval: Approval, known: Known) -> str:
    """The world's own words, after what they are about if they do not say it."""
    action, words = approval.proposal.action, approval.outcome.rstrip(".")
    match action:
        case (
            Reassign() | TransitionIssue() | CloseIssue() | ChangeSprintScope() | ChangePriority() | Unflag() as change
        ):
            if change.issue in words:
                return linked(words, [change.issue], change.issue_url, _OUTCOME)
        case CommentOnIssue(item=item) | Escalate(item=item) if item.subject in words:
            return linked(words, [item.subject], item.url, _OUTCOME)
        case _:
            pass
    return f"{matter(action, known.names)} · {escape(words, _OUTCOME)}"
