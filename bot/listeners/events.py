"""Events: what is said to us, an opened Home or a changed colleague becomes a job; other talk is not kept."""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse

from bot.listeners.changes import changed_by, changed_group, is_of_group, remembered
from bot.listeners.intake import Intake
from bot.listeners.standing import heed, invited
from bot.listeners.threads import To, key_of, me_of, thread_of, to_whom
from models.events import CHANGED

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
        heed(said)
        if (work := await _work_of(intake, body)) is not None:
            await _kept(intake, body, *work)
        elif said.get("type") in {"message", "app_mention", "member_joined_channel"}:
            intake.drop()
        elif is_of_group(said):
            intake.forget(changed_group(said))
            intake.drop()
        elif (who := changed_by(said)) is not None:
            await _changed(intake, body, who)
        else:
            await intake.keep("event", body)


async def _kept(intake: Intake, body: Mapping[str, Any], job: str, key: str) -> None:
    """On disk with its job. Whoever mentions us makes the thread one of ours, from this moment and not the answer's."""
    said = body["event"]
    if said.get("type") == "app_mention" and intake.begun is not None:
        await intake.begun(*thread_of(said), str(said.get("user")))
    await intake.keep("event", body, job=job, key=key)


async def _changed(intake: Intake, body: Mapping[str, Any], who: str) -> None:
    """Kept for members only: in a large workspace somebody changes every second."""
    if intake.is_member(who):
        key = f"presence:{intake.team_of(who)}"
        await intake.keep(CHANGED, remembered(body, who), job="presence", key=key, lane=1)
    else:
        intake.drop()


async def _work_of(intake: Intake, body: Mapping[str, Any]) -> tuple[str, str] | None:
    """The job an event asks for and its key, empty for the person's own; ``None`` when nobody has turned to us.

    What people say to each other in a thread is kept only where we were asked, and not when it is our own.
    """
    event: Mapping[str, Any] = body["event"]
    kind = event.get("type")
    if kind == "app_home_opened":
        return ("prompts" if event.get("tab") == "messages" else "answer", "") if event.get("user") else None
    if kind == "agent_session_stopped":  # with a key of its own: what it stops holds the person's
        return "stop", f"stop:{key_of(*thread_of(event))}"
    if kind == "member_joined_channel":  # that others join a channel is nothing to us
        return ("introduce", f"introduce:{event.get('channel')}") if invited(event, me_of(body)) else None
    match to_whom(event, me_of(body)):
        case To.US:
            return "answer", ""
        case To.THREAD if intake.joined is not None and await intake.joined(*thread_of(event)):
            return "answer", ""
    return None
