"""Whether somebody's answer to a question counts: decided on the server, against the record, in one order.

That it comes from our own workspace is the gate before all of this. Then the question is on record and open, as it was
shown; the message is one we posted it in; whoever answers is a full member of the workspace; and the constitution of
now names them. What is refused is told privately and written down.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.app import App
from bot.jobs.presses.acting import may_act
from bot.views.refusal import already_answered, not_allowed
from models.directives import Member, Mode
from models.ids import ApprovalId
from models.proposals import Approval, ApprovalState
from planner.hearers.approvals import may_answer
from planner.policy import who_may_answer
from planner.policy.law import law_for
from planner.policy.trust import mode_of
from planner.words.titles import brief

IN_SHADOW = "The team is in shadow mode now; nothing was done."
TEAM_GONE = "The team this was asked for is not in the constitution any more, so nothing was done."
UNKNOWN = "This proposal is not on record here, so nothing was done."
CHANGED = "The proposal has changed since this card was drawn, so nothing was done. Look for the newer card."
A_COPY = "This is a copy of the card. Answer on the original, in the direct message with me."
SETTLED = "This is settled already. Nothing was done."

NEVER_UNLESS = 1
"""The strength of a *never ... unless approved by*: there nobody is believed to be who they were a quarter of an hour
ago."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answerer:
    """Who answers, about which version of what, and where they pressed; what they fill in has no place of its own."""

    user: str
    approval: ApprovalId
    version: str
    place: tuple[str, str] | None = None
    """Channel and timestamp of the message."""


async def refusal(app: App, who: Answerer, approval: Approval | None) -> str | None:
    """Why their answer does not count; ``None`` when it does. Raises ``VendorError`` when Slack cannot say."""
    if approval is None:
        return UNKNOWN
    if all(team.id != approval.team for team in app.directives.teams):
        return TEAM_GONE
    if approval.state is ApprovalState.PENDING and app.clock.now() >= approval.expires:
        approval = replace(approval, state=ApprovalState.EXPIRED)  # the clock has only not come to it yet
    if approval.state is not ApprovalState.PENDING:
        return answered_already(app, who, approval)
    if who.version != approval.payload_hash:
        return CHANGED
    if who.place is not None and not _stands_there(approval, who.place):
        return A_COPY
    return await _not_theirs(app, who, approval)


async def _not_theirs(app: App, who: Answerer, approval: Approval) -> str | None:
    team, member = app.directives.team(approval.team), member_of(app, approval, who.user)
    if app.slack is not None and law_for(approval.proposal, team, app.directives).strength == NEVER_UNLESS:
        app.slack.forget(who.user)
    if not await may_act(app, who.user):
        return not_allowed(able(app, approval))
    may = member is not None and member.id in who_may_answer(approval, app.directives)
    if member is None or not may or not may_answer(approval, member.id, app.clock.now()):
        return not_allowed(able(app, approval))
    return IN_SHADOW if mode_of(approval.proposal, team) is Mode.SHADOW else None


def answered_already(app: App, who: Answerer, approval: Approval) -> str:
    """Who was first, for members of the team; others need not know."""
    member = member_of(app, approval, who.user)
    return already_answered(approval, name_of(app, approval), member.zone) if member is not None else SETTLED


def member_of(app: App, approval: Approval, user: str) -> Member | None:
    """Who they are in the team that was asked."""
    members = (m for team in app.directives.teams if team.id == approval.team for m in team.members)
    return next((m for m in members if user and m.slack == user), None)


def able(app: App, approval: Approval) -> tuple[str, ...]:
    """The names of those whose answer counts."""
    may = who_may_answer(approval, app.directives)
    return tuple(m.name for m in app.directives.team(approval.team).members if m.id in may)


async def subject_for(app: App, who: Answerer) -> str:
    """What their question is about, for members of the team it was asked in; others need not know: empty."""
    approval = await app.ledger.approval(who.approval)
    if approval is None or member_of(app, approval, who.user) is None:
        return ""
    action = approval.proposal.action
    return str(getattr(action, "issue", "")) or brief(action, approval.team, app.directives)


def name_of(app: App, approval: Approval) -> str:
    """Who has answered it; empty for nobody."""
    members = {m.id: m.name for m in app.directives.team(approval.team).members}
    return members.get(approval.by, "") if approval.by is not None else ""


def _stands_there(approval: Approval, place: tuple[str, str]) -> bool:
    """Whether that message is one of those we posted the question in; before any is known, every one is."""
    return not approval.places or any(place == (p["channel"], p["ts"]) for p in approval.places)
