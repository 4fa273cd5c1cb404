"""Every request that was seen and what it came to: for tests, and for the page's traffic."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

KEPT = 5_000
"""Requests that are remembered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One request and its reply."""

    at: datetime
    """Company time."""
    path: str
    body: Mapping[str, Any]
    headers: Mapping[str, str]
    status: int
    message: Mapping[str, Any] | None = None
    """The reply, when it was one."""
    mode: str = ""
    """What was made to go wrong."""

    @property
    def usage(self) -> Mapping[str, Any]:
        """As the vendor told it; empty when nothing was charged."""
        return (self.message or {}).get("usage") or {}


@dataclass
class Journal:
    """The last requests, oldest first, and what all of them used together."""

    seen: deque[Seen] = field(default_factory=lambda: deque(maxlen=KEPT))
    totals: dict[str, int] = field(default_factory=dict)
    """Tokens by the vendor's names for them."""

    def add(self, seen: Seen) -> None:
        """Remember one."""
        self.seen.append(seen)
        for name, tokens in seen.usage.items():
            if isinstance(tokens, int) and name.endswith("_tokens"):
                self.totals[name] = self.totals.get(name, 0) + tokens

    def clear(self) -> None:
        """Begin anew."""
        self.seen.clear()
        self.totals.clear()

    @property
    def bodies(self) -> Sequence[Mapping[str, Any]]:
        """What was asked, token counts left out."""
        return [each.body for each in self.seen if each.path.endswith("/messages")]
