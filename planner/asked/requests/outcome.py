"""What came of a request, in one line for whoever asked."""

from __future__ import annotations

from models.cycles import WhyRecord
from models.directives import Directives
from models.proposals import ApprovalState, EffectState, Verdict
from planner.words.titles import brief, name_of


def came_of(record: WhyRecord, directives: Directives) -> str | None:
    """The line; ``None`` while it is under way, and for whoever answered their own question: they have seen it."""
    asked, approval = record.proposal.asked_in, record.approval
    by = approval.by if approval is not None else None
    if asked is None or by == asked.person:
        return None
    who = name_of(by, record.team, directives) if by is not None else ""
    what = brief(record.proposal.action, record.team, directives)
    if record.effect is EffectState.SENT:
        return f"Done: {what}.{f' {who} said yes.' if who else ''}"
    if record.effect in (EffectState.CANCELLED, EffectState.DEAD) and record.decision.verdict is not Verdict.DEFER:
        said = f"{who} said yes, but it was not done" if who else "Not done"
        return f"{said}: {what}. {record.outcome}".rstrip()
    match approval.state if approval is not None else None:
        case ApprovalState.REJECTED:
            return f"{who} said no: {what}. Nothing was done."
        case ApprovalState.EXPIRED:
            return f"Nobody answered in time, so nothing was done: {what}. Ask again if it still matters."
        case ApprovalState.SUPERSEDED:
            why = f" ({approval.note})" if approval is not None and approval.note else ""
            return f"The question was withdrawn, so nothing was done: {what}{why}."
        case _:
            return None
