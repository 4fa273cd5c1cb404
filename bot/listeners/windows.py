"""Windows at the door: opened at once, filled by a job; what comes back is checked, kept, then acknowledged."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Mapping
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.listeners.intake import Intake
from bot.views.windows import FAULTS
from bot.views.windows.window import carried, loading, name_of, picked
from models.errors import VendorError

log = logging.getLogger(__name__)

ANYTHING = re.compile("")

OPENS: frozenset[str] = frozenset(
    {"contact", "waiting", "wrong_person", "edit", "reject_why", "several_no", "track", "question"}
)
"""Action ids of buttons, and callback ids of shortcuts, that open the window of the same word."""

ON_HOME: frozenset[str] = frozenset({"why", "ask"})
"""Buttons that are answered in place on a message, and by a window on a Home."""

_running: set[asyncio.Task[None]] = set()


def register(bolt: AsyncApp, intake: Intake) -> None:
    """Submissions and shortcuts. A window that is closed is nothing to anybody."""

    @bolt.view(ANYTHING)
    async def filled(ack: AsyncAck, body: dict[str, Any]) -> None:
        view: Mapping[str, Any] = body.get("view") or {}
        check = FAULTS.get(str(view.get("callback_id")))
        wrong = dict(check(picked(view))) if check is not None else {}
        if wrong:
            intake.drop()
            await ack(response_action="errors", errors=wrong)
            return
        await intake.keep("view_submission", body, job="window", key=key_of(carried(view)))
        await ack()

    @bolt.view_closed(ANYTHING)
    async def closed(ack: AsyncAck) -> None:
        intake.drop()
        await ack()

    @bolt.shortcut(ANYTHING)
    async def shortcut(ack: AsyncAck, body: dict[str, Any]) -> None:
        word = str(body.get("callback_id", ""))
        job, key = ("window", drawing_of(body)) if word in OPENS else (None, "")
        fresh = await intake.keep(body.get("type") or "shortcut", body, job=job, key=key)
        await ack()
        if word in OPENS and fresh:
            show(intake, word, body)


def show(intake: Intake, word: str, body: Mapping[str, Any]) -> None:
    """Open the window beside the acknowledgement, which does not wait for Slack."""
    task = asyncio.get_running_loop().create_task(_show(intake, word, str(body.get("trigger_id", ""))))
    _running.add(task)
    task.add_done_callback(_running.discard)


async def _show(intake: Intake, word: str, trigger: str) -> None:
    """A trigger is good for one window and three seconds: one that is lost can only be opened by a new press."""
    if intake.open_window is None or not trigger:
        return
    try:
        await intake.open_window(trigger, loading(word, name_of(trigger)))
    except VendorError as failure:
        log.warning("a window could not be opened: %s", failure, extra={"action": "window_lost", "window": word})


def drawing_of(body: Mapping[str, Any]) -> str:
    """A window that opens waits for nothing: its reader looks at it, whatever else of theirs is under way."""
    trigger = body.get("trigger_id")
    return f"window:{trigger}" if isinstance(trigger, str) and trigger else ""


def key_of(ids: Mapping[str, Any]) -> str:
    """What is filled in about one question is settled after whatever else was pressed about it."""
    asked = ids.get("a")
    return f"approval:{asked}" if isinstance(asked, str) and asked else ""
