"""A reader says whether an answer helped: kept as their latest word on it; nothing is said back."""

from __future__ import annotations

import json
import logging
import re
from typing import Any

from bot.app import App
from bot.jobs.presses.acting import memberships
from bot.jobs.presses.press import ours
from models.ids import named
from models.lessons import Feedback, Observation, What
from models.mailbox import Job
from planner.lessons.learning import learns

log = logging.getLogger(__name__)

ABOUT = "answers"
"""Stands where a rule's id would: nobody was told by a rule, they asked."""

_SAID = frozenset({Feedback.USEFUL, Feedback.NOT_USEFUL})
_NAME = re.compile(r"[0-9a-f]{20}")


async def settle_one(app: App, job: Job) -> None:
    """Keep it of a member, where the constitution lets us learn from that; of anybody else nothing is kept."""
    delivery = await app.mailbox.delivery(job.payload["inbox"])
    body = json.loads(delivery.body)
    read = _read(body)
    if read is None or not await ours(app, (body.get("team") or {}).get("id", "")):
        log.info("a verdict that counts for nothing", extra={"action": "verdict_dropped"})
    elif What.FEEDBACK in learns(app.directives):
        await _keep(app, *read)
    await app.mailbox.finish(job)


def _read(body: dict[str, Any]) -> tuple[str, str, Feedback] | None:
    """Who, on which answer, and what; a body can hold anything."""
    try:
        value = json.loads(body["actions"][0]["value"])
        user, name, said = str(body["user"]["id"]), str(value["r"]), Feedback(value["f"])
    except (KeyError, IndexError, TypeError, ValueError, RecursionError):
        return None
    return (user, name, said) if _NAME.fullmatch(name) and said in _SAID else None


async def _keep(app: App, user: str, name: str, said: Feedback) -> None:
    for team, member in memberships(app.directives, user)[:1]:
        seen = Observation(
            team=team.id,
            person=member.id,
            what=What.FEEDBACK,
            about=ABOUT,
            source=named(name, member.id),
            value={"said": said.value},
            at=app.clock.now(),
        )
        await app.ledger.observe([seen])
        app.metrics.feedback(team.id, ABOUT, said.value)
