"""A question to a person: its card is a projection of rows, and while nobody answers it takes its course."""

from __future__ import annotations

from bot.app import App
from models.cycles import NO_HISTORY
from models.ids import TeamId
from models.mailbox import Job
from models.proposals import Approval
from planner.bounds.limits import Place
from planner.hearers.approvals import PassOn, Remind
from planner.policy import step_due


async def redraw(app: App, job: Job) -> None:
    """Edit the message so that it says what the ledger says; doing it twice changes nothing."""
    await app.notify.refresh_card(job.payload["channel"], job.payload["ts"])
    await app.mailbox.finish(job)


async def chase(app: App) -> None:
    """What is due for every question that waits: one reminder, then a deputy.

    It follows from the rows and the time alone, and each step is one conditional update: whoever ticks may call
    this, as often as they like.
    """
    waiting: dict[TeamId, list[Approval]] = {}
    for approval in await app.ledger.pending():
        waiting.setdefault(approval.team, []).append(approval)
    for team in app.directives.teams:
        if team.id in waiting:
            people = {person.id: person for person in await app.store.people(team.id)}
            await _chase(app, waiting[team.id], Place(team.id, people, app.directives, app.clock.now()))


async def _chase(app: App, waiting: list[Approval], at: Place) -> None:
    due = [each for each in waiting if step_due(each, at, NO_HISTORY) is not None]
    history = await app.ledger.history(at.team) if due else NO_HISTORY
    for each in due:
        match step_due(each, at, history):
            case Remind():
                await app.ledger.remind(each.id)
            case PassOn(to=person, expires=until):
                await app.ledger.pass_on(each.id, person, until)
