"""What a model answered, taken apart: numbers that were given to it and words, and of anything else only the count.

The schema names every number there can be, not those of one prompt, so that it is the same in every call: a schema
that changes would cost the vendor's cache.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from planner.prompts.shapes import object_of
from planner.reasoning.offers import MOST_OFFERS
from planner.reasoning.sheet import MOST_FACTS

MOST_WORDS = 400
"""Characters of what a model makes of something, as it was written."""

MOST_REASON = 160
"""The same of one reason for or against."""

MOST_OPTIONS, MOST_REASONS = 4, 3
"""Ways shown beside one another, and reasons for each and against it."""

MOST_TEXT = 40_000
"""Characters of an answer that are looked at: ``planning.MOST`` tokens are far fewer."""


@dataclass(frozen=True, slots=True)
class Way:
    """One option: an offer, what speaks for it and what against, in a model's words."""

    offer: str
    pros: tuple[str, ...]
    cons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pick:
    """One offer that was chosen."""

    offer: str
    evidence: tuple[str, ...]
    weighed: str
    options: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """The offers chosen, the one that matters most first, each matter once."""

    picks: tuple[Pick, ...] = ()
    dropped: Counter[str] = field(default_factory=Counter)
    """What was not used, by why."""


def _list(items: Any) -> Mapping[str, Any]:
    return {"type": "array", "items": items}


_OFFER, _FACT = {"$ref": "#/$defs/offer"}, {"$ref": "#/$defs/fact"}
_WORDS = {"type": "string"}

_NUMBERS: Mapping[str, Any] = {
    "offer": {"type": "string", "enum": [f"o{n}" for n in range(1, MOST_OFFERS + 1)]},
    "fact": {"type": "string", "enum": [f"f{n}" for n in range(1, MOST_FACTS + 1)]},
}

SCHEMA: Mapping[str, Any] = {
    "$defs": _NUMBERS,
    **object_of(
        picks=_list(
            object_of(
                offer=_OFFER,
                evidence=_list(_FACT),
                weighed=_WORDS,
                options=_list(object_of(offer=_OFFER, pros=_list(_WORDS), cons=_list(_WORDS))),
            )
        )
    ),
}
"""The shape of the answer. Lengths are not in it, the vendor does not hold them: they are cut here."""


class Unreadable(ValueError):
    """The answer is not in the given shape at all."""


def read(text: str, matters: Mapping[str, str], facts: frozenset[str]) -> Reply:
    """``text`` taken apart. ``matters`` are the offers that were given, each with its matter; ``facts`` the numbers.

    Raises ``Unreadable`` when there is no list of picks in it.
    """
    reader = _Reader(matters, facts)
    picks = reader.picks(_parsed(text))
    return Reply(tuple(picks), reader.dropped)


def _parsed(text: str) -> list[Any]:
    try:
        answer = json.loads(text[:MOST_TEXT])
    except (ValueError, RecursionError) as error:
        raise Unreadable("no JSON") from error
    picks = answer.get("picks") if isinstance(answer, dict) else None
    if not isinstance(picks, list):
        raise Unreadable("no picks")
    return picks


@dataclass(frozen=True, slots=True)
class _Reader:
    matters: Mapping[str, str]
    facts: frozenset[str]
    dropped: Counter[str] = field(default_factory=Counter)

    def picks(self, given: list[Any]) -> Iterator[Pick]:
        taken: set[str] = set()
        for each in given:
            offer = self._offer(each)
            if offer is None:
                continue
            if self.matters[offer] in taken:
                self.dropped["a matter twice"] += 1
                continue
            taken.add(self.matters[offer])
            evidence, weighed = tuple(self._evidence(each)), self._words(each.get("weighed", ""), MOST_WORDS)
            yield Pick(offer, evidence, weighed, tuple(self._ways(each, self.matters[offer])))

    def _offer(self, given: Any) -> str | None:
        """The offer it names, if it was given."""
        name = given.get("offer") if isinstance(given, dict) else None
        if isinstance(name, str) and name in self.matters:
            return name
        self.dropped["an offer that was not given" if isinstance(name, str) else "shape"] += 1
        return None

    def _evidence(self, given: Mapping[str, Any]) -> Iterator[str]:
        for name in dict.fromkeys(self._strings(given.get("evidence", []))):
            if name in self.facts:
                yield name
            else:
                self.dropped["a fact that was not given"] += 1

    def _ways(self, given: Mapping[str, Any], matter: str) -> Iterator[Way]:
        ways, seen = self._many(given.get("options", []), MOST_OPTIONS), set[str]()
        for each in ways:
            offer = self._offer(each)
            if offer is None or offer in seen:
                continue
            if self.matters[offer] != matter:
                self.dropped["an option of another matter"] += 1
                continue
            seen.add(offer)
            yield Way(offer, self._reasons(each.get("pros", [])), self._reasons(each.get("cons", [])))

    def _reasons(self, given: Any) -> tuple[str, ...]:
        words = (self._words(each, MOST_REASON) for each in self._many(given, MOST_REASONS))
        return tuple(each for each in words if each)

    def _words(self, given: Any, most: int) -> str:
        if not isinstance(given, str):
            self.dropped["shape"] += 1
            return ""
        if len(given) > most:
            self.dropped["too long"] += 1
            return ""
        return given.strip()

    def _strings(self, given: Any) -> list[str]:
        return [each for each in self._many(given, len(self.facts)) if isinstance(each, str)]

    def _many(self, given: Any, most: int) -> list[Any]:
        if not isinstance(given, list):
            self.dropped["shape"] += 1
            return []
        if len(given) > most:
            self.dropped["too many"] += len(given) - most
        return given[:most]
