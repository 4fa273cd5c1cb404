"""*Useful* or *Not useful* below one line of the log of shadow mode: kept as that admin's word, and nothing else."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from bot.app import App
from bot.jobs.presses.acting import may_act, memberships, run_by
from bot.jobs.presses.press import Press, settle_press
from bot.shown import until_still
from bot.views.parts.message import Message
from bot.views.shadow import shadow_log
from models.actions import ShadowLog
from models.errors import VendorError
from models.ids import PersonId, ProposalId, TeamId
from models.mailbox import Job
from models.proposals import Effect
from models.trials import Trials
from models.trust import Mark

log = logging.getLogger(__name__)

UNKNOWN = "This is not on record here any more, so nothing was kept."
NOT_AN_ADMIN = "Only admins of the team can mark this. Nothing was kept."


@dataclass(frozen=True, slots=True)
class Said:
    """A press of one of the two."""

    press: Press
    log: str
    """The proposal that showed the log."""
    proposal: ProposalId
    useful: bool


async def settle_one(app: App, job: Job) -> None:
    """Keep it, or refuse privately and write down who tried."""
    await settle_press(
        app, job, read=_read, settle=_settle, refused="mark_refused", about=lambda said: said.proposal[:200]
    )


def _read(press: Press) -> Said:
    value = press.value
    return Said(press, str(value["l"]), ProposalId(str(value["p"])), press.button.startswith("kept_useful"))


async def _settle(app: App, job: Job, said: Said) -> str | None:
    """Why it was not kept; ``None`` when it was. Doing it twice changes nothing."""
    kept = await Trials(app.database).recorded_one(said.proposal)
    if kept is None:
        return UNKNOWN
    person = next((member.id for _, member in memberships(app.directives, said.press.user)), None)
    mine = run_by(app.directives, person) if person is not None else []
    if person is None or kept.team not in {team.id for team in mine} or not await may_act(app, said.press.user):
        return NOT_AN_ADMIN
    mark = Mark(
        team=kept.team,
        proposal=said.proposal,
        person=person,
        rule=kept.proposal.rule,
        useful=said.useful,
        sent=kept.would_be_sent,
        at=app.clock.now(),
    )
    await Trials(app.database).mark(mark)
    await _show(app, said.log)
    return None


async def marks_of(app: App, team: TeamId, person: PersonId) -> dict[ProposalId, bool]:
    """What one admin has said of each."""
    return {each.proposal: each.useful for each in await Trials(app.database).marks(team) if each.person == person}


async def _show(app: App, name: str) -> None:
    """The word is kept; a log that does not show it yet can be pressed again."""
    effect = await app.ledger.carried_out(name)
    if effect is None or not isinstance(effect.action, ShadowLog) or not effect.receipt or app.slack is None:
        return
    try:
        await _redraw(app, effect, effect.action)
    except VendorError as failure:
        log.warning("a mark was not shown: %s", failure, extra={"action": "redraw_lost"})


async def _redraw(app: App, effect: Effect, action: ShadowLog) -> None:
    slack, place = app.slack, effect.receipt
    assert slack is not None

    async def look() -> Message:
        return shadow_log(action, effect.proposal.id, await marks_of(app, effect.team, action.person))

    async def put(drawn: Message) -> None:
        await slack.update(place["channel"], place["ts"], drawn.text, drawn.blocks)

    await until_still(look, put)
