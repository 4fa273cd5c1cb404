"""Slash commands: kept, then acknowledged without a word, because the answer itself is there in a moment."""

from __future__ import annotations

import logging
import re
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.listeners.intake import Intake

log = logging.getLogger(__name__)

SORRY = "I could not take that down, so nothing will happen. Please try again in a minute."
LATE = "I have your question, but I am running late. The answer comes here as soon as I am back at work."

TOO_LONG = 3.0
"""Seconds a person's job has waited for a worker before we say that we are late; normally it is milliseconds."""


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
        await (ack(text=LATE, response_type="ephemeral") if await _late(intake) else ack())


async def _late(intake: Intake) -> bool:
    """Whether to say so. What was kept is kept: not to know how late we are is no reason to take it back."""
    try:
        return await intake.lateness() > TOO_LONG
    except Exception:
        log.exception("how long people wait is not known", extra={"action": "lateness_unknown"})
        return False
