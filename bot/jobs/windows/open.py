"""A window was opened or filled in: draw it with the facts of now, or settle what came back, each by its word."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot.app import App
from bot.jobs.presses.press import ELSEWHERE, ours
from bot.jobs.saying import tell_privately
from bot.jobs.windows import answers, contact, edit, endings, question, reject, track
from bot.jobs.windows.form import Filled, Opened
from bot.views.parts.message import section
from bot.views.parts.more import meant
from bot.views.parts.mrkdwn import escape
from bot.views.refusal import refusal_message
from bot.views.windows.window import Window, carried, drawn, name_of, picked
from integrations.slack import Slack
from models.errors import NotDone, Refused, Unclear
from models.mailbox import Job

log = logging.getLogger(__name__)

NOT_THERE_YET = 0.25
"""Seconds to wait for a window that the door is just opening: a job is often quicker than Slack."""

LOOKS = 3
"""How often it is looked for at once, before the job is put back for later."""

TRIES = 4
"""After so many tries of the job the window was never opened, or has been closed again."""

LOST = "The window was closed, or did not open in time. Press again if you still want it."


Draw = Callable[[App, Opened], Awaitable[Window | str]]
"""The window, or why there is none in one sentence."""

Settle = Callable[[App, Job, Filled], Awaitable[str | None]]
"""Why nothing was done, or ``None``. Doing it twice changes nothing."""

WINDOWS: Mapping[str, tuple[Draw, Settle]] = {
    "contact": (contact.draw, contact.settle),
    "why": (answers.draw_why, answers.settle),
    "ask": (answers.draw_ask, answers.settle),
    "waiting": (endings.draw_waiting, endings.settle_waiting),
    "wrong_person": (endings.draw_wrong_person, endings.settle_wrong_person),
    "edit": (edit.draw, edit.fill),
    "reject_why": (reject.draw, reject.fill),
    "several_no": (reject.draw_several, reject.fill),
    "track": (track.draw, track.settle),
    "question": (question.draw, question.settle),
}
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
    opened, trigger = read_opened(body), body.get("trigger_id")
    if app.slack is None or opened is None or opened.word not in WINDOWS or not isinstance(trigger, str) or not trigger:
        return  # without a trigger no window was opened
    made = await _made(app, job, opened)
    if isinstance(made, str):
        made = Window(word=opened.word, title="PM Agent", blocks=(section(escape(made)),))
    name = name_of(trigger)
    try:
        await _shown(app.slack, name, drawn(made, name))
    except Refused as refused:
        if refused.code == "not_found" and job.attempts < TRIES:
            raise NotDone("the window is not open yet") from refused
        log.info("a window was not drawn: %s", refused, extra={"action": "window_gone", "window": opened.word})
        await app.notify.whisper(str(body.get("response_url") or ""), LOST)
    except Unclear as lost:  # drawing it twice changes nothing
        raise NotDone(str(lost)) from lost


async def _shown(slack: Slack, name: str, view: Mapping[str, Any]) -> None:
    """Raises ``Refused`` (``not_found``) when it is still not there after a moment."""
    for look in reversed(range(LOOKS)):
        try:
            return await slack.update_window(name, view)
        except Refused as refused:
            if refused.code != "not_found" or not look:
                raise
        await asyncio.sleep(NOT_THERE_YET)


async def _made(app: App, job: Job, opened: Opened) -> Window | str:
    if await ours(app, opened.workspace):
        return await WINDOWS[opened.word][0](app, opened)
    await app.ledger.audit(job.team, opened.user, "window_refused", opened.word, ELSEWHERE)
    return ELSEWHERE


async def _settle(app: App, job: Job, body: Mapping[str, Any]) -> None:
    filled = read_filled(body, str(job.payload["inbox"]))
    if filled.word not in WINDOWS:
        return
    refusal = await WINDOWS[filled.word][1](app, job, filled) if await ours(app, filled.workspace) else ELSEWHERE
    if refusal is None:
        return
    await _tell(app, job, filled.user, refusal)
    about = str(filled.ids.get("a") or filled.ids.get("p") or "")[:200]
    await app.ledger.audit(team=job.team, who=filled.user, what="window_refused", about=about, detail=refusal)


async def _tell(app: App, job: Job, user: str, words: str) -> None:
    """In the direct messages: a window has no place of its own, and its user may look elsewhere by now. Once."""
    if app.slack is None:
        return
    try:
        await tell_privately(app, job, user, refusal_message(words))
    except Refused as failure:
        log.warning("a refusal was not shown: %s", failure, extra={"action": "whisper_lost"})


def read_opened(body: Mapping[str, Any]) -> Opened | None:
    """What a press or a shortcut asks for; ``None`` for a body that opens nothing."""
    actions = body.get("actions")
    action = meant(_mapping(next(iter(actions), None) if isinstance(actions, list) else None))
    container, message = _mapping(body.get("container")), _mapping(body.get("message"))
    word = str(action.get("action_id") or body.get("callback_id") or "").partition(":")[0]
    if not word:
        return None
    channel = container.get("channel_id") or _mapping(body.get("channel")).get("id") or ""
    return Opened(
        word=word,
        user=_id(body, "user"),
        workspace=_id(body, "team"),
        channel=str(channel),
        ts=str(container.get("message_ts") or message.get("ts") or ""),
        value=_value(action),
        said=str(action.get("value") or "")[:2000],
        message=message if body.get("type") == "message_action" else {},
        picked=picked(body),
    )


def read_filled(body: Mapping[str, Any], delivery: str) -> Filled:
    """What came back."""
    view = _mapping(body.get("view"))
    return Filled(
        word=str(view.get("callback_id", "")),
        user=_id(body, "user"),
        workspace=_id(body, "team"),
        ids=carried(view),
        picked=picked(view),
        delivery=delivery,
    )


def _value(action: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        found = json.loads(str(_mapping(action.get("selected_option") or action).get("value") or "{}"))
    except (ValueError, RecursionError):
        return {}
    return _mapping(found)


def _id(body: Mapping[str, Any], of: str) -> str:
    return str(_mapping(body.get(of)).get("id", ""))


def _mapping(found: object) -> Mapping[str, Any]:
    return found if isinstance(found, Mapping) else {}
