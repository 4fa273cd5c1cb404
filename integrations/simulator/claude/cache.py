"""The prefix cache: what a request shares with an earlier one of the same model, and for how long.

A prefix is kept where a breakpoint stands, read up to twenty blocks before one, and kept on whenever it is read. Below
a model's least length nothing is kept, and nobody is told.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import accumulate

from integrations.simulator.claude.tokens import Piece

LASTS: Mapping[str, timedelta] = {"5m": timedelta(minutes=5), "1h": timedelta(hours=1)}

LOOK_BACK = 20
"""Blocks before a breakpoint at which an earlier end is still found."""

LEAST: Mapping[str, int] = {
    "claude-haiku-5-5": 512,
    "claude-haiku-4-5": 4_096,
    "claude-opus-5": 512,
    "claude-sonnet-5": 1_024,
}
"""Tokens of the shortest prefix that is kept, by the beginning of the model's name."""

LEAST_ELSE = 1_024


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How the tokens of one request are counted."""

    read: int
    """Anew."""
    cached: int = 0
    kept: int = 0
    """Written for five minutes."""
    kept_long: int = 0
    """Written for an hour."""

    @property
    def shown(self) -> dict[str, object]:
        """As the vendor tells it."""
        return {
            "input_tokens": self.read,
            "cache_creation_input_tokens": self.kept + self.kept_long,
            "cache_read_input_tokens": self.cached,
            "cache_creation": {
                "ephemeral_5m_input_tokens": self.kept,
                "ephemeral_1h_input_tokens": self.kept_long,
            },
        }


@dataclass(slots=True)
class _Entry:
    until: datetime
    lasts: timedelta


@dataclass
class PrefixCache:
    """What is kept, by model and by everything that stands before its end."""

    _entries: dict[tuple[str, bytes], _Entry] = field(default_factory=dict)

    def take(self, model: str, pieces: Sequence[Piece], now: datetime) -> Share:
        """Count one request of ``now`` (company time), and keep what its breakpoints ask for."""
        ends, totals = _digests(pieces), [0, *accumulate(piece.tokens for piece in pieces)]
        marks = [at for at, piece in enumerate(pieces) if piece.lasts and totals[at + 1] >= least(model)]
        hit = self._longest(model, ends, marks, now)
        self._keep_on(model, ends[: hit + 1], now)
        edge, written = totals[hit + 1], dict.fromkeys(LASTS, 0)
        for at in marks:
            if at > hit:
                lasts = pieces[at].lasts
                written[lasts] += totals[at + 1] - edge
                edge = totals[at + 1]
                self._entries[model, ends[at]] = _Entry(now + LASTS[lasts], LASTS[lasts])
        return Share(read=totals[-1] - edge, cached=totals[hit + 1], kept=written["5m"], kept_long=written["1h"])

    def forget(self) -> None:
        """Begin anew."""
        self._entries.clear()

    def _longest(self, model: str, ends: Sequence[bytes], marks: Sequence[int], now: datetime) -> int:
        """The last block of the longest prefix that is still kept; -1 for none."""
        near = {at - back for at in marks for back in range(LOOK_BACK) if at >= back}
        return max((at for at in near if self._alive(model, ends[at], now)), default=-1)

    def _alive(self, model: str, end: bytes, now: datetime) -> bool:
        entry = self._entries.get((model, end))
        return entry is not None and now < entry.until

    def _keep_on(self, model: str, ends: Sequence[bytes], now: datetime) -> None:
        """What was read lives its time anew; what is over goes."""
        for end in ends:
            if self._alive(model, end, now):
                entry = self._entries[model, end]
                entry.until = now + entry.lasts
        for key in [key for key, entry in self._entries.items() if now >= entry.until]:
            del self._entries[key]


def least(model: str) -> int:
    """Tokens of the shortest prefix that ``model`` keeps."""
    return next((tokens for name, tokens in LEAST.items() if model.startswith(name)), LEAST_ELSE)


def _digests(pieces: Sequence[Piece]) -> list[bytes]:
    running, ends = hashlib.sha256(), list[bytes]()
    for piece in pieces:
        running.update(len(piece.said).to_bytes(8, "big") + piece.said)
        ends.append(running.digest())
    return ends
