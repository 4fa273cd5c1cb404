"""A model's text taken apart: sentences, their clauses, and which of them end in a citation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

CITED = re.compile(r"\{(f[1-9]\d{0,3})\}", re.ASCII)
_WORD = re.compile(r"[A-Za-z]+(?:['’-][A-Za-z]+)*['’]?")


@dataclass(frozen=True)
class Clause:
    """What stands between two pauses, up to and with the citation it ends in, if it does."""

    words: tuple[str, ...]
    """In lower case."""
    cites: bool
    follows: bool
    """Whether it goes on behind a citation without a pause."""


@dataclass(frozen=True)
class Sentence:
    """What ends in a full stop, a question mark or with its line."""

    words: tuple[str, ...] = ()
    clauses: tuple[Clause, ...] = field(default=())
    asks: bool = False

    @property
    def cites(self) -> bool:
        """Whether a fact is told in it."""
        return any(clause.cites for clause in self.clauses)

    @property
    def is_frame(self) -> bool:
        """Whether it is one of the fixed sentences that say what the teller cannot tell."""
        return not self.cites and bool(_CANNOT_TELL.fullmatch(" ".join(self.words).lower()))


_CANNOT_TELL = re.compile(
    r"(?:sorry )?(?:(?:and |but )?(?:i (?:do not|don't|cannot|can't) (?:know|tell|see|say)"
    r"|the facts (?:i have |here )?(?:do not|don't) (?:say|tell|show)))"
    r"(?: (?:who|why|how|what|where|that|it|more|from|here|this|these|facts|about))*"
)
_PHRASES = re.compile(
    r"(?<![A-Za-z])(?:if it were up to me|if i were you|for now|the next steps?|next steps?|what comes next"
    r"|at the same time|on the other hand|i can only|the rest of the team|before anything else|taken together)"
    r"(?![A-Za-z'-])",
    re.IGNORECASE,
)
"""Turns of speech that state nothing, though a word in them could."""
_ENDS = re.compile(r"(?<=[.?\n])")
_PAUSES = re.compile(r"[,;:()\u2013\u2014\n.?]|(?<![^\s])-+(?![^\s])")


def sentences(prose: str) -> Iterator[Sentence]:
    """What is said, sentence by sentence."""
    for part in _ENDS.split(_PHRASES.sub("indeed", prose.replace("’", "'"))):
        found = tuple(_WORD.findall(CITED.sub(" ", part)))
        if found or CITED.search(part):
            yield Sentence(found, tuple(_clauses(part)), part.rstrip().endswith("?"))


def _clauses(sentence: str) -> Iterator[Clause]:
    for piece in _PAUSES.split(sentence):
        ends = [*(found.end() for found in CITED.finditer(piece)), len(piece)]
        start = 0
        for end in ends:
            text, cites = piece[start:end], bool(CITED.search(piece[start:end]))
            found = tuple(word.lower() for word in _WORD.findall(CITED.sub(" ", text)))
            if found or cites:
                yield Clause(found, cites, follows=start > 0)
            start = end
