"""Somebody opens their conversation with us: the questions offered there are those that have an answer for them."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any

from bot.app import App
from models.errors import VendorError
from models.mailbox import Job
from planner.asked.talk.prompts import prompts_for
from planner.asked.work import seen

log = logging.getLogger(__name__)


async def offer(app: App, job: Job) -> None:
    """Offer them; whoever is in no team is offered what the app itself offers everybody, so nothing is sent."""
    delivery = await app.mailbox.delivery(job.payload["inbox"])
    event = json.loads(delivery.body).get("event")
    if app.slack is not None and isinstance(event, Mapping):
        await _offer(app, job, event)
    await app.mailbox.finish(job)


async def _offer(app: App, job: Job, event: Mapping[str, Any]) -> None:
    user, channel = event.get("user"), event.get("channel")
    teams = app.directives.teams
    found = next(((team, m) for team in teams for m in team.members if user and m.slack == user), None)
    if app.slack is None or found is None or not isinstance(channel, str):
        return
    team, member = found
    facts = await app.store.facts_about(team.id)
    history = await app.ledger.history_of(team.id, member.id)
    prompts = prompts_for(member.id, seen(facts, app.desk(job)), facts, app.directives, history)
    try:
        await app.slack.assistant.suggest(channel, prompts)
    except VendorError as failure:  # the conversation works without them
        log.info("no questions were offered: %s", failure, extra={"action": "prompts_lost"})
