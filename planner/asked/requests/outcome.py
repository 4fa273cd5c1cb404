"""What came of a request, in one line for whoever asked."""

from __future__ import annotations

from models.actions import Action, DelegateTask, PostToOtherChannel, Reassign, was_of
from models.cycles import EDITED, WhyRecord
from models.directives import Directives
from models.ids import PersonId
from models.proposals import Approval, ApprovalState, EffectState, Verdict
from planner.words.titles import Change, brief, name_of, why_not

_WORDS = 160
"""Characters of a text that somebody else has changed, told to whoever wanted it."""


def came_of(record: WhyRecord, directives: Directives) -> str | None:
    """The line; ``None`` while it is under way, and for whoever answered their own question: they have seen it."""
    asked, approval = record.proposal.asked_in, record.approval
    if asked is None or _by(record) == asked.person:
        return None
    if is_undone(record):
        return _taken_back(record, directives)
    if record.effect is EffectState.SENT and isinstance(record.proposal.action, DelegateTask):
        return None  # its report is the word
    if record.effect is EffectState.SENT:
        return _done(record, directives)
    if record.effect in (EffectState.CANCELLED, EffectState.DEAD) and record.decision.verdict is not Verdict.DEFER:
        return _not_done(record, directives)
    return _unanswered(approval, record, directives) if approval is not None else None


def stands_now(record: WhyRecord, directives: Directives) -> str:
    """As ``came_of``, for the line under which it was pressed: also what its asker did themselves."""
    if is_undone(record):
        return _taken_back(record, directives)
    return _done(record, directives) if record.effect is EffectState.SENT else came_of(record, directives) or ""


def is_undone(record: WhyRecord) -> bool:
    """Whether what was done has been taken back: then it is as it was before."""
    return record.undone is not None and record.undone.state is EffectState.SENT


def _by(record: WhyRecord) -> PersonId | None:
    """Whoever had the last word on it."""
    if is_undone(record) and record.undone is not None:
        return record.undone.by
    return record.approval.by if record.approval is not None else None


def _name(record: WhyRecord, directives: Directives) -> str:
    by, asked = _by(record), record.proposal.asked_in
    if by is None or asked is None:
        return ""
    return "You" if by == asked.person else name_of(by, record.team, directives)


def _taken_back(record: WhyRecord, directives: Directives) -> str:
    """How it is again."""
    action, who = record.proposal.action, _name(record, directives) or "Somebody"
    match action:
        case Reassign(issue=issue, giver=giver):
            before = name_of(giver, record.team, directives) if giver is not None else "unassigned"
            return f"{who} took it back: {issue} → {before} again."
        case _ if isinstance(action, Change):
            return f"{who} took it back: {action.issue} → {was_of(action)} again."
        case _:
            return f"{who} took it back: {brief(action, record.team, directives)}."


def _done(record: WhyRecord, directives: Directives) -> str:
    what, who = brief(record.proposal.action, record.team, directives), _name(record, directives)
    if _is_edited(record):
        return f"Done, as {who} changed it: {what}{_text(record.proposal.action)}."
    return f"Done: {what}.{f' {who} said yes.' if who not in ('', 'You') else ''}"


def _text(action: Action) -> str:
    """The words of a post, for whoever wanted others."""
    if not isinstance(action, PostToOtherChannel):
        return ""
    said = action.headline
    return f", “{said if len(said) <= _WORDS else said[: _WORDS - 1] + '…'}”"


def _not_done(record: WhyRecord, directives: Directives) -> str:
    what, who = brief(record.proposal.action, record.team, directives), _name(record, directives)
    yes = f"{who} {'changed it and ' if _is_edited(record) else ''}said yes"
    return f"{f'{yes}, but it was not done' if who else 'Not done'}: {what}. {why_not(record.outcome)}".rstrip()


def _is_edited(record: WhyRecord) -> bool:
    return record.approval is not None and record.approval.edits is not None


def _unanswered(approval: Approval, record: WhyRecord, directives: Directives) -> str | None:
    """Of what nobody has said yes to, as it was asked."""
    what, who = brief(record.proposal.action, record.team, directives), _name(record, directives)
    match approval.state:
        case ApprovalState.REJECTED:
            return f"{who} said no: {what}. Nothing was done."
        case ApprovalState.EXPIRED:
            return f"Nobody answered in time, so nothing was done: {what}. Ask again if it still matters."
        case ApprovalState.SUPERSEDED if approval.note == EDITED:
            return f"{who} changed it, and said yes to that."
        case ApprovalState.SUPERSEDED:
            why = f" ({approval.note})" if approval.note else ""
            return f"The question was withdrawn, so nothing was done: {what}{why}."
        case _:
            return None
