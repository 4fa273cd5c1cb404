"""A window was opened or filled in: draw it with the facts of now, or settle what came back, each by its word."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.app import App
from bot.views.parts.message import section
from bot.views.parts.mrkdwn import escape
from bot.views.windows.window import Picked, Window, carried, drawn, name_of, picked
from models.errors import NotDone, Refused, Unclear, VendorError
from models.mailbox import Job

log = logging.getLogger(__name__)

NOT_THERE_YET = 0.4
"""Seconds to wait for a window that the door is just opening."""

TRIES = 8
"""After so many the window was never opened, or has been closed again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """Who opened a window, where, and what stood behind the button."""

    word: str
    user: str
    workspace: str
    channel: str = ""
    ts: str = ""
    value: Mapping[str, Any] = field(default_factory=dict)
    """What we had put behind the button; may be anything a body can hold. Empty for a shortcut."""
    message: Mapping[str, Any] = field(default_factory=dict)
    """The message a shortcut was used on, as Slack sends it: somebody's words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """Who filled a window in, and with what."""

    word: str
    user: str
    workspace: str
    ids: Mapping[str, Any]
    """What the window carried; may be anything a body can hold."""
    picked: Picked
    delivery: str
    """Equal for the same submission read again."""


Draw = Callable[[App, Opened], Awaitable[Window | str]]
"""The window, or why there is none in one sentence."""

Settle = Callable[[App, Job, Filled], Awaitable[str | None]]
"""Why nothing was done, or ``None``. Doing it twice changes nothing."""

WINDOWS: Mapping[str, tuple[Draw, Settle]] = {}
"""By word."""


async def handle(app: App, job: Job) -> None:
    """Draw or settle; what cannot be read, or has no meaning here, does nothing."""
    delivery = await app.mailbox.delivery(job.payload["inbox"])
    body = json.loads(delivery.body)
    if body.get("type") == "view_submission":
        await _settle(app, job, body)
    else:
        await _draw(app, job, body)
    await app.mailbox.finish(job)


async def _draw(app: App, job: Job, body: Mapping[str, Any]) -> None:
    opened = read_opened(body)
    if app.slack is None or opened is None or opened.word not in WINDOWS:
        return
    made = await WINDOWS[opened.word][0](app, opened)
    if isinstance(made, str):
        made = Window(word=opened.word, title="PM Agent", blocks=(section(escape(made)),))
    name = name_of(str(body.get("trigger_id", "")))
    try:
        await app.slack.update_window(name, drawn(made, name))
    except Refused as refused:
        if refused.code == "not_found" and job.attempts < TRIES:
            raise NotDone("the window is not open yet", retry_after=NOT_THERE_YET) from refused
        log.info("a window was not drawn: %s", refused, extra={"action": "window_gone", "window": opened.word})
    except Unclear as lost:  # drawing it twice changes nothing
        raise NotDone(str(lost)) from lost


async def _settle(app: App, job: Job, body: Mapping[str, Any]) -> None:
    filled = read_filled(body, str(job.payload["inbox"]))
    if filled.word not in WINDOWS:
        return
    refusal = await WINDOWS[filled.word][1](app, job, filled)
    if refusal is None:
        return
    about = str(filled.ids.get("a") or filled.ids.get("p") or "")[:200]
    await app.ledger.audit(team=job.team, who=filled.user, what="window_refused", about=about, detail=refusal)
    await _tell(app, filled.user, refusal)


async def _tell(app: App, user: str, words: str) -> None:
    """Privately, in the direct messages: a window has no place of its own. At most once."""
    if app.slack is None:
        return
    try:
        await app.slack.ephemeral(await app.slack.open_dm(user), user, escape(words), [section(escape(words))])
    except VendorError as failure:
        log.warning("a refusal was not shown: %s", failure, extra={"action": "whisper_lost"})


def read_opened(body: Mapping[str, Any]) -> Opened | None:
    """What a press or a shortcut asks for; ``None`` for a body that opens nothing."""
    action: Mapping[str, Any] = next(iter(body.get("actions") or []), {})
    container: Mapping[str, Any] = body.get("container") or {}
    message: Mapping[str, Any] = body.get("message") or {}
    word = str(action.get("action_id") or body.get("callback_id") or "").partition(":")[0]
    if not word:
        return None
    channel = container.get("channel_id") or (body.get("channel") or {}).get("id") or ""
    return Opened(
        word=word,
        user=str((body.get("user") or {}).get("id", "")),
        workspace=str((body.get("team") or {}).get("id", "")),
        channel=str(channel),
        ts=str(container.get("message_ts") or message.get("ts") or ""),
        value=_value(action),
        message=message if body.get("type") == "message_action" else {},
    )


def read_filled(body: Mapping[str, Any], delivery: str) -> Filled:
    """What came back."""
    view: Mapping[str, Any] = body.get("view") or {}
    return Filled(
        word=str(view.get("callback_id", "")),
        user=str((body.get("user") or {}).get("id", "")),
        workspace=str((body.get("team") or {}).get("id", "")),
        ids=carried(view),
        picked=picked(view),
        delivery=delivery,
    )


def _value(action: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        found = json.loads(str((action.get("selected_option") or action).get("value") or "{}"))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, Mapping) else {}
