"""Presses of *Pause everything* and *Resume*: who may is decided here, on the server, for each team."""

from __future__ import annotations

from dataclasses import dataclass

from bot import homes
from bot.app import App
from bot.jobs.presses.acting import may_act, memberships, run_by
from bot.jobs.presses.press import Press, settle_press
from models.directives import Team
from models.ids import PersonId
from models.mailbox import Job, look_at
from models.pauses import Pause

NOT_AN_ADMIN = "Only admins of a team can pause or resume it. Nothing was done."


@dataclass(frozen=True, slots=True)
class Wanted:
    """A press of one of the two."""

    press: Press
    pause: bool


async def settle_one(app: App, job: Job) -> None:
    """Do it for every team of theirs, or refuse privately and write down who tried."""
    await settle_press(app, job, read=_read, settle=_settle, refused="pause_refused", about=lambda w: w.press.button)


def _read(press: Press) -> Wanted:
    return Wanted(press, press.button.startswith("pause_all"))


async def _settle(app: App, job: Job, wanted: Wanted) -> str | None:
    """Why it did nothing; ``None`` when it was done, also when an earlier try died after it had."""
    user = wanted.press.user
    person = next((member.id for _, member in memberships(app.directives, user)), None)
    teams = run_by(app.directives, person) if person is not None else []
    if person is None or not teams or not await may_act(app, user):
        return NOT_AN_ADMIN
    for team in teams:
        await set_pause(app, team, person, pause=wanted.pause)
    names = ", ".join(team.name for team in teams)
    await homes.touch(app, user, f"Paused: {names}." if wanted.pause else f"Resumed: {names}.")
    return None


async def set_pause(app: App, team: Team, person: PersonId, *, pause: bool) -> None:
    """The switch that ``/pm pause`` turns; one that is so already stays as it is."""
    if await app.store.paused(team.id) is pause:
        return
    if pause:
        await app.store.pause(team.id, Pause(by=person, since=app.clock.now()))
    else:
        await app.store.resume(team.id, person)
        await app.mailbox.put(look_at(team.id))
