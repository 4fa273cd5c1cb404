"""A click on an approval card: who may answer is decided here, on the server, against the record."""

from __future__ import annotations

from dataclasses import dataclass

from bot.app import App
from bot.jobs.presses.acting import may_act
from bot.jobs.presses.press import ELSEWHERE, Press, settle_press
from bot.views.refusal import already_answered, not_allowed
from models.directives import Member, Mode
from models.ids import ApprovalId
from models.mailbox import Job
from models.proposals import Approval, ApprovalState
from planner.hearers.approvals import may_answer
from planner.policy import who_may_answer

IN_SHADOW = "The team is in shadow mode now; nothing was done."
TEAM_GONE = "The team this was asked for is not in the constitution any more, so nothing was done."


@dataclass(frozen=True, slots=True)
class Click:
    """A press of a card's button."""

    press: Press
    approve: bool
    approval: ApprovalId
    version: str

    @property
    def wanted(self) -> ApprovalState:
        """What the ask becomes if this click counts."""
        return ApprovalState.APPROVED if self.approve else ApprovalState.REJECTED


async def settle_one(app: App, job: Job) -> None:
    """Settle the approval, or refuse privately and write down who tried."""
    await settle_press(
        app, job, read=_read, settle=_settle, refused="click_refused", about=lambda click: click.approval
    )


def _read(press: Press) -> Click:
    return Click(press, press.button == "approve", ApprovalId(str(press.value["a"])), str(press.value["v"]))


async def _settle(app: App, job: Job, click: Click) -> str | None:
    """Why the click did nothing; ``None`` when it counted, also when an earlier try died after it had."""
    approval = await app.ledger.approval(click.approval)
    if job.attempts > 1 and approval is not None and _counted(app, click, approval):
        return None
    refusal = await _refusal(app, click, approval)
    return await _decide(app, click, approval) if refusal is None and approval is not None else refusal


def _counted(app: App, click: Click, approval: Approval) -> bool:
    member = _member(app, approval, click.press.user)
    return member is not None and approval.by == member.id and approval.state is click.wanted


async def _decide(app: App, click: Click, approval: Approval) -> str | None:
    """One conditional update; the loser learns who won."""
    member = _member(app, approval, click.press.user)
    if member is None:
        return not_allowed(_names(app, approval))
    settled = await app.ledger.decide(approval.id, by=member.id, approve=click.approve, version=click.version)
    if settled.state is click.wanted and settled.by == member.id:
        return None
    return already_answered(settled, _name_of(app, settled), member.zone)


async def _refusal(app: App, click: Click, approval: Approval | None) -> str | None:
    """The checks in the order of the Slack note, section 2; the first that fails answers."""
    if approval is None:
        return "This proposal is not on record here, so nothing was done."
    if all(team.id != approval.team for team in app.directives.teams):
        return TEAM_GONE
    if click.version != approval.payload_hash:
        return "The proposal has changed since this card was drawn, so nothing was done. Look for the newer card."
    if app.slack is None or click.press.workspace != await app.slack.workspace():
        return ELSEWHERE
    if not _stands_there(approval, click.press):
        return "This is a copy of the card. Answer on the original, in the direct message with me."
    member = _member(app, approval, click.press.user)
    named = member is not None and member.id in who_may_answer(approval, app.directives)
    if member is None or not named or not await may_act(app, click.press.user):
        return not_allowed(_names(app, approval))
    if not may_answer(approval, member.id, app.clock.now()):
        return already_answered(approval, _name_of(app, approval), member.zone)
    return IN_SHADOW if app.directives.team(approval.team).mode is Mode.SHADOW else None


def _stands_there(approval: Approval, press: Press) -> bool:
    """Whether that message is one of those we posted the question in; before any is known, every one is."""
    return not approval.places or any((press.channel, press.ts) == (p["channel"], p["ts"]) for p in approval.places)


def _member(app: App, approval: Approval, user: str) -> Member | None:
    members = (m for team in app.directives.teams if team.id == approval.team for m in team.members)
    return next((m for m in members if m.slack == user), None)


def _names(app: App, approval: Approval) -> tuple[str, ...]:
    able = who_may_answer(approval, app.directives)
    return tuple(m.name for m in app.directives.team(approval.team).members if m.id in able)


def _name_of(app: App, approval: Approval) -> str:
    members = {m.id: m.name for m in app.directives.team(approval.team).members}
    return members.get(approval.by, "") if approval.by is not None else ""
