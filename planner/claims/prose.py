"""A model's words are shown only in closed forms: what they tell is facts that code writes out, and the rest is read.

Each sentence is a telling, which can state nothing but its facts, or a reading: advice and judgement. Code says which
it is, whatever the model took it for; a text with a sentence that is neither is not used.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from planner.claims import forms
from planner.claims.facts import Fact, Sheet
from planner.claims.kinds import Miss, misshapen, named

__all__ = ["LONGEST", "Miss", "Parted", "Passage", "checked", "parted", "unsaid"]

LONGEST = 4_000
"""Characters of a text that is looked at, before its citations are written out."""

MOST_WORDS = 60
"""Words of one sentence, each citation as one: more than anybody wants to read."""

CITED = re.compile(r"\{(f[1-9]\d{0,3})\}", re.ASCII)
_SENTENCE = re.compile(r"[^.?\n]+(?:[.?]|\Z|(?=\n))\s*|\s+")


@dataclass(frozen=True, slots=True)
class Passage:
    """A text of a model with its citations written out by code."""

    text: str
    """Plain text, not escaped."""
    cited: tuple[Fact, ...]
    """In the order of their first citation."""


@dataclass(frozen=True, slots=True)
class Parted:
    """The sentences of one text: those that tell, and those to be shown as the model's own reading."""

    told: Passage
    read: Passage


def parted(prose: str, sheet: Sheet) -> Parted | Miss:
    """``prose`` sorted, each ``{f1}`` replaced by its fact; or the first thing in it that may not stand."""
    if len(prose) > LONGEST:
        return Miss(f"{len(prose)} characters", "length")
    miss = _miscited(prose, sheet) or misshapen(CITED.sub(" ", prose))
    if miss:
        return miss
    told, read = list[str](), list[str]()
    for sentence in _SENTENCE.findall(prose):
        form = _form(sentence)
        if form is None:
            return named(sentence) or Miss(sentence.strip(), "form")
        (told if form else read).append(sentence)
    return Parted(_written_out(told, sheet), _written_out(read, sheet))


def checked(prose: str, sheet: Sheet, *, inference: bool = False) -> Passage | Miss:
    """``prose`` whole, as plain fact; with ``inference`` as the model's own reading, which may tell facts as well."""
    found = parted(prose, sheet)
    if isinstance(found, Miss):
        return found
    if not inference and found.read.text:
        return Miss(found.read.text, "form")
    return _written_out([prose], sheet)


def unsaid(prose: str) -> Passage | Miss:
    """``prose`` where it says nothing but that facts are missing, in the fixed words there are for that."""
    said = (_plainly(sentence) for sentence in _SENTENCE.findall(prose))
    if all(not words or forms.grammar().fits("unknown", words) for words in said):
        return Passage(prose.strip(), ())
    return misshapen(prose) or named(prose) or Miss(prose.strip(), "form")


def _miscited(prose: str, sheet: Sheet) -> Miss | None:
    unknown = next((found.group() for found in CITED.finditer(prose) if found[1] not in sheet.by_id), None)
    return Miss(unknown, "citation") if unknown else None


def _form(sentence: str) -> bool | None:
    """Whether it tells; ``None`` where it has no form in which it could be shown. Blank space goes with what tells."""
    said = _plainly(sentence)
    if len(said) > MOST_WORDS or named(sentence):
        return None
    if not said or forms.grammar().fits("telling", said):
        return True
    return False if forms.grammar().fits("reading", said) else None


_SHORT = {"i'd": "i would", "you'd": "you would", "we'd": "we would", "let's": "let us", "it's": "it is"}
_SHORT |= {"that's": "that is", "here's": "here is", "don't": "do not", "can't": "cannot"}


def _plainly(sentence: str) -> list[str]:
    """Word by word, as the forms are written: citations as ``{f}``, short forms in full, no dash of a list."""
    said = CITED.sub("{f}", sentence).replace("’", "'").lower().strip().removeprefix("- ")
    words = re.sub(r"([,;:.?])(?=\s|\Z)", r" \1", said).split()
    return " ".join(_SHORT.get(word, word) for word in words).split()


def _written_out(sentences: Iterable[str], sheet: Sheet) -> Passage:
    prose = "".join(sentences).strip()
    ids = dict.fromkeys(found[1] for found in CITED.finditer(prose))

    def clause(found: re.Match[str]) -> str:
        text = sheet.by_id[found[1]].text.rstrip(".")
        opens = re.search(r"(?:\A|[.?\n])[\s-]*\Z", prose[: found.start()])
        plain = re.match(r"[a-z]+[ ,]", text)  # not the name of a repository
        return text[:1].upper() + text[1:] if opens and plain else text

    return Passage(CITED.sub(clause, prose), tuple(sheet.by_id[each] for each in ids))
