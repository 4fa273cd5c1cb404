"""A reader says what they think of a message: kept once, as their latest word, and noted on the message itself."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from bot.app import App
from bot.jobs.presses.press import Press, settle_press
from bot.views.parts.feedback import noted
from models.actions import RemindPerson
from models.errors import VendorError
from models.lessons import Feedback, Observation, What
from models.mailbox import Job
from models.proposals import Effect
from planner.lessons.learning import learns

log = logging.getLogger(__name__)

NOT_YOURS = "Only the person this was sent to can say that. Nothing was done."
UNKNOWN = "This message is not on record here, so nothing was done."
NOT_LEARNT = "The constitution does not let me learn from this, so nothing was kept."


@dataclass(frozen=True, slots=True)
class Said:
    """A choice in the menu below a message."""

    press: Press
    proposal: str
    feedback: Feedback


async def settle_one(app: App, job: Job) -> None:
    """Keep what the reader said, or refuse privately and write down who tried."""
    await settle_press(
        app, job, read=_read, settle=_settle, refused="feedback_refused", about=lambda said: said.proposal
    )


def _read(press: Press) -> Said:
    return Said(press, str(press.value["p"]), Feedback(press.value["f"]))


async def _settle(app: App, job: Job, said: Said) -> str | None:
    """Why it did nothing; ``None`` when it was kept. Doing it twice changes nothing."""
    effect = await app.ledger.carried_out(said.proposal)
    if effect is None or not isinstance(effect.action, RemindPerson):
        return UNKNOWN
    if not _is_reader(app, effect, said.press.user):
        return NOT_YOURS
    if What.FEEDBACK not in learns(app.directives):
        return NOT_LEARNT
    rule = effect.action.items[0].rule
    seen = Observation(
        team=effect.team,
        person=effect.action.person,
        what=What.FEEDBACK,
        about=rule,
        source=effect.id,
        value={"said": said.feedback.value},
        at=app.clock.now(),
    )
    await app.ledger.observe([seen])
    app.metrics.feedback(effect.team, rule, said.feedback.value)
    await _show(app, effect, said)
    return None


def _is_reader(app: App, effect: Effect, user: str) -> bool:
    members = (m for team in app.directives.teams if team.id == effect.team for m in team.members)
    person = getattr(effect.action, "person", None)
    return any(member.id == person and member.slack == user for member in members)


async def _show(app: App, effect: Effect, said: Said) -> None:
    """The word is kept; a message that does not show it yet can be pressed again."""
    try:
        await app.notify.refresh_told(effect.team, effect.id, noted(said.feedback))
    except VendorError as failure:
        log.warning("feedback was not shown: %s", failure, extra={"action": "redraw_lost"})
