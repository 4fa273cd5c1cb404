"""What a settled question says of being taken back, and the button that takes it back."""

from __future__ import annotations

import json
from datetime import datetime

from bot.views.parts.message import Block, button
from bot.views.parts.moments import dated
from bot.views.parts.moves import Names, name_of
from bot.views.parts.mrkdwn import escape, link
from models.actions import (
    Action,
    ChangePriority,
    ChangeSprintScope,
    CloseIssue,
    Reassign,
    TransitionIssue,
    Unflag,
    was_of,
)
from models.proposals import DONE, Approval, EffectState, Undone
from planner.asked.undo import can_be_taken_back

_WORDS = 160
"""Characters of why something was not taken back."""


def undone_line(
    undone: Undone, action: Action, done: str, came_of: str, names: Names, zone: str, since: datetime
) -> str:
    """``Undone Tue 10:20 by Dana · PAY-7 → Li Wei again``: as it is now; ``done`` is how the line begins without it."""
    by = f" by {name_of(undone.by, names)}" if undone.by is not None else ""
    match undone.state:
        case EffectState.SENT:
            return f"*Undone* {dated(undone.at or since, zone, since)}{by} · {_as_before(action, names) or came_of}"
        case EffectState.CANCELLED | EffectState.DEAD:
            why = undone.words.removesuffix("; not undone.").rstrip(".")
            return f"{done} · {came_of}. Not undone: {escape(why, _WORDS)}"
        case _:
            return f"*Taking it back…*{by} · {came_of}"


def _as_before(action: Action, names: Names) -> str:
    """What is so again; empty for what has no opposite."""
    match action:
        case Reassign():
            before = name_of(action.giver, names)
        case TransitionIssue() | CloseIssue() | ChangeSprintScope() | ChangePriority() | Unflag():
            before = escape(was_of(action), 60)
        case _:
            return ""
    return f"*{link(action.issue_url, action.issue, 60)}* → {before} again"


def undo_button(approval: Approval) -> Block | None:
    """Only where something was done that has an opposite, and nobody has asked for that yet."""
    action = approval.proposal.action
    is_open = approval.ending in DONE and approval.undone is None and approval.proposal.undoes is None
    if not is_open or not can_be_taken_back(action):
        return None
    issue = getattr(action, "issue", "")
    return button("Undo", "undo", json.dumps({"a": approval.proposal.id}), reads=f"Undo: {action.kind} {issue}".strip())
