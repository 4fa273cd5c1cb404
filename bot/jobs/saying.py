"""Words that stand once: looked for from their first try on before they are sent again; and a word when none come."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from datetime import datetime
from enum import Enum, auto
from typing import Any

from bot.app import App
from bot.views.parts.message import Message
from bot.views.reply import lost
from integrations.slack.complaints import SIGNED_OUT
from models.errors import DatabaseNotReady, NotDone, Refused, Unclear, VendorError
from models.ids import named
from models.mailbox import Job
from planner.carry_out import IN_FLIGHT

log = logging.getLogger(__name__)

SINCE = "said_since"
"""In a job's payload: when (real time, ISO) a try of its words began that may have arrived; empty for none."""

SENDING = "sending"
"""In a job's payload: its answer through a response URL may have been sent."""


_CALL = re.compile(r"^\s*<@[^>]*>\s*")
"""The mention that words to us begin with."""


class Said(Enum):
    """What became of words that are said once."""

    NOW = auto()
    BEFORE = auto()
    """They stood already."""
    UNSEEN = auto()
    """They may stand, and nobody lets us look: they are not risked twice."""


async def say_once(
    app: App, job: Job, channel: str, said: Message, *, marker: str, thread: str = "", for_all: bool = False
) -> Said:
    """Post it, unless an earlier try of this job has; ``for_all`` says nothing internal, see ``Slack.post``.

    A try that may have arrived is in the job's payload, so however long the outage, and whoever takes over, the look
    begins there. Raises ``NotDone`` to be tried again and ``Refused`` for good.
    """
    assert app.slack is not None
    began = str(job.payload.get(SINCE) or "")
    if began:
        try:
            if await app.slack.find(channel, marker, datetime.fromisoformat(began), thread=thread or None) is not None:
                return Said.BEFORE
        except Refused as unread:
            if unread.code in SIGNED_OUT:  # nobody may do anything, until an operator has put it right
                raise NotDone(str(unread)) from unread
            # reading is an optional permission
            log.warning("not said twice, nobody may look: %s", unread, extra={"action": "unseen", "job": job.id})
            return Said.UNSEEN
        except Unclear as unread:
            raise NotDone(str(unread)) from unread
    else:
        await app.mailbox.note(job, **{SINCE: app.clock.real().isoformat()})
    place = thread or None
    try:
        await app.slack.post(channel, said.text, said.blocks, marker=marker, thread=place, for_all=for_all)
    except Unclear as unheard:  # looked for, once the lost call has surely ended
        raise NotDone(str(unheard), retry_after=IN_FLIGHT) from unheard
    except NotDone:
        await app.mailbox.note(job, **{SINCE: began})
        raise
    return Said.NOW


async def respond_once(
    app: App, job: Job, url: str, said: Message, *, instead: Message, in_channel: bool = False
) -> bool:
    """Answer at a response URL, where nothing can be looked up: after a try that broke off ``instead`` is said.

    ``False`` when Slack takes nothing there, as half an hour after the asking. Raises ``NotDone`` to be tried again.
    """
    assert app.slack is not None
    broke_off = bool(job.payload.get(SENDING))
    if not broke_off:
        await app.mailbox.note(job, **{SENDING: True})
    shown = instead if broke_off else said
    try:
        await app.slack.respond(url, shown.text, shown.blocks, in_channel=in_channel and not broke_off)
    except Unclear as unheard:
        if not broke_off:  # once is enough of the other
            raise NotDone(str(unheard), retry_after=IN_FLIGHT) from unheard
        log.warning("a reply was lost: %s", unheard, extra={"action": "reply_lost", "job": job.id})
    except NotDone:
        await app.mailbox.note(job, **{SENDING: broke_off})
        raise
    except Refused as refused:
        log.warning("an answer was not taken: %s", refused, extra={"action": "response_refused", "job": job.id})
        await app.mailbox.note(job, **{SENDING: broke_off})
        return False
    return True


async def tell_privately(app: App, job: Job, user: str, said: Message) -> None:
    """In the direct messages with ``user``, once. Raises as ``say_once``."""
    assert app.slack is not None
    try:
        channel = await app.slack.open_dm(user)
    except Unclear as unheard:
        raise NotDone(str(unheard)) from unheard
    await say_once(app, job, channel, said, marker=named("private", job.id))


# --- when nothing comes -----------------------------------------------------------------------------------------


async def tell_buried(app: App, job: Job) -> None:
    """Whoever waits for a job that is given up hears of it, at most once."""
    if job.lane != 0 or "inbox" not in job.payload:
        return
    try:
        body = json.loads((await app.mailbox.delivery(job.payload["inbox"])).body or b"{}")
    except (DatabaseNotReady, LookupError, ValueError) as unread:
        log.warning("nobody was told of a dead letter: %r", unread, extra={"action": "burial_untold", "job": job.id})
        return
    await tell_lost(app, job, *asked_in(body))


async def tell_lost(app: App, job: Job, user: str, said: Message) -> None:
    """Say in the direct messages with ``user`` that nothing may come; a lost word is logged, never tried again."""
    if app.slack is None or not user:
        return
    try:
        channel = await app.slack.open_dm(user)
        await app.slack.post(channel, said.text, said.blocks, marker=named("lost", job.id))
    except VendorError as failure:
        log.warning("nobody was told: %s", failure, extra={"action": "burial_untold", "job": job.id})


def asked_in(body: Mapping[str, Any]) -> tuple[str, Message]:
    """Who waits for what a delivery asked, empty for nobody; and what they hear when nothing comes of it."""
    event, user = body.get("event"), body.get("user")
    if isinstance(event, Mapping):
        is_said = event.get("type") in {"app_mention", "message"}
        return str(event.get("user") or "") if is_said else "", lost(_CALL.sub("", str(event.get("text") or "")))
    if isinstance(user, Mapping):
        return str(user.get("id") or ""), lost("")
    return str(body.get("user_id") or ""), lost(f"/pm {body.get('text') or ''}")
