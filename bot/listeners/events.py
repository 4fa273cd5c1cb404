"""Events: a mention, a direct message, an opened Home or a changed colleague becomes a job; other talk is not kept."""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse

from bot.listeners.changes import CHANGED, changed_by, changed_group, is_of_group, remembered
from bot.listeners.intake import Intake

log = logging.getLogger(__name__)


def register(bolt: AsyncApp, intake: Intake) -> None:
    """Everything Slack's Events API sends. A failure to store is an error, so that Slack sends it again."""

    @bolt.middleware
    async def slowed_down(body: dict[str, Any], next: Callable[[], Awaitable[BoltResponse]]) -> BoltResponse:
        if body.get("type") != "app_rate_limited":
            return await next()
        log.warning("Slack holds events back: more than it delivers in an hour", extra={"action": "rate_limited"})
        await intake.keep("app_rate_limited", body)
        return BoltResponse(status=200, body="")

    @bolt.event(re.compile(""))
    async def event(body: dict[str, Any]) -> None:
        said = body["event"]
        if asks(said):
            await intake.keep("event", body, job="answer")
        elif said.get("type") in {"message", "app_mention"}:
            intake.drop()
        elif is_of_group(said):
            intake.forget(changed_group(said))
            intake.drop()
        elif (who := changed_by(said)) is not None:
            await _changed(intake, body, who)
        else:
            await intake.keep("event", body)


async def _changed(intake: Intake, body: Mapping[str, Any], who: str) -> None:
    """Kept for members only: in a large workspace somebody changes every second."""
    if intake.is_member(who):
        key = f"presence:{intake.team_of(who)}"
        await intake.keep(CHANGED, remembered(body, who), job="presence", key=key, lane=1)
    else:
        intake.drop()


def asks(event: Mapping[str, Any]) -> bool:
    """Whether a person has just turned to us: no bots, no edits, no talk in channels we merely read."""
    if event.get("bot_id") or event.get("edited") or not event.get("user"):
        return False
    match event.get("type"):
        case "app_mention" | "app_home_opened":
            return True
        case "message":
            return event.get("channel_type") == "im" and event.get("subtype") in {None, "file_share"}
    return False
