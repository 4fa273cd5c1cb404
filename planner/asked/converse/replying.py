"""From a model's last words to an answer: what tells facts stands first, what it makes of them apart; code sorts.

Where a passage of facts may not stand nothing of the answer is said: what it was to come to is unknown. A reading that
may not stand is left out alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.ids import IssueKey
from planner.asked.converse.known import Known
from planner.claims.facts import Fact
from planner.claims.prose import Miss, Parted, Passage, checked, parted, unsaid
from planner.words.replies import TalkReply

MOST_PASSAGES, MOST_READINGS = 5, 2
"""Passages of facts, and of the model's own reading."""

MOST_TOLD = 6
"""Facts told where no answer can be."""

MOST_SOURCES = 6

_TEXTS = {"type": "array", "items": {"type": "string"}}
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {"answer": _TEXTS, "inference": _TEXTS, "unknown": {"type": "string"}},
    "required": ["answer", "inference", "unknown"],
    "additionalProperties": False,
}
"""The shape of an answer. Lengths are not in it, the vendor does not hold them: they are cut here."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """An answer that is not used."""

    miss: Miss
    cited: tuple[Fact, ...] = ()
    """What it spoke of, the first first."""


@dataclass(frozen=True, slots=True)
class _Draft:
    answer: tuple[str, ...]
    inference: tuple[str, ...]
    unknown: str


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that is used."""

    reply: TalkReply
    left_out: tuple[Miss, ...] = ()
    """Readings that may not stand."""


def answered(text: str, known: Known, by: str) -> Answered | Rejected:
    """The answer in ``text``, or why it is not used. ``by``: whose words they are."""
    draft = _read(text)
    if isinstance(draft, Miss):
        return Rejected(draft)
    said = [parted(each, known.sheet) for each in draft.answer]
    gap = unsaid(draft.unknown)
    miss = next((each for each in (*said, gap) if isinstance(each, Miss)), None)
    if miss is not None:
        return Rejected(miss, tuple(_named((*draft.answer, *draft.inference), known)))
    made = [checked(each, known.sheet, inference=True) for each in draft.inference]
    told = [each.told for each in said if isinstance(each, Parted) and each.told.text]
    read = [each.read for each in said if isinstance(each, Parted) and each.read.text]
    read += [each for each in made if isinstance(each, Passage)]
    cited = tuple(dict.fromkeys(fact for each in (*told, *read) for fact in each.cited))
    left_out = tuple(each for each in made if isinstance(each, Miss))
    if not cited and not draft.unknown:
        return Rejected(next(iter(left_out), Miss("an answer without a fact", "form")))
    if not cited:
        return Answered(untold(known), left_out)
    return Answered(_reply(told, read, draft.unknown, known, by), left_out)


def _reply(told: Sequence[Passage], read: Sequence[Passage], unknown: str, known: Known, by: str) -> TalkReply:
    return TalkReply(
        passages=tuple(each.text for each in told),
        inference=tuple(each.text for each in read),
        unknown=unknown,
        sources=tuple(sources(dict.fromkeys(fact for each in (*told, *read) for fact in each.cited))),
        read_at=known.facts.read_at,
        by=by,
    )


def untold(known: Known) -> TalkReply:
    """That it is not known, for the reason that is so: what was read tells nothing of it, or nothing was."""
    if known.untaken in _AS_ORDERED and not known.found:
        keys = sorted(key for key in known.named if known.facts.issue(IssueKey(key)))
        said = _AS_ORDERED[known.untaken].format(keys[0] if len(keys) == 1 else f"{known.team.jira.projects[0]}-7")
        words = f"I took nothing of that for an order. To have something changed, say it like this: {said}"
        return TalkReply(passages=(words,), read_at=known.facts.read_at)
    return unanswered(UNTOLD if known.found else UNREAD, known, known.found)


_AS_ORDERED: Mapping[str, str] = {
    "assign": "assign {} to me",
    "unassign": "unassign {}",
    "move": "move {} to the next sprint",
    "close": "close {}",
    "priority": "set the priority of {} to High",
    "status": "set {} to In Progress",
    "unflag": "unflag {}",
    "cause": "delegate cause {}",
    "report": "delegate report",
    "pattern": "delegate pattern, and what of",
    "sources": "delegate sources, and what about",
}
"""How each change is ordered so that rules understand it."""

UNREAD = "nothing I have tells it"
UNTOLD = "what I read does not say it"
UNSAYABLE = "I found no way to say it that states nothing but facts"
"""Why it is not known: nothing tells it, or what was said of it was not let through."""


def unanswered(why: str, known: Known, facts: Sequence[Fact]) -> TalkReply:
    """The honest template: that it is not known, ``why``, and what was found all the same."""
    told = list(dict.fromkeys((*facts, *known.found)))[:MOST_TOLD]
    found = " Here is what I found:" if told else ""
    return TalkReply(
        passages=(f"I don't know, because {why}.{found}",),
        facts=tuple(fact.text for fact in told),
        sources=tuple(sources(told)),
        read_at=known.facts.read_at,
    )


def sources(facts: Iterable[Fact]) -> Iterator[tuple[str, str]]:
    """(label, address) of where they stand, each once."""
    seen: set[str] = set()
    for fact in facts:
        if fact.url and fact.url not in seen and len(seen) < MOST_SOURCES:
            seen.add(fact.url)
            kind, _, rest = fact.subject.partition(":")
            there = fact.url.rpartition("/browse/")[2] if "/browse/" in fact.url else "a ticket"
            label = there if kind == "person" else _LABELS.get(kind, rest)
            yield (label if rest else fact.subject.rpartition("/")[2]), fact.url


_LABELS = {"message": "a message in Slack", "sprint": "the sprint"}


def _read(text: str) -> _Draft | Miss:
    try:
        given = json.loads(text[:40_000])
        draft = _Draft(_strings(given["answer"]), _strings(given["inference"]), str(given["unknown"]).strip())
    except (ValueError, TypeError, KeyError, RecursionError):
        return Miss("not in the given shape", "shape")
    if len(draft.answer) > MOST_PASSAGES or len(draft.inference) > MOST_READINGS:
        return Miss("more passages than asked for", "length")
    return draft


def _strings(given: Any) -> tuple[str, ...]:
    if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
        raise TypeError
    return tuple(each.strip() for each in given if each.strip())


def _named(prose: Iterable[str], known: Known) -> Iterator[Fact]:
    """The facts a rejected answer speaks of, where their number exists."""
    said = " ".join(prose)
    yield from (fact for fact in known.sheet.facts if f"{{{fact.id}}}" in said)
