"""*Edit…*: drawn with what is possible now, and settled as the approver's yes to what they made of it."""

from __future__ import annotations

import logging

from bot.app import App
from bot.jobs.presses.answering import Answer, settle
from bot.jobs.presses.authority import UNKNOWN, Answerer, answered_already, member_of, refusal
from bot.jobs.windows.form import Filled, Opened
from bot.views.parts.moves import details, move
from bot.views.windows.edit import VALUE, edit_window
from bot.views.windows.window import Window
from models.actions import ChangePriority, CloseIssue, TransitionIssue
from models.cycles import Edit
from models.errors import VendorError
from models.ids import ApprovalId
from models.mailbox import Job
from models.proposals import Approval, ApprovalState
from models.ways import Possible
from planner.asked.pressed.edits import UNCHANGED, edit_of, form_of

log = logging.getLogger(__name__)


async def draw(app: App, opened: Opened) -> Window | str:
    """The form, for whoever may answer the question."""
    value, place = opened.value, (opened.channel, opened.ts)
    who = _who(opened.user, value.get("a"), value.get("v"), place)
    approval = await app.ledger.approval(who.approval)
    refused = await refusal(app, who, approval)
    if refused is not None or approval is None:
        asked_in = approval.team if approval is not None else app.directives.teams[0].id
        await app.ledger.audit(asked_in, opened.user, "window_refused", who.approval[:200], refused or UNKNOWN)
        return refused or UNKNOWN
    facts, team = await app.store.facts_about(approval.team), app.directives.team(approval.team)
    form = form_of(approval.proposal.action, team, facts, await _possible(app, approval))
    if isinstance(form, str):
        return form
    names = {m.id: m.name for each in app.directives.teams for m in each.members}
    lines = [move(approval.proposal.action, names, team.channels), *details(approval.proposal.action)]
    return edit_window(form, lines, approval.id, approval.payload_hash)


async def fill(app: App, job: Job, filled: Filled) -> str | None:
    """Why nothing was done; ``None`` when the edit counted, also when an earlier try died after it had."""
    who = _who(filled.user, filled.ids.get("a"), filled.ids.get("v"))
    approval = await app.ledger.approval(who.approval)
    if job.attempts > 1 and approval is not None and _counted(app, who, approval):
        return None
    refused = await refusal(app, who, approval)
    member = member_of(app, approval, who.user) if approval is not None else None
    if refused is not None or approval is None or member is None:
        return refused or UNKNOWN
    made = await edit_of(approval, filled.picked.get(VALUE), member.id, app.desk(job), await _possible(app, approval))
    if made == UNCHANGED:
        return await settle(app, job, who, Answer(approve=True))
    if not isinstance(made, Edit):
        return made
    answered = await app.ledger.edit(made)
    return None if answered.id == made.name else answered_already(app, who, answered)


def _counted(app: App, who: Answerer, approval: Approval) -> bool:
    member = member_of(app, approval, who.user)
    answered = approval.state in (ApprovalState.SUPERSEDED, ApprovalState.APPROVED)
    return member is not None and answered and approval.by == member.id


def _who(user: str, id: object, version: object, place: tuple[str, str] | None = None) -> Answerer:
    return Answerer(user=user, approval=ApprovalId(str(id)), version=str(version), place=place)


async def _possible(app: App, approval: Approval) -> Possible:
    """What Jira lets be done with it now; where it does not say, what is known must do."""
    action = approval.proposal.action
    if app.jira is None or not isinstance(action, ChangePriority | TransitionIssue | CloseIssue):
        return Possible()
    try:
        if isinstance(action, ChangePriority):
            return Possible(priorities=tuple(await app.jira.priorities(action.issue)))
        return Possible(transitions=tuple(await app.jira.transitions(action.issue)))
    except VendorError as failure:
        log.warning("an edit goes by what is known: %s", failure, extra={"action": "possible_unknown"})
        return Possible()
