"""*Let it act again* in Home: only an admin of the team ends what the agent has stepped back from."""

from __future__ import annotations

from dataclasses import dataclass

from bot import homes
from bot.app import App
from bot.jobs.presses.acting import may_act, memberships, run_by
from bot.jobs.presses.press import Press, settle_press
from models.ids import TeamId
from models.mailbox import Job, look_at
from planner.words.modes import spoken

NOT_AN_ADMIN = "Only admins of the team can let me act again. Nothing was done."


@dataclass(frozen=True, slots=True)
class Wanted:
    """A press, and of which kind of action in which team."""

    press: Press
    team: TeamId
    kind: str


async def settle_one(app: App, job: Job) -> None:
    """Do it, or refuse privately and write down who tried."""
    await settle_press(app, job, read=_read, settle=_settle, refused="trust_refused", about=lambda w: w.kind[:200])


def _read(press: Press) -> Wanted:
    return Wanted(press, TeamId(str(press.value["t"])), str(press.value["k"]))


async def _settle(app: App, job: Job, wanted: Wanted) -> str | None:
    """Why it did nothing; ``None`` when it was done, also when an earlier try died after it had."""
    user = wanted.press.user
    person = next((member.id for _, member in memberships(app.directives, user)), None)
    team = next((t for t in run_by(app.directives, person) if t.id == wanted.team), None) if person else None
    if team is None or not await may_act(app, user):
        return NOT_AN_ADMIN
    if await app.roster.trust_again(team.id, wanted.kind):
        await app.ledger.audit(team=team.id, who=user, what="trusted_again", about=wanted.kind)
        await app.mailbox.put(look_at(team.id))
    await homes.touch(app, user, f"{team.name}: the constitution decides on “{spoken(wanted.kind)}” again.")
    return None
