"""After an undo or a rejection the agent steps back at once: actions of that kind need a yes again, until an admin
ends that."""

from __future__ import annotations

import logging

from bot.app import App
from models.actions import word_of
from models.ids import PersonId, TeamId
from models.proposals import Approval, ApprovalState, Effect, Proposal
from models.trust import Cause, StepBack
from planner.policy.law import costs_trust

log = logging.getLogger(__name__)


async def after_answer(app: App, approval: Approval) -> None:
    """What a no leads to; any other answer leads to nothing. Doing it twice changes nothing."""
    if approval.state is ApprovalState.REJECTED:
        await _step_back(app, approval.team, approval.proposal, Cause.REJECTION, approval.by)


async def before_undo(app: App, effect: Effect) -> None:
    """What taking something back leads to, before it is taken back; nothing for any other effect."""
    undoes = effect.proposal.undoes
    undone = await app.ledger.effect(undoes) if undoes is not None else None
    if undone is not None:
        await _step_back(app, effect.team, undone.proposal, Cause.UNDO, effect.proposal.asked_by)


async def _step_back(app: App, team: TeamId, proposal: Proposal, cause: Cause, by: PersonId | None) -> None:
    law = next((each for each in app.directives.teams if each.id == team), None)
    if law is None or not costs_trust(proposal, law, app.directives):
        return
    kind = word_of(proposal.action)
    step = StepBack(kind=kind, cause=cause, at=app.clock.now(), by=by, about=proposal.id)
    await app.roster.step_back(team, step)
    await app.ledger.audit(team=team, who=by or "nobody", what="stepped_back", about=kind, detail=proposal.id)
    log.info("%s asks again before %s", team, kind, extra={"action": "stepped_back", "team": team, "cause": cause})
