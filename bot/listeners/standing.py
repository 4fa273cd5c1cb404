"""What Slack tells about ourselves: we were invited somewhere, or the app is gone and what to do then."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

log = logging.getLogger(__name__)

_AGAIN = "Install the app again (docs/set-up.md, 2), put the new token into SLACK_BOT_TOKEN and restart"
GONE = f"The Slack app was uninstalled: nothing can be sent or heard until then. {_AGAIN}"
REVOKED = f"Slack has revoked the bot token: nothing can be sent until then. {_AGAIN}"


def invited(event: Mapping[str, Any], me: str) -> bool:
    """Whether it is we who have just come into a channel."""
    return bool(me) and event.get("type") == "member_joined_channel" and event.get("user") == me


def farewell(event: Mapping[str, Any]) -> str:
    """What whoever runs the agent must do, when Slack has taken our token; empty for any other event."""
    match event.get("type"):
        case "app_uninstalled":
            return GONE
        case "tokens_revoked":
            tokens = event.get("tokens")
            return REVOKED if isinstance(tokens, Mapping) and tokens.get("bot") else ""
    return ""


def heed(event: Mapping[str, Any]) -> None:
    """Say it in one line of the log, where an operator looks; ``/ready`` tells it as soon as it asks Slack again."""
    if remedy := farewell(event):
        log.error("%s", remedy, extra={"action": "slack_gone"})
