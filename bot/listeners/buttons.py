"""Clicks, and whatever else people do with our messages and windows: kept, then acknowledged."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.listeners import windows
from bot.listeners.intake import Intake
from bot.views.parts.more import meant

ANYTHING = re.compile("")
JOBS: Mapping[str, str] = {
    "approve": "click",
    "reject": "click",
    "ask_later": "click",
    "several_yes": "batch",
    "identity_yes": "identity",
    "identity_no": "identity",
    "undo": "undo",
    "feedback": "feedback",
    "verdict": "verdict",
    "known_delete": "known",
    "known_prefer": "known",
    "known_forget": "known",
    "later": "hush",
    "ending": "ending",
    "took": "took",
    "details": "digest_menu",
    "digest_menu": "digest_menu",
    "contact_back": "contact",
    "kept_useful": "mark",
    "kept_not_useful": "mark",
    "trust_again": "trusting",
    "pause_all": "pausing",
    "resume_all": "pausing",
    "why": "answer",
    "ask": "answer",
    "post_to_channel": "answer",
}
"""Which job a button's action id asks for. Ids may carry a suffix (``ask:2``): Slack wants them unique in a block."""


def register(bolt: AsyncApp, intake: Intake) -> None:
    """Every kind of interaction; one we gave no meaning is stored and does nothing."""

    @bolt.action(ANYTHING)
    async def click(ack: AsyncAck, body: dict[str, Any]) -> None:
        job, key = work_of(body)
        fresh = await intake.keep(body.get("type") or "block_actions", body, job=job, key=key)
        await ack()
        if job == "window" and fresh:
            windows.show(intake, word_of(body), body)

    @bolt.options(ANYTHING)
    async def options(ack: AsyncAck) -> None:
        intake.drop()
        await ack(options=[])


def work_of(body: Mapping[str, Any]) -> tuple[str | None, str]:
    """The job a click asks for and its key; clicks on one question are worked one after the other."""
    action = meant(next(iter(body.get("actions") or []), {}))
    word = word_of(body)
    opens = word in windows.OPENS or (word in windows.ON_HOME and is_home(body))
    job = "window" if opens else JOBS.get(word)
    pressed = action.get("selected_option") or action
    value = pressed.get("value") if isinstance(pressed, Mapping) else None
    if opens:
        return job, windows.drawing_of(body)
    return job, f"{_QUESTIONS[job]}:{_asked(value)}" if job in _QUESTIONS else ""


def is_home(body: Mapping[str, Any]) -> bool:
    """Whether it was pressed on a Home, where no message can be answered in."""
    view = body.get("view")
    return isinstance(view, Mapping) and view.get("type") == "home"


def word_of(body: Mapping[str, Any]) -> str:
    """What the pressed button is for: its action id without the suffix."""
    action = meant(next(iter(body.get("actions") or []), {}))
    word = re.match(r"[a-z_]*", str(action.get("action_id") or ""))
    return word.group() if word else ""


_QUESTIONS: Mapping[str | None, str] = {
    "click": "approval",
    "identity": "identity",
    "undo": "undo",
    "took": "digest",
    "digest_menu": "digest",
}
"""Jobs that answer a question, and what theirs are called; a button carries the question's id as ``a``."""


def _asked(value: object) -> str:
    try:
        return str(json.loads(str(value))["a"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return "unreadable"
