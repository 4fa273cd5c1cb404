"""A press of *Back to the constitution's*: somebody's own word on how they may be contacted is deleted."""

from __future__ import annotations

from bot import homes
from bot.app import App
from bot.jobs.presses.acting import memberships
from bot.jobs.presses.press import Press, settle_press
from models.directives import Member, Team
from models.mailbox import Job, look_at
from planner.hearers.contact import NO_WISH, Wish, told

NOBODY = "You are not in this team's constitution, so I never contact you. Nothing was done."
BACK = "I contact you as the constitution has it, from the next message on."
NOTED = "Noted. It counts from the next message on."


async def settle_one(app: App, job: Job) -> None:
    """Do it for whoever pressed, or refuse privately and write down who tried."""
    await settle_press(app, job, read=_read, settle=_settle, refused="contact_refused", about=lambda press: press.user)


def _read(press: Press) -> Press:
    return press


async def _settle(app: App, job: Job, press: Press) -> str | None:
    theirs = memberships(app.directives, press.user)
    if not theirs:
        return NOBODY
    await wish(app, press.user, theirs, NO_WISH)
    await homes.touch(app, press.user, BACK)
    return None


async def wish(app: App, user: str, theirs: list[tuple[Team, Member]], wanted: Wish) -> None:
    """Keep it, live by it and look again: what was put off by the old one may be due. Twice changes nothing."""
    team, member = theirs[0]
    before = app.roster.wishes.get(member.id, NO_WISH)
    await app.roster.wish(member.id, wanted)
    if before != wanted:
        said = ", ".join(told(wanted)) or "as the constitution has it"
        await app.ledger.audit(team=team.id, who=user, what="contact", about=member.id, detail=said)
    for each, _ in theirs:
        await app.mailbox.put(look_at(each.id))
