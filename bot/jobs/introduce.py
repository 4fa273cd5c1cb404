"""Somebody invited us: say once, for ever, who we are, in channels that the constitution names and in no other."""

from __future__ import annotations

import json
import logging

from bot.app import App
from bot.jobs.saying import Said, say_once
from bot.views.introduction import introduction_message
from models.directives import Team
from models.errors import Refused
from models.ids import TeamId, named
from models.mailbox import Job
from planner.reports.introduction import introduction

log = logging.getLogger(__name__)

EVERYWHERE = TeamId("-")
"""A channel is Slack's, not a team's."""

ABOUT = "introduced"
"""Under this memory keeps in which channels it was said."""


async def introduce(app: App, job: Job) -> None:
    """Answer an invitation. Whoever invites us again, or removes us first, hears nothing more of it.

    It is an answer to somebody who asked us in, in the place where they did: it is given in every mode, and costs
    nobody attention. Raises ``NotDone`` for the worker to try again.
    """
    delivery = await app.mailbox.delivery(job.payload["inbox"])
    channel = str(json.loads(delivery.body)["event"].get("channel", ""))
    team = await _whose(app, channel)
    if team is not None and await app.store.remembered(EVERYWHERE, ABOUT, channel) is None:
        await _say(app, job, team, channel)
        await app.store.remember(EVERYWHERE, ABOUT, channel, {"team": team.id})
    await app.mailbox.finish(job)


async def _say(app: App, job: Job, team: Team, channel: str) -> None:
    said = introduction_message(introduction(team, app.directives))
    if await say_once(app, job, channel, said, marker=named("introduction", channel)) is Said.NOW:
        log.info("introduced in %s", channel, extra={"action": "introduced", "team": team.id})


async def _whose(app: App, channel: str) -> Team | None:
    """The first team that names the channel; ``None`` for any other channel."""
    if app.slack is None:
        return None
    for team in app.directives.teams:
        for name in team.channels.values():
            try:
                if await app.slack.channel_named(name) == channel:
                    return team
            except Refused:  # named, but not seen by us
                continue
    return None
