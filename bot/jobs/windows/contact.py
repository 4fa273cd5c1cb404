"""*How I may contact you*: drawn with what holds now, and kept when its reader has filled it in."""

from __future__ import annotations

from bot import homes
from bot.app import App
from bot.jobs.presses.acting import memberships
from bot.jobs.presses.contact import NOBODY, NOTED, wish
from bot.jobs.presses.press import ELSEWHERE
from bot.jobs.windows.form import Filled, Opened
from bot.views.home.data import reach_of
from bot.views.windows.contact import contact_window, given_in
from bot.views.windows.window import Window
from models.errors import VendorError
from models.mailbox import Job
from planner.bounds.limits import most_a_day
from planner.hearers.contact import NO_WISH, WAYS, NotAWish, wish_of


async def draw(app: App, opened: Opened) -> Window | str:
    """The form, or that there is nothing to choose for somebody who is never contacted."""
    theirs = memberships(app.directives, opened.user)
    if not theirs:
        return NOBODY
    team, member = theirs[0]
    law = app.roster.constitution
    reach = reach_of(law.team(team.id).member(member.id), law, await app.store.facts_about(team.id))
    return contact_window(
        app.roster.wishes.get(member.id, NO_WISH),
        hours=reach.hours,
        days=reach.days,
        zone=reach.zone,
        most=most_a_day(law)[1],
        way=WAYS[reach.channel or "learn"].removeprefix("as "),
        slack_zone=await _slack_zone(app, opened.user),
        approves=any(member.id in people for role, people in team.roles.items() if role != "admins"),
    )


async def settle(app: App, job: Job, filled: Filled) -> str | None:
    """Keep it for whoever filled it in, checked against the constitution of now; what it carried is not looked at."""
    if app.slack is None or filled.workspace != await app.slack.workspace():
        return ELSEWHERE
    theirs = memberships(app.directives, filled.user)
    if not theirs:
        return NOBODY
    try:
        wanted = wish_of(given_in(filled.picked), most_a_day(app.roster.constitution)[1])
    except NotAWish as no:
        return f"Nothing was changed. {no}"
    await wish(app, filled.user, theirs, wanted)
    await homes.touch(app, filled.user, NOTED)
    return None


async def _slack_zone(app: App, user: str) -> str:
    """The one of their profile; nothing where Slack does not say just now."""
    try:
        return (await app.slack.member(user)).tz or "" if app.slack is not None else ""
    except VendorError:
        return ""
