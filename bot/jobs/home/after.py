"""What our own work changes is shown at once in the Homes that are open."""

from __future__ import annotations

import json
from collections.abc import Iterable

from bot import homes
from bot.app import App
from bot.jobs.gone import Handler
from models.actions import Reassign, addressee
from models.ids import ApprovalId, EffectId, PersonId
from models.mailbox import Job


def of_the_presser(handler: Handler) -> Handler:
    """The same handler; then the Home of whoever pressed is drawn again, if it is open."""

    async def handle(app: App, job: Job) -> None:
        await handler(app, job)
        body = json.loads((await app.mailbox.delivery(job.payload["inbox"])).body)
        user = body.get("user")
        await homes.touch(app, str(user.get("id", "")) if isinstance(user, dict) else "")

    return handle


def of_the_concerned(handler: Handler) -> Handler:
    """The same handler of an effect; then the Homes of its reader, of whoever wanted it, said yes, gives or takes."""

    async def handle(app: App, job: Job) -> None:
        await handler(app, job)
        effect = await app.ledger.effect(EffectId(job.payload["effect"]))
        if effect is None:
            return
        asked = await app.ledger.approval(ApprovalId(effect.approval)) if effect.approval else None
        hands = (effect.action.giver, effect.action.taker) if isinstance(effect.action, Reassign) else ()
        concerned = (addressee(effect.action), effect.proposal.asked_by, asked.by if asked else None)
        await _touch(app, (*concerned, *hands))

    return handle


def of_the_asked(handler: Handler) -> Handler:
    """The same handler of a card that is drawn again; then the Homes of everybody who was asked on it."""

    async def handle(app: App, job: Job) -> None:
        await handler(app, job)
        asked = await app.ledger.on_card(job.payload["channel"], job.payload["ts"])
        await _touch(app, (person for approval in asked for person in approval.asked))

    return handle


async def _touch(app: App, people: Iterable[PersonId | None]) -> None:
    concerned = {person for person in people if person is not None}
    members = (member for team in app.directives.teams for member in team.members)
    for user in {str(m.slack) for m in members if m.id in concerned and m.slack}:
        await homes.touch(app, user)
