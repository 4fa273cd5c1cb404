"""Help says what this installation cannot do, because a permission of the Slack app was left out."""

from __future__ import annotations

from dataclasses import replace

from bot.app import App
from models.errors import VendorError
from planner.words.cannot import cannot
from planner.words.replies import HelpReply, Reply


async def with_what_is_lacking(app: App, reply: Reply) -> Reply:
    """``reply``, and on the list of commands what people must do without; while Slack does not say, nothing."""
    if not isinstance(reply, HelpReply) or reply.unknown or app.slack is None:
        return reply
    try:
        granted = await app.slack.granted()
    except VendorError:
        return reply
    return replace(reply, cannot=cannot(granted))
