"""One errand and how it ended: what is asked of the program, and what of its answer may be used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from models.errors import NotThought
from models.money import Money
from models.thoughts import Stop, Thought, Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What the program is to find out, and within which bounds."""

    system: str
    question: str
    """Said on its standard input."""
    schema: Mapping[str, Any]
    """JSON schema of the answer."""
    facts: str
    """The JSON file our server reads to it; see ``facts.py``."""
    model: str
    effort: str
    most: Money
    """Where it stops by itself; it looks after each answer of the model, so the last one may go beyond."""
    patience: float = 300.0
    """Seconds of real time until it is ended."""
    turns: int = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How one run ended. The answer is untrusted, every word."""

    answer: Mapping[str, Any] | None = None
    """``None`` with ``trouble``."""
    trouble: NotThought | None = None
    cost: Money | None = None
    """By the program's own count; ``None`` where it did not live to tell."""
    usage: Usage = field(default_factory=Usage)
    model: str = ""
    session: str = ""
    seconds: float = 0.0
    turns: int = 0

    @property
    def thought(self) -> Thought:
        """The same for the record of what was spent; no word of it."""
        return Thought(
            text="",
            stop=Stop.END if self.trouble is None else Stop.OTHER,
            usage=self.usage,
            model=self.model,
            request=self.session,
            seconds=self.seconds,
        )
