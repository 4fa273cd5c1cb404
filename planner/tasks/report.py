"""What of a worker's answer may stand: each text by itself, its facts written out by code; the rest is counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from planner.claims.facts import Fact, Sheet
from planner.claims.prose import Miss, checked

MOST_LINES, MOST_FINDINGS, MOST_ADVICE, MOST_EVIDENCE = 5, 8, 5, 8
LONGEST = 700
"""Characters of one text, its facts written out."""

_TITLE = 90


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing it makes of the facts, and those it rests on."""

    text: str
    sources: tuple[Fact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What is left of an answer. Every text is plain, not escaped."""

    title: str = ""
    """Empty where what it wrote cannot be used."""
    summary: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    recommendations: tuple[str, ...] = ()
    unknowns: tuple[str, ...] = ()
    dropped: Mapping[str, int] = field(default_factory=dict)
    """How many texts are not shown, by what they were."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing of it says anything."""
        return not (self.summary or self.findings)


def read(answer: Mapping[str, Any], sheet: Sheet, names: Sequence[str]) -> Report:
    """What may stand of ``answer``, which has the shape of ``briefing.SCHEMA`` and is otherwise untrusted."""
    reader = _Reader(sheet, names)
    findings = tuple(each for given in answer["findings"][:MOST_FINDINGS] if (each := reader.finding(given)))
    return Report(
        title=reader.title(answer["title"]),
        summary=reader.texts(answer["summary"][:MOST_LINES], "lines of the summary"),
        findings=findings,
        recommendations=reader.texts(answer["recommendations"][:MOST_ADVICE], "recommendations"),
        unknowns=reader.texts(answer["unknowns"][:MOST_ADVICE], "open questions"),
        dropped=reader.dropped,
    )


class _Reader:
    def __init__(self, sheet: Sheet, names: Sequence[str]) -> None:
        self._sheet, self._names = sheet, names
        self.dropped = Counter[str]()

    def title(self, prose: str) -> str:
        """A title is no claim, so one that cannot be used is not counted."""
        found = checked(prose, Sheet(), self._names, inference=True) if prose.strip() else None
        return found.text[:_TITLE] if found is not None and not isinstance(found, Miss) else ""

    def texts(self, given: Sequence[str], what: str) -> tuple[str, ...]:
        found = [self._text(each) for each in given if each.strip()]
        self._count(what, found.count(""))
        return tuple(each for each in found if each)

    def finding(self, given: Mapping[str, Any]) -> Finding | None:
        """It rests on facts that were given, or it is none."""
        ids = list(dict.fromkeys(given["evidence"]))[:MOST_EVIDENCE]
        text = self._text(given["text"])
        if not text or not ids or any(each not in self._sheet.by_id for each in ids):
            self._count("findings", 1)
            return None
        return Finding(text, tuple(self._sheet.by_id[each] for each in ids))

    def _text(self, prose: str) -> str:
        found = checked(prose, self._sheet, self._names, inference=True) if prose.strip() else None
        if found is None or isinstance(found, Miss) or len(found.text) > LONGEST:
            return ""
        return found.text

    def _count(self, what: str, many: int) -> None:
        if many:
            self.dropped[what] += many
