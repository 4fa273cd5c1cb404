"""The manifest of the Slack app: the one list of what we ask of Slack, and how to be reached under an address."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).parents[2] / "deploy" / "slack-manifest.yaml"
"""As it stands it is for Socket Mode."""

DOOR = "/slack/events"
"""Where Slack's requests come in, over HTTP."""


@cache
def text() -> str:
    """The file, its comments included."""
    return FILE.read_text(encoding="utf-8")


def manifest(url: str = "") -> dict[str, Any]:
    """What it says; with ``url`` for an app that Slack reaches there, without for one on Socket Mode."""
    told: dict[str, Any] = yaml.safe_load(text())
    if not url:
        return told
    door, settings = f"{url.rstrip('/')}{DOOR}", told["settings"]
    for command in told["features"]["slash_commands"]:
        command["url"] = door
    settings["event_subscriptions"] = {"request_url": door, **settings["event_subscriptions"]}
    settings["interactivity"]["request_url"] = door
    settings["socket_mode_enabled"] = False
    return told


@cache
def needed_scopes() -> frozenset[str]:
    """The bot scopes without which something does not work."""
    return frozenset(manifest()["oauth_config"]["scopes"]["bot"])


@cache
def optional_scopes() -> frozenset[str]:
    """Those that whoever installs the app may leave out."""
    return frozenset(manifest()["oauth_config"]["scopes"].get("bot_optional", ()))
