"""What a model is asked and what it says: a prompt, its turns and tools, the thought that comes back, what it used.

Everything in a thought is untrusted. Nothing here knows a vendor: the adapter speaks these nouns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from models.money import Money


class Purpose(StrEnum):
    """What a call is for; costs are told by it."""

    PLAN = "plan"
    """Weighing what one look found."""
    TALK = "talk"
    """A person's question."""
    TASK = "task"
    """A delegated task."""
    TRIAL = "trial"
    """Trying the connection, when somebody asks for that: it costs next to nothing and is not counted."""


class Size(StrEnum):
    """Which model is wanted; the budget may give the smaller one."""

    SMALL = "small"
    LARGE = "large"


@dataclass(frozen=True, slots=True)
class Tool:
    """Something a model may ask us to do; whether it is done we decide each time."""

    name: str
    description: str
    schema: Mapping[str, Any]
    """JSON schema of its arguments."""


@dataclass(frozen=True, slots=True)
class Call:
    """A model asks for a tool."""

    id: str
    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Result:
    """What we gave back for the call of that id."""

    call: str
    text: str
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """One side's words. Ours carries words and results; the model's carries words and calls."""

    ours: bool
    text: str = ""
    calls: tuple[Call, ...] = ()
    results: tuple[Result, ...] = ()
    verbatim: str = ""
    """Of the model's: what its vendor wants back word for word; see ``Thought.verbatim``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """One question to a model."""

    purpose: Purpose
    size: Size
    name: str
    """Which of our prompts, with its version: ``plan/1``. It stands beside each call in the records."""
    fixed: tuple[str, ...]
    """The system text, equal byte for byte between calls: kept by the vendor's cache up to its end."""
    turns: tuple[Turn, ...]
    """Oldest first; the last is ours. Whatever changes stands here."""
    tools: tuple[Tool, ...] = ()
    answer: Mapping[str, Any] | None = None
    """JSON schema of the reply; ``None`` for plain words."""
    most: int = 1500
    """Tokens of the reply at most, thinking included."""
    patience: float = 30.0
    """Seconds of real time after which it is given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens of one call, as the vendor counts them."""

    read: int = 0
    """Read anew, not from the cache."""
    written: int = 0
    """Of the reply."""
    cached: int = 0
    """Read from the cache."""
    kept: int = 0
    """Written to the cache for five minutes."""
    kept_long: int = 0
    """Written to the cache for an hour."""

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            read=self.read + other.read,
            written=self.written + other.written,
            cached=self.cached + other.cached,
            kept=self.kept + other.kept,
            kept_long=self.kept_long + other.kept_long,
        )


class Stop(StrEnum):
    """Why a model stopped speaking."""

    END = "end_turn"
    LENGTH = "max_tokens"
    SEQUENCE = "stop_sequence"
    TOOLS = "tool_use"
    PAUSE = "pause_turn"
    REFUSAL = "refusal"
    WINDOW = "model_context_window_exceeded"
    OTHER = "other"
    """A word we do not know: treated as an answer that cannot be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thought:
    """What came back. Untrusted, every word."""

    text: str
    stop: Stop
    usage: Usage
    model: str
    calls: tuple[Call, ...] = ()
    request: str = ""
    """The vendor's id of the call, for its support."""
    seconds: float = 0.0
    cost: Money = field(default_factory=Money)
    """Settled by the purse; nothing as the adapter gives it."""
    verbatim: str = ""
    """What the vendor wants back word for word when the talk goes on after calls; for the adapter alone to read."""

    @property
    def turn(self) -> Turn:
        """The same as the model's turn of a talk that goes on, to stand before our results."""
        return Turn(ours=False, text=self.text, calls=self.calls, verbatim=self.verbatim)
