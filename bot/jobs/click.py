"""A click on an approval card: who may answer is decided here, on the server, against the record."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from typing import Any

from bot.app import App
from bot.views.refusal import already_answered, not_allowed
from models.directives import Member
from models.ids import ApprovalId
from models.mailbox import Job
from models.proposals import Approval, ApprovalState
from planner.approvals import may_answer
from planner.policy import who_may_answer

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Click:
    """What a signed ``block_actions`` body says, as far as we use it."""

    user: str
    workspace: str
    channel: str
    ts: str
    approve: bool
    approval: ApprovalId
    version: str
    response_url: str

    @property
    def wanted(self) -> ApprovalState:
        """What the ask becomes if this click counts."""
        return ApprovalState.APPROVED if self.approve else ApprovalState.REJECTED


def read_click(body: dict[str, Any]) -> Click:
    """Raises ``KeyError``, ``IndexError``, ``TypeError`` or ``ValueError`` on a body that is not a click."""
    action = body["actions"][0]
    value = json.loads(action["value"])
    container = body.get("container") or {}
    return Click(
        user=str(body["user"]["id"]),
        workspace=str((body.get("team") or {}).get("id", "")),
        channel=str(container.get("channel_id", "")),
        ts=str(container.get("message_ts", "")),
        approve=action["action_id"] == "approve",
        approval=ApprovalId(str(value["a"])),
        version=str(value["v"]),
        response_url=str(body.get("response_url", "")),
    )


async def settle_one(app: App, job: Job) -> None:
    """Settle the approval, or refuse privately and write down who tried."""
    delivery = await app.mailbox.delivery(job.payload["inbox"])
    try:
        click = read_click(json.loads(delivery.body))
    except (KeyError, IndexError, TypeError, ValueError) as bad:
        log.warning("a click that cannot be read: %r", bad, extra={"action": "unreadable_click"})
        await app.mailbox.finish(job)
        return
    refusal = await _settle(app, job, click)
    if refusal is not None:
        await app.ledger.audit(
            team=job.team, who=click.user, what="click_refused", about=click.approval, detail=refusal
        )
    await app.mailbox.finish(job)
    if refusal is not None:  # at most once: whoever misses it sees the card
        await app.notify.whisper(click.response_url, refusal)


async def _settle(app: App, job: Job, click: Click) -> str | None:
    """Why the click did nothing; ``None`` when it counted, also when an earlier try died after it had."""
    approval = await app.ledger.approval(click.approval)
    if job.attempts > 1 and approval is not None and _counted(app, click, approval):
        return None
    refusal = await _refusal(app, click, approval)
    return await _decide(app, click, approval) if refusal is None and approval is not None else refusal


def _counted(app: App, click: Click, approval: Approval) -> bool:
    member = _member(app, approval, click.user)
    return member is not None and approval.by == member.id and approval.state is click.wanted


async def _decide(app: App, click: Click, approval: Approval) -> str | None:
    """One conditional update; the loser learns who won."""
    member = _member(app, approval, click.user)
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
    if click.version != approval.payload_hash:
        return "The proposal has changed since this card was drawn, so nothing was done. Look for the newer card."
    if app.slack is None or click.workspace != await app.slack.workspace():
        return "This click comes from another workspace, so nothing was done."
    card = approval.card
    if card is not None and (click.channel, click.ts) != (card["channel"], card["ts"]):
        return "This is a copy of the card. Answer on the original, in the direct message with me."
    clicker = await app.slack.member(click.user)
    if clicker.bot or clicker.deleted or clicker.guest:
        return not_allowed(_names(app, approval))
    member = _member(app, approval, click.user)
    if member is None or member.id not in who_may_answer(approval, app.directives):
        return not_allowed(_names(app, approval))
    if not may_answer(approval, member.id, app.clock.now()):
        return already_answered(approval, _name_of(app, approval), member.zone)
    return None


def _member(app: App, approval: Approval, user: str) -> Member | None:
    return next((m for m in app.directives.team(approval.team).members if m.slack == user), None)


def _names(app: App, approval: Approval) -> tuple[str, ...]:
    able = who_may_answer(approval, app.directives)
    return tuple(m.name for m in app.directives.team(approval.team).members if m.id in able)


def _name_of(app: App, approval: Approval) -> str:
    members = {m.id: m.name for m in app.directives.team(approval.team).members}
    return members.get(approval.by, "") if approval.by is not None else ""
