"""What was said before in the same thread, by whoever asks and by us: a few lines, as data for a model."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from bot.app import App
from bot.jobs.asked.conversation import own_words
from models.errors import VendorError
from models.found import FoundMessage
from models.mailbox import Job
from planner.prompts.talking import Said

log = logging.getLogger(__name__)

MOST = 6
"""Lines."""


async def before(app: App, job: Job, user: str) -> Sequence[Said]:
    """Oldest first; nothing outside of a thread, nor where Slack does not tell. Others' words are left out."""
    delivery = await app.mailbox.delivery(job.payload["inbox"])
    event = (json.loads(delivery.body or b"{}") if delivery.name == "event" else {}).get("event")
    if app.slack is None or not isinstance(event, Mapping) or not event.get("thread_ts"):
        return ()
    try:
        me = await app.slack.myself()
        said = await app.slack.thread(str(event.get("channel", "")), str(event["thread_ts"]))
    except VendorError as failure:
        log.info("a thread could not be read: %s", failure, extra={"action": "thread_unread"})
        return ()
    return _lines(said, event, user, me)


def _lines(said: Sequence[FoundMessage], event: Mapping[str, Any], user: str, me: str) -> Sequence[Said]:
    earlier = [each for each in said if each.ts < str(event.get("ts", "")) and each.author in (user, me)]
    lines = [Said(each.author == me, own_words(each.text).strip()) for each in earlier[-MOST:]]
    return tuple(line for line in lines if line.text)
