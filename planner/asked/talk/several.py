"""Several questions in one message: each answered where rules understand every one, else which part was not."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import get_args

from planner.asked.questions import (
    AskDirectives,
    AskHelp,
    AskMine,
    AskSeveral,
    AskWhy,
    FromFacts,
    Question,
    Report,
)
from planner.asked.quiet.hushing import AskHush
from planner.asked.requests import Request
from planner.asked.talk.subjects import Talk
from planner.asked.topics import AskIssue, AskLost, AskWhyOf
from planner.asked.whatif import AskForecast, AskHitRate

MOST = 3
"""Questions that are answered at once."""

READ = (*get_args(Report), AskHitRate, AskMine, AskDirectives, AskIssue, AskWhy, AskWhyOf)
"""What changes nothing, so that it may stand beside another question."""

_BREAK = re.compile(
    r"\?+[\s,]*(?:(?:and|also|plus)\b\s*)?|,?\s+(?:and|plus)\s+(?:also\s+)?"
    r"|,\s+(?=(?:what|who|whose|which|when|where|how|is|are|will|can|does?|did)\b)",
    re.IGNORECASE,
)

One = Callable[[str, Talk], Question]


def several(whole: Question, text: str, talk: Talk, one: One) -> Question:
    """``whole``, unless its parts mean more; ``one`` understands a single question."""
    if not isinstance(whole, (*READ, AskLost, AskHelp)) or (isinstance(whole, AskForecast) and whole.without):
        return whole
    parts = [part for each in _BREAK.split(text) if (part := (each or "").strip(" \t,.!?"))]
    if not 1 < len(parts) <= MOST:
        return whole
    found = _each(parts, talk, one)
    known = tuple(dict.fromkeys(question for _, question in found if question is not None))
    missed = [part for part, question in found if question is None]
    if not missed:
        return AskSeveral(known) if len(known) > 1 else known[0]
    asked = tuple(q for part, q in found if q is not None and len(part.split()) > 1)
    return _partly(whole, asked, missed, talk, one) if isinstance(whole, AskLost | AskHelp) and asked else whole


def _each(parts: list[str], talk: Talk, one: One) -> list[tuple[str, FromFacts | None]]:
    """Each part with what it asks; what the one before was about is *it* in the next."""
    found: list[tuple[str, FromFacts | None]] = []
    for part in parts:
        question = one(part, talk)
        if isinstance(question, AskIssue):
            talk = replace(talk, subject=question.subject)
        reads = isinstance(question, READ) and part.casefold() != "why"
        found.append((part, question if reads else None))  # type: ignore[arg-type]
    return found


def _partly(whole: AskLost | AskHelp, known: tuple[FromFacts, ...], missed: list[str], talk: Talk, one: One) -> AskLost:
    first = missed[0]
    why = f"I did not understand the part “{first[:60]}”"
    if isinstance(one(first, talk), Request | AskHush):
        why = f"what is to be done, “{first[:60]}”, is to be said in a message of its own"
    said = whole.said if isinstance(whole, AskLost) else whole.unknown
    return AskLost(said, because=why, known=tuple(dict.fromkeys(known)))
