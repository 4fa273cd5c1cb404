"""A press of *Undo*: who may is decided here, on the server, against the record; it is taken back once."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.app import App
from bot.jobs.presses.acting import may_act, memberships
from bot.jobs.presses.press import Press, settle_press
from models.mailbox import Job
from planner.asked.requests import AskUndo, take_back

STRANGER = "Only members of the team can take this back. Nothing was done."


@dataclass(frozen=True, slots=True)
class Wanted:
    """A press of *Undo*, and the id of what shall be taken back."""

    press: Press
    id: str


async def settle_one(app: App, job: Job) -> None:
    """Take it back, or refuse privately and write down who tried."""
    await settle_press(app, job, read=_read, settle=_settle, refused="undo_refused", about=lambda wanted: wanted.id)


def _read(press: Press) -> Wanted:
    return Wanted(press, str(press.value["a"]))


async def _settle(app: App, job: Job, wanted: Wanted) -> str | None:
    """Why the press did nothing; ``None`` when it counted, also when an earlier try died after it had."""
    person = next((member.id for _, member in memberships(app.directives, wanted.press.user)), None)
    if person is None or not await may_act(app, wanted.press.user):
        return STRANGER
    delivery, desk = str(job.payload["inbox"]), replace(app.desk(job), ledger=app.ledger)
    taken = await take_back(AskUndo(wanted.id), person, desk, delivery)
    if taken.done and taken.team is not None:
        who, words = wanted.press.user, taken.words
        await app.ledger.audit(team=taken.team, who=who, what="undone", about=wanted.id, detail=words)
    return None if taken.done else taken.words
