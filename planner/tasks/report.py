"""What of a worker's answer may stand: each text by itself, its facts written out by code; the rest is counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from planner.claims.facts import Fact, Sheet
from planner.claims.prose import Miss, Parted, Passage, checked, parted, unsaid

MOST_LINES, MOST_FINDINGS, MOST_ADVICE, MOST_EVIDENCE = 5, 8, 5, 8
LONGEST = 700
"""Characters of one text, its facts written out."""

_Shown = TypeVar("_Shown", Passage, Parted)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is so, or that it makes of the facts, and those it rests on."""

    text: str
    sources: tuple[Fact, ...]
    told: bool = True
    """Whether it is facts alone; else it is shown as a reading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What is left of an answer. Every text is plain, not escaped."""

    summary: tuple[str, ...] = ()
    """Facts alone."""
    findings: tuple[Finding, ...] = ()
    readings: tuple[str, ...] = ()
    """What it makes of the facts, and what could be done."""
    unknowns: tuple[str, ...] = ()
    dropped: Mapping[str, int] = field(default_factory=dict)
    """How many texts are not shown, by what they were."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing of it says anything."""
        return not (self.summary or self.findings or self.readings)


def read(answer: Mapping[str, Any], sheet: Sheet) -> Report:
    """What may stand of ``answer``, which has the shape of ``briefing.SCHEMA`` and is otherwise untrusted."""
    reader = _Reader(sheet)
    lines = reader.lines(answer["summary"][:MOST_LINES])
    findings = tuple(each for given in answer["findings"][:MOST_FINDINGS] if (each := reader.finding(given)))
    advice = reader.advice(answer["recommendations"][:MOST_ADVICE])
    return Report(
        summary=tuple(each.told.text for each in lines if each.told.text),
        findings=findings,
        readings=(*(each.read.text for each in lines if each.read.text), *advice),
        unknowns=reader.unknowns(answer["unknowns"][:MOST_ADVICE]),
        dropped=reader.dropped,
    )


class _Reader:
    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self.dropped = Counter[str]()

    def lines(self, given: Sequence[str]) -> Sequence[Parted]:
        return self._kept(given, "lines of the summary", lambda prose: parted(prose, self._sheet))

    def advice(self, given: Sequence[str]) -> Iterator[str]:
        made = self._kept(given, "recommendations", lambda prose: checked(prose, self._sheet, inference=True))
        yield from (each.text for each in made)

    def unknowns(self, given: Sequence[str]) -> tuple[str, ...]:
        return tuple(each.text for each in self._kept(given, "open questions", unsaid))

    def finding(self, given: Mapping[str, Any]) -> Finding | None:
        """It rests on facts that were given, or it is none."""
        ids = list(dict.fromkeys(given["evidence"]))[:MOST_EVIDENCE]
        if not ids or not given["text"].strip() or any(each not in self._sheet.by_id for each in ids):
            self.dropped["findings"] += 1
            return None
        made = self._kept([given["text"]], "findings", lambda prose: checked(prose, self._sheet, inference=True))
        told = not isinstance(checked(given["text"], self._sheet), Miss)
        return Finding(made[0].text, tuple(self._sheet.by_id[each] for each in ids), told) if made else None

    def _kept(self, given: Sequence[str], what: str, look: Callable[[str], _Shown | Miss]) -> list[_Shown]:
        """What of these may stand and is short enough; the rest is counted as ``what``."""
        made = [look(each) for each in given if each.strip()]
        kept = [each for each in made if not isinstance(each, Miss) and _length(each) <= LONGEST]
        if len(kept) < len(made):
            self.dropped[what] += len(made) - len(kept)
        return kept


def _length(shown: Passage | Parted) -> int:
    return len(shown.text) if isinstance(shown, Passage) else len(shown.told.text) + len(shown.read.text)
