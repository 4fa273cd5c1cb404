"""*How I may contact you*: drawn with what holds now, and kept when its reader has filled it in."""

from __future__ import annotations

from bot import homes
from bot.app import App
from bot.jobs.presses.acting import memberships
from bot.jobs.presses.contact import NOBODY, NOTED, wish
from bot.jobs.windows.form import Filled, Opened
from bot.views.windows.contact import contact_window, given_in
from bot.views.windows.window import Window
from models.errors import VendorError
from models.mailbox import Job
from planner.bounds.limits import most_a_day
from planner.hearers.contact import NO_WISH, NotAWish, beside, usual, wish_of


async def draw(app: App, opened: Opened) -> Window | str:
    """The form, or that there is nothing to choose for somebody who is never contacted."""
    theirs = memberships(app.directives, opened.user)
    if not theirs:
        return NOBODY
    team, member = theirs[0]
    law = app.roster.constitution
    return contact_window(
        app.roster.wishes.get(member.id, NO_WISH),
        given=usual(law.team(team.id).member(member.id), team.id, law),
        most=most_a_day(law)[1],
        slack_zone=await _slack_zone(app, opened.user),
        approves=any(member.id in people for role, people in team.roles.items() if role != "admins"),
    )


async def settle(app: App, job: Job, filled: Filled) -> str | None:
    """Keep it for whoever filled it in, checked against the constitution of now; what it carried is not looked at."""
    theirs = memberships(app.directives, filled.user)
    if not theirs:
        return NOBODY
    team, member = theirs[0]
    law = app.roster.constitution
    try:
        wanted = wish_of(given_in(filled.picked), most_a_day(law)[1])
    except NotAWish as no:
        return f"Nothing was changed. {no}"
    await wish(app, filled.user, theirs, beside(wanted, usual(law.team(team.id).member(member.id), team.id, law)))
    await homes.touch(app, filled.user, NOTED)
    return None


async def _slack_zone(app: App, user: str) -> str:
    """The one of their profile; nothing where Slack does not say just now."""
    try:
        return (await app.slack.member(user)).tz or "" if app.slack is not None else ""
    except VendorError:
        return ""
