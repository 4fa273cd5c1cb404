"""What a window brings: who opened it and where, or who filled it in and with what; none of it is believed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.views.windows.window import Picked


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """Who opened a window, where, and what stood behind the button."""

    word: str
    user: str
    workspace: str
    channel: str = ""
    ts: str = ""
    value: Mapping[str, Any] = field(default_factory=dict)
    """What we had put behind the button; may be anything a body can hold. Empty for a shortcut."""
    said: str = ""
    """The same as it stands there, for buttons that carry plain words."""
    message: Mapping[str, Any] = field(default_factory=dict)
    """The message a shortcut was used on, as Slack sends it: somebody's words."""
    picked: Picked = field(default_factory=dict)
    """What was chosen in the message beside the button, as in a window."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """Who filled a window in, and with what."""

    word: str
    user: str
    workspace: str
    ids: Mapping[str, Any]
    """What the window carried; may be anything a body can hold."""
    picked: Picked
    delivery: str
    """Equal for the same submission read again."""
