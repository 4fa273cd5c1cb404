"""A prompt stays within its tokens: what matters least is cut first, and the prompt says what was cut."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil

LETTERS_A_TOKEN = 2.5
"""Fewer than any text we send has on average: an estimate that is too high keeps us within the budget."""


def tokens(words: str) -> int:
    """How many tokens ``words`` are taken to be."""
    return ceil(len(words) / LETTERS_A_TOKEN)


@dataclass(frozen=True, slots=True)
class Part:
    """Lines of one kind, the most important first; of two parts the one of the higher ``rank`` is cut first."""

    name: str
    lines: tuple[str, ...]
    rank: int
    least: int = 0
    """So many lines are kept whatever they cost."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """What is left of the parts, by name, and how many lines of each were cut."""

    lines: Mapping[str, tuple[str, ...]]
    cut: Mapping[str, int]

    def block(self, name: str, otherwise: str) -> str:
        """The lines of that part, or ``otherwise`` where there is none."""
        return "\n".join(self.lines[name]) or otherwise

    @property
    def words(self) -> str:
        """``Left out for want of room: 12 issues, 3 facts.``; empty when nothing was."""
        told = ", ".join(f"{count} {name if count != 1 else name.rstrip('s')}" for name, count in self.cut.items())
        return f"Left out for want of room: {told}." if told else ""


def fit(parts: Sequence[Part], budget: int) -> Fitted:
    """``parts`` within ``budget`` tokens, as far as their ``least`` lines allow: whole lines, the last ones first."""
    over = sum(_cost(line) for part in parts for line in part.lines) - budget
    kept: dict[str, tuple[str, ...]] = {part.name: part.lines for part in parts}
    cut: dict[str, int] = {}
    for part in sorted(parts, key=lambda each: -each.rank):
        lines = list(part.lines)
        while over > 0 and len(lines) > part.least:
            over -= _cost(lines.pop())
        if len(lines) < len(part.lines):
            kept[part.name], cut[part.name] = tuple(lines), len(part.lines) - len(lines)
    return Fitted(kept, cut)


def _cost(line: str) -> int:
    return tokens(line + "\n")
