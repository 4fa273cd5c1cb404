"""*Track this*: drawn with what the message names, kept as its user's own wait until the thing changes."""

from __future__ import annotations

from bot.app import App
from bot.jobs.windows.form import Filled, Opened
from bot.jobs.windows.shortcuts import GONE, NOTHING_NAMED, all_named, meant, refusal, tell
from bot.views.windows.track import UNTIL, UNTILS, WHAT, track_window
from bot.views.windows.window import Window
from models.mailbox import Job
from planner.asked.quiet.hushing import AskHush
from planner.asked.quiet.peace import track

NOT_CHOSEN = "It was not said when you want to hear, so nothing was done."


async def draw(app: App, opened: Opened) -> Window | str:
    """The form, or why there is none."""
    refused = await refusal(app, opened.user)
    if refused is not None:
        return refused
    found = [each.named for each in await all_named(app, opened.user, opened.message)]
    return track_window([(each.label, each.subject) for each in found]) if found else NOTHING_NAMED


async def settle(app: App, job: Job, filled: Filled) -> str | None:
    """Keep the wait as ``/pm snooze ... until it ...`` does, and tell in private what was agreed."""
    refused = await refusal(app, filled.user)
    until = filled.picked.get(UNTIL)
    if refused is not None or not isinstance(until, str) or until not in UNTILS:
        return refused or NOT_CHOSEN
    found = await meant(app, filled.user, filled.picked.get(WHAT))
    if found is None:
        return GONE
    asked = AskHush(what=found.named.subject, until=f"until it {until}")
    reply = await track(asked, found.who.id, filled.delivery, found.team.id, app.desk(job))
    await tell(app, job, filled.user, found.who, reply)
    return None
