"""Slack's side of the doors: Bolt finds the listener, the listener writes the inbox, nothing else happens here."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

import aiohttp
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.listeners import buttons, commands, events, windows
from bot.listeners.intake import Intake

__all__ = ["Intake", "make_bolt"]

log = logging.getLogger(__name__)

RETRY_AFTER = "5"
"""Seconds; Slack repeats an event at once, after a minute and after five, whatever we say."""


def make_bolt(
    intake: Intake, *, token: str, api_url: str = "", session: aiohttp.ClientSession | None = None
) -> AsyncApp:
    """A Bolt app whose every listener ends in ``intake``.

    Bolt's own signature check is off because ours stands in front of it: it answers 500 to a malformed
    timestamp, logs the whole body of a badly signed request, and reads a clock of its own. So this app must
    be reached through the door in ``bot.server`` or through Socket Mode, which carries no signatures.
    ``authorize`` answers from memory: with ``token=`` Bolt would call auth.test during the first request.
    """
    bolt = AsyncApp(
        name="pm-agent",
        logger=_quiet(),
        client=AsyncWebClient(base_url=api_url or AsyncWebClient.BASE_URL, session=session, retry_handlers=[]),
        authorize=_authorize(token),
        process_before_response=True,
        request_verification_enabled=False,
        ignoring_self_events_enabled=False,
        ignoring_self_assistant_message_events_enabled=False,
        attaching_function_token_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )
    bolt.error(_not_stored)
    for listeners in (commands, buttons, windows, events):
        listeners.register(bolt, intake)
    return bolt


def _authorize(token: str) -> Callable[..., Awaitable[AuthorizeResult]]:
    # Bolt passes what the argument names ask for.
    async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=token)

    return authorize


async def _not_stored(error: Exception) -> BoltResponse:
    """Whatever failed, nothing was stored: say so in a way that makes Slack send it again."""
    log.error("a Slack delivery could not be stored: %s", error, exc_info=error, extra={"action": "not_stored"})
    return BoltResponse(status=503, headers={"retry-after": RETRY_AFTER}, body="")


def _quiet() -> logging.Logger:
    """Bolt warns with the body of what it does not know; every kind of body has a listener here."""
    logger = logging.getLogger("slack_bolt")
    logger.setLevel(logging.ERROR)
    return logger
