"""Clicks, and whatever else people do with our messages and windows: kept, then acknowledged."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.listeners import windows
from bot.listeners.intake import Intake

ANYTHING = re.compile("")
JOBS: Mapping[str, str] = {
    "approve": "click",
    "reject": "click",
    "identity_yes": "identity",
    "identity_no": "identity",
    "undo": "undo",
    "feedback": "feedback",
    "known_delete": "known",
    "known_prefer": "known",
    "known_forget": "known",
    "later": "hush",
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
        await intake.keep(body.get("type") or "block_actions", body, job=job, key=key)
        await ack()
        if job == "window":
            windows.show(intake, word_of(body), body)

    @bolt.options(ANYTHING)
    async def options(ack: AsyncAck) -> None:
        intake.drop()
        await ack(options=[])


def work_of(body: Mapping[str, Any]) -> tuple[str | None, str]:
    """The job a click asks for and its key; clicks on one question are worked one after the other."""
    action: Mapping[str, Any] = next(iter(body.get("actions") or []), {})
    word = word_of(body)
    job = "window" if word in windows.OPENS else JOBS.get(word)
    return job, f"{_QUESTIONS[job]}:{_asked(action.get('value'))}" if job in _QUESTIONS else ""


def word_of(body: Mapping[str, Any]) -> str:
    """What the pressed button is for: its action id without the suffix."""
    action: Mapping[str, Any] = next(iter(body.get("actions") or []), {})
    word = re.match(r"[a-z_]*", str(action.get("action_id") or ""))
    return word.group() if word else ""


_QUESTIONS: Mapping[str | None, str] = {"click": "approval", "identity": "identity", "undo": "undo"}
"""Jobs that answer a question, and what theirs are called; a button carries the question's id as ``a``."""


def _asked(value: object) -> str:
    try:
        return str(json.loads(str(value))["a"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return "unreadable"
