"""What people think of the messages of a back-test: a score by rule, and where waiting longer had been better."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.backtest.report.record import Message, Record
from models.errors import OperatorError

USEFUL, NOT_USEFUL = "useful", "not_useful"
MARKS = (USEFUL, NOT_USEFUL)

LEAST = 5
"""Marks of one rule below which nothing is suggested: fewer say more of the day than of the rule."""

KEPT, SPARED = 0.9, 0.5
"""Of the useful ones at least so many must still come, and of the useless ones so many must not, for a suggestion."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleScore:
    """How the messages of one rule were marked."""

    rule: str
    marked: int
    useful: int
    suggestion: str = ""
    """What might be better, in words; empty where nothing is."""

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return self.useful / self.marked


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How all of them were marked."""

    marked: int
    useful: int
    of: int
    rules: tuple[RuleScore, ...]

    @property
    def words(self) -> str:
        """``8 of 10 marked messages useful (80 %); 4 are not marked``."""
        if not self.marked:
            return "no message is marked yet"
        left = self.of - self.marked
        rest = f"; {left} {'is' if left == 1 else 'are'} not marked" if left else ""
        return f"{self.useful} of {self.marked} marked messages useful ({self.useful / self.marked:.0%}){rest}"


def score(record: Record, marks: Mapping[str, str]) -> Score:
    """Count the marks of messages that are in ``record``; others are left out."""
    said = [message for message in record.messages if marks.get(message.id) in MARKS]
    rules = sorted({message.rule for message in said})
    return Score(
        marked=len(said),
        useful=sum(marks[message.id] == USEFUL for message in said),
        of=len(record.messages),
        rules=tuple(_of_rule(rule, [message for message in said if message.rule == rule], marks) for rule in rules),
    )


def _of_rule(rule: str, said: Sequence[Message], marks: Mapping[str, str]) -> RuleScore:
    useful = [message for message in said if marks[message.id] == USEFUL]
    others = [message for message in said if marks[message.id] != USEFUL]
    words = _suggestion(useful, others) if len(said) >= LEAST else ""
    return RuleScore(rule=rule, marked=len(said), useful=len(useful), suggestion=words)


def _suggestion(useful: Sequence[Message], others: Sequence[Message]) -> str:
    """The wait that spares most useless messages and keeps nearly all useful ones; none where there is none."""
    if not useful:
        return "none of them was useful: leave this rule out, or tell somebody else"
    waits = sorted({message.waited for message in useful if message.waited is not None})
    best = max(((_spared(others, wait), wait) for wait in waits if _kept(useful, wait) >= KEPT), default=(0.0, 0.0))
    if not others or best[0] < SPARED:
        return ""
    spared, kept = round(best[0] * len(others)), round(_kept(useful, best[1]) * len(useful))
    return (
        f"speak {_hours(best[1])} after it began, not before: {spared} of {len(others)} useless ones would not have "
        f"come, {kept} of {len(useful)} useful ones still would"
    )


def _kept(useful: Sequence[Message], wait: float) -> float:
    return sum(message.waited is None or message.waited >= wait for message in useful) / len(useful)


def _spared(others: Sequence[Message], wait: float) -> float:
    return sum(m.waited is not None and m.waited < wait for m in others) / len(others) if others else 0.0


def _hours(hours: float) -> str:
    return f"{hours / 24:.1f} days" if hours >= 48 else f"{hours:.0f} hours"


# --- kept beside the page ---------------------------------------------------------------------------------------


def beside(page: Path) -> Path:
    """Where the marks of a page lie: ``report.html`` has ``report.marks.json``."""
    return page.with_suffix(".marks.json")


def read_marks(file: Path) -> dict[str, str]:
    """Message to mark; nothing where there is no file. Raises ``OperatorError`` for a file that holds no marks."""
    try:
        said = json.loads(file.read_text(encoding="utf-8"))["marks"] if file.exists() else {}
        marks = {str(name): str(mark) for name, mark in said.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise OperatorError(f"{file} holds no marks", hint="Download it anew from the page, or delete it") from error
    wrong = sorted({mark for mark in marks.values() if mark not in MARKS})
    if wrong:
        raise OperatorError(f"{file} says {wrong[0]!r}", hint=f"A mark is {USEFUL} or {NOT_USEFUL}")
    return marks


def write_marks(file: Path, marks: Mapping[str, str]) -> None:
    """Keep them, instead of what was there."""
    file.write_text(json.dumps({"marks": dict(sorted(marks.items()))}, indent=2) + "\n", encoding="utf-8")
