"""Draw one Home as things stand now; an older drawing never comes to lie over a newer one."""

from __future__ import annotations

import logging
from dataclasses import replace

from bot import homes
from bot.app import App
from bot.jobs.home.gather import gathered
from bot.views.home import HomeData, home
from models.errors import Refused, Unclear, VendorError
from models.mailbox import Job

log = logging.getLogger(__name__)

TRIES = 3
"""After so many it is left to the next time they open it."""


async def draw(app: App, job: Job) -> None:
    """Gather and publish; drawing it twice changes nothing. What Slack refuses for good is nobody's to repeat."""
    try:
        await _draw(app, str(job.payload["user"]), str(job.payload.get("note", "")))
    except VendorError as failure:
        if job.attempts < TRIES and not isinstance(failure, Refused):
            raise
        log.warning("a Home was not drawn: %s", failure, extra={"action": "home_lost"})
    await app.mailbox.finish(job)


async def _draw(app: App, user: str, note: str) -> None:
    if app.slack is None or not user:
        return
    known = await homes.seen(app, user)
    data = await gathered(app, user)
    drawn = await _published(app, user, replace(data, note=note), known.hash if known else "")
    now = app.clock.real()
    again = await homes.seen(app, user)  # opened once more meanwhile
    since = again or known or homes.Seen(opened=now)
    await homes.keep(app, user, homes.Seen(opened=since.opened, drawn=now, hash=drawn))


async def _published(app: App, user: str, data: HomeData, seen: str) -> str:
    """The hash of what is shown now. Whoever else drew it meanwhile drew older facts: these are of this moment."""
    assert app.slack is not None
    try:
        return await app.slack.publish_home(user, home(data), seen)
    except Refused as refused:
        if refused.code != "hash_conflict":
            raise
    except Unclear as lost:  # it may have come: its hash is not known, and this one must not be refused for it
        log.info("whether a Home was drawn is unclear: %s", lost, extra={"action": "home_unclear"})
    return await app.slack.publish_home(user, home(data))
