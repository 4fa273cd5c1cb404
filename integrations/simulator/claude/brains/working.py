"""How an honest brain works on a delegated task: it looks twice and reports what the facts say, no more."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from integrations.simulator.claude.brains.port import Asked, Said, Wish

KNOWS = "You look into one question about one team's work"
"""Stands in the system text of the prompt that this answers."""

ANSWER = "StructuredOutput"
"""The tool through which the command line program takes an answer of a given shape."""

_MOST = 4


def worked(asked: Asked) -> Said:
    """First what there is, then what there is about the subject, then the report, then that it is done."""
    results = [told for text in asked.results if (told := _read(text)) is not None]
    overview = next((told for told in results if "subjects" in told), None)
    if overview is None:
        return Said(calls=(Wish("mcp__facts__overview"),))
    found = [told for told in results if "subjects" not in told]
    if not found:
        return Said(calls=(Wish("mcp__facts__facts_about", {"subject": _subject(asked, overview)}),))
    if ANSWER in asked.tools and len(asked.results) == len(results):
        return Said(calls=(Wish(ANSWER, _report(found[-1]["facts"])),))
    return Said("The report is written.")


def _read(text: str) -> Mapping[str, Any] | None:
    try:
        told = json.loads(text)
    except ValueError:
        return None
    return told if isinstance(told, dict) and ("subjects" in told or "facts" in told) else None


def _subject(asked: Asked, overview: Mapping[str, Any]) -> str:
    """The first subject that the question names, else the first there is."""
    subjects: Sequence[str] = overview["subjects"]
    question = str(overview.get("question", "")) + asked.words
    return next((each for each in subjects if each in question), subjects[0] if subjects else "")


def _report(facts: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    own = [str(fact["id"]) for fact in facts if not fact["outside"]][:_MOST]
    return {
        "summary": [f"{{{name}}}." for name in own],
        "findings": list(_findings(own)),
        "recommendations": ["Talk to the owner about what would help."],
        "unknowns": ["The facts do not say why."],
    }


def _findings(own: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    for first, second in zip(own, own[1:], strict=False):
        yield {"text": f"{{{first}}}, and {{{second}}}.", "evidence": [first, second]}
