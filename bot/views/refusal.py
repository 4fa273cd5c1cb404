"""Why a click changed nothing, told privately, in plain words that are also what the audit keeps."""

from __future__ import annotations

from collections.abc import Sequence

from bot.views.parts.message import Message, message, section
from bot.views.parts.moments import dated
from bot.views.parts.mrkdwn import escape
from models.proposals import Approval, ApprovalState

_ANSWERS = {ApprovalState.APPROVED: "approved", ApprovalState.REJECTED: "rejected"}


def not_allowed(names: Sequence[str]) -> str:
    """Only these people may answer. Plain text, not escaped."""
    if not names:
        return "Nobody in the constitution may answer this, so nothing was done. An admin can name an approver."
    who = " or ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]
    return f"Only {who} can answer this. Nothing was done."


def already_answered(approval: Approval, name: str, zone: str) -> str:
    """Somebody was first, or it is too late. Plain text, not escaped; ``zone`` is the reader's."""
    match approval.state:
        case ApprovalState.EXPIRED:
            lapsed = dated(approval.expires, zone, approval.asked_at)
            return f"This lapsed on {lapsed} without an answer, so nothing was done."
        case ApprovalState.SUPERSEDED if approval.by is not None:
            when = dated(approval.at or approval.asked_at, zone, approval.asked_at)
            return f"{name or 'Somebody'} already edited and approved this on {when}."
        case ApprovalState.SUPERSEDED:
            return "This was withdrawn because the situation changed. Nothing was done."
        case ApprovalState.PENDING:
            return "This could not be settled just now. Press again."
        case _:
            when = dated(approval.at or approval.asked_at, zone, approval.asked_at)
            return f"{name or 'Somebody'} already {_ANSWERS[approval.state]} this on {when}."


def refusal_message(words: str) -> Message:
    """The private answer that carries one of these texts."""
    lines = [escape(line, 400) for line in words.splitlines()[:12]]
    return message([section("\n".join(line for line in lines if line) or "Nothing was done.")])
