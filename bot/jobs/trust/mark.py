"""*Useful* or *Not useful* below one line of the log of shadow mode: kept as that admin's word, and nothing else."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.app import App
from bot.jobs.presses.acting import may_act, memberships, run_by
from bot.jobs.presses.press import Press, settle_press
from bot.jobs.trust.asked import page_for
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
    """The proposal that showed the log; empty on what an admin had asked for."""
    proposal: ProposalId
    useful: bool
    until: datetime | None = None
    """Up to when that answer tells (company time)."""


async def settle_one(app: App, job: Job) -> None:
    """Keep it, or refuse privately and write down who tried."""
    await settle_press(
        app, job, read=_read, settle=_settle, refused="mark_refused", about=lambda said: said.proposal[:200]
    )


def _read(press: Press) -> Said:
    value, useful = press.value, press.button.startswith("kept_useful")
    proposal = ProposalId(str(value["p"]))
    if "u" in value:
        return Said(press, "", proposal, useful, datetime.fromisoformat(str(value["u"])).astimezone(UTC))
    return Said(press, str(value["l"]), proposal, useful)


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
    await _show(app, said)
    return None


async def marks_of(app: App, team: TeamId, person: PersonId) -> dict[ProposalId, bool]:
    """What one admin has said of each."""
    return {each.proposal: each.useful for each in await Trials(app.database).marks(team) if each.person == person}


async def _show(app: App, said: Said) -> None:
    """The word is kept; what does not show it yet can be pressed again."""
    try:
        if said.until is not None:
            await _answer_again(app, said.press, said.until)
            return
        effect = await app.ledger.carried_out(said.log)
        if effect is not None and isinstance(effect.action, ShadowLog) and effect.receipt and app.slack is not None:
            await _redraw(app, effect, effect.action)
    except VendorError as failure:
        log.warning("a mark was not shown: %s", failure, extra={"action": "redraw_lost"})


async def _answer_again(app: App, press: Press, until: datetime) -> None:
    """What was asked for stands where only its asker is, or nobody but they can read: it is answered in its place."""
    page = await page_for(app, press.user, until)
    if page is not None and app.slack is not None and press.response_url:
        await app.slack.respond(press.response_url, page.text, page.blocks, replace=True)


async def _redraw(app: App, effect: Effect, action: ShadowLog) -> None:
    slack, place = app.slack, effect.receipt
    assert slack is not None

    async def look() -> Message:
        return shadow_log(action, effect.proposal.id, await marks_of(app, effect.team, action.person))

    async def put(drawn: Message) -> None:
        await slack.update(place["channel"], place["ts"], drawn.text, drawn.blocks)

    await until_still(look, put)
