"""What kind of claim a stretch of text outside any citation makes: the first that is found, by name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from planner.claims.vocabulary import words

KINDS = (
    "length",
    "citation",
    "character",
    "markup",
    "link",
    "key",
    "number",
    "name",
    "number word",
    "date",
    "state",
    "negation",
    "quantity",
    "cause",
    "doubt",
    "claim",
    "person",
    "word",
)
"""Every ``Miss.kind`` there is; ``docs/claims.md`` tells what each one is."""


@dataclass(frozen=True, slots=True)
class Miss:
    """Why a text is not used: the first thing found in it that no citation carries."""

    what: str
    """The words themselves, for the record only."""
    kind: str
    """One of ``KINDS``: ``key``, ``number``, ``name``, ``negation``, ``citation``, …"""


_ALPHABET = re.compile(r"[A-Za-z ,.;:?()'’\n\u2013\u2014-]*\Z")
_LOOKALIKES = str.maketrans(
    "АВЕКМНОРСТХУІЈЅаеорсухіјѕкмтвнΑΒΕΖΗΙΚΜΝΟΡΤΥΧαιονρτυχ",
    "ABEKMHOPCTXYIJSaeopcyxijskmtbhABEZHIKMNOPTYXaionptux",
)

_SHAPES = (
    ("link", re.compile(r"://|www\.|[\w-]\.[A-Za-z]{2,}|@|\bhttps?\b|mailto:|<[#!]", re.IGNORECASE)),
    ("key", re.compile(r"(?<![A-Za-z])[A-Za-z][A-Za-z_]{1,9}[\s_#\u2010-\u2015-]{0,3}\d+", re.IGNORECASE)),
    ("number", re.compile(r"\d|[\u2150-\u218b%$€£½¼¾]")),
)

WORDS: Mapping[str, frozenset[str]] = {
    "number word": words("""
        zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
        eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion dozen
        dozens hundreds thousands half halves third thirds quarter quarters once twice thrice double triple twofold
        first second fourth fifth sixth seventh eighth ninth tenth last single couple both ones percent
        """),
    "date": words("""
        monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun
        january february march april may june july august september october november december jan feb mar apr jun jul
        aug sep sept oct nov dec today yesterday tomorrow tonight morning afternoon evening noon midnight night weekend
        week weeks month months year years day days hour hours minute minutes second seconds fortnight quarter ago now
        later earlier before after until till during already still yet again soon recently currently lately
        next previous former daily weekly o'clock am pm deadline eod eow
        """),
    "state": words("""
        blocked blocking blocks block unblocked done undone merged merging late overdue due approved approving failing
        failed fails passing passed green red progress finished finishing finish unfinished complete completed closed
        closing open opened reopened resolved resolving ready waiting waits wait started assigned unassigned reviewed
        stale stuck idle broken fixed shipped released deployed cancelled canceled declined rejected ongoing pending
        delayed behind slipping slipped active inactive parked paused live down outage moved owned owns
        working away absent vacation holiday sick busy free available overloaded critical healthy safe missing empty
        flagged draft reverted abandoned
        """),
    "negation": words("""
        no not never none neither nor nobody nothing nowhere cannot without hardly barely scarcely false untrue wrong
        incorrect mistaken unlike except excluding unless lacks lacking lack fails hoax lie supposedly allegedly
        formerly used longer anymore opposite contrary far
        """),
    "quantity": words("""
        all every everybody everyone everything each any some several many much few fewer only sole alone
        majority minority always sometimes often rarely seldom usually entire entirely completely whole rest total
        """),
}
"""Words by the kind of claim they make. Refused they are because the vocabulary lacks them; here they get a name."""


def plain(text: str) -> str:
    """``text`` as it reads to a person: full-width and look-alike letters as those they look like."""
    return unicodedata.normalize("NFKC", text).translate(_LOOKALIKES)


def shape(text: str) -> tuple[str, str] | None:
    """The kind and the words of what is refused for its shape alone: a link, a key, a number, a character."""
    read = plain(text)
    for kind, pattern in _SHAPES:
        if found := pattern.search(read):
            return kind, found.group()
    if _ALPHABET.match(text):
        return None
    odd = next(char for char in text if not _ALPHABET.match(char))
    if odd.isalpha():
        return "character", _around(text, odd)
    return ("markup" if odd.isprintable() and odd.isascii() else "character"), odd


def _around(text: str, odd: str) -> str:
    return next((word for word in text.split() if odd in word), odd)


def of_word(word: str) -> str:
    """The kind of claim a word makes that the vocabulary lacks; ``word`` when it is just another one."""
    low = word.lower()
    if low.endswith(("n't", "nt'")):
        return "negation"
    parts = {low, *low.split("-"), low.removesuffix("'s")}
    return next((kind for kind, known in WORDS.items() if parts & known), "word")


def parts_of(names: Iterable[str]) -> frozenset[str]:
    """Every name and every part of one, in lower case and plain letters; initials are not parts."""
    return frozenset(part for name in names for part in _parts(name))


def _parts(name: str) -> Iterator[str]:
    whole = plain(name).casefold()
    parts = (part for part in re.split(r"[^\w]+|_", whole) if len(part) > 1 and not part.isdigit())
    yield from (part for part in parts if part not in _COMMON)


_COMMON = frozenset({"sprint", "team", "board", "project", "release"})
"""Part of what sprints and teams are called, and of no person's name."""
