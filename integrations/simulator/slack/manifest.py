"""What the app's manifest says: its shortcuts, what it suggests to ask, which events it wants to hear."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

MANIFEST = Path(__file__).parents[3] / "deploy" / "slack-manifest.yaml"


@dataclass(frozen=True, slots=True)
class Shortcut:
    """An entry of the menu of every message."""

    callback_id: str
    name: str
    description: str


@dataclass(frozen=True, slots=True)
class Promised:
    """What is read out of a manifest."""

    shortcuts: tuple[Shortcut, ...] = ()
    prompts: tuple[Mapping[str, str], ...] = ()
    """``title`` and ``message`` of each suggestion, shown in the app's direct messages from the start."""
    events: frozenset[str] | None = None
    """What Slack tells the app, for example ``message.im``; ``None`` without a manifest: everything."""


def promised(file: Path = MANIFEST) -> Promised:
    """Read ``file``; a missing one promises nothing and hears everything."""
    return _understood(file.read_text()) if file.is_file() else Promised()


@cache
def _understood(text: str) -> Promised:
    """Once for each text: to read YAML takes longer than anything else when a company begins."""
    told: Mapping[str, Any] = yaml.safe_load(text) or {}
    features: Mapping[str, Any] = told.get("features") or {}
    prompts = (features.get("agent_view") or {}).get("suggested_prompts") or ()
    events = ((told.get("settings") or {}).get("event_subscriptions") or {}).get("bot_events") or ()
    return Promised(
        tuple(
            Shortcut(str(e["callback_id"]), str(e["name"]), str(e.get("description", "")))
            for e in features.get("shortcuts") or ()
            if e.get("type") == "message"
        ),
        tuple({"title": str(p["title"]), "message": str(p["message"])} for p in prompts),
        frozenset(map(str, events)),
    )
