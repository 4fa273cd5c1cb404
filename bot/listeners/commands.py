"""Slash commands: kept, then acknowledged; a status question is told at once that it was heard."""

from __future__ import annotations

import logging
import re
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.listeners.intake import Intake
from planner.answer import AskStatus, parse_command

log = logging.getLogger(__name__)

SORRY = "I could not take that down, so nothing will happen. Please try again in a minute."

_ECHOED = re.compile(r"[\w .-]{1,40}")
"""What we repeat of the asker's words: nothing that Slack could take for a link or a mention."""


def register(bolt: AsyncApp, intake: Intake) -> None:
    """Every command the manifest points at us."""

    @bolt.command(re.compile(""))
    async def command(ack: AsyncAck, body: dict[str, Any]) -> None:
        try:
            await intake.keep("command", body, job="answer")
        except Exception:
            log.exception("a command could not be stored", extra={"action": "not_stored"})
            await ack(text=SORRY, response_type="ephemeral")
            return
        words = first_words(body.get("text") or "")
        await (ack(text=words, response_type="ephemeral") if words else ack())


def first_words(text: str) -> str:
    """What the asker sees while the answer is made; empty for questions answered at once."""
    question = parse_command(text)
    if not isinstance(question, AskStatus):
        return ""
    named = question.sprint or ""
    return f"Reading sprint {named}…" if _ECHOED.fullmatch(named) else "Reading the sprint…"
