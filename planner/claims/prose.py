"""A model's words are shown only in closed forms: what they tell is facts that code writes out, and the rest is read.

Each sentence is a telling, which can state nothing but its facts, or a reading: advice and judgement. Code says which
it is, whatever the model took it for; a text with a sentence that is neither is not used.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
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


def parted(prose: str, sheet: Sheet, *, people: bool = False) -> Parted | Miss:
    """``prose`` sorted, each ``{f1}`` replaced by its fact; or the first thing in it that may not stand.

    ``people``: whether what is shown before it speaks of somebody by name.
    """
    sorted_ = _sorted(prose, sheet, people)
    if isinstance(sorted_, Miss):
        return sorted_
    told, read = ([said for said, tells in sorted_ if tells is wanted] for wanted in (True, False))
    return Parted(_written_out(told, sheet), _written_out(read, sheet))


def checked(prose: str, sheet: Sheet, *, inference: bool = False, people: bool = False) -> Passage | Miss:
    """``prose`` whole, as plain fact; with ``inference`` as the model's own reading, which may tell facts as well."""
    sorted_ = _sorted(prose, sheet, people)
    if isinstance(sorted_, Miss):
        return sorted_
    read = [said for said, tells in sorted_ if not tells]
    if read and not inference:
        return Miss(_written_out(read, sheet).text, "form")
    return _written_out([said for said, _ in sorted_], sheet)


def _sorted(prose: str, sheet: Sheet, people: bool) -> list[tuple[str, bool]] | Miss:
    """Its sentences, each with whether it tells."""
    if len(prose) > LONGEST:
        return Miss(f"{len(prose)} characters", "length")
    miss = _miscited(prose, sheet) or misshapen(CITED.sub(" ", prose))
    if miss:
        return miss
    found, before = list[tuple[str, bool]](), list[Fact]()
    for sentence in _SENTENCE.findall(prose):
        tells = _form(sentence, may_judge=_may_judge(_cited(sentence, sheet), before, people))
        if tells is None or (tells is False and found and _leads(found[-1][0])):
            return named(sentence) or Miss(sentence.strip(), "form")
        before += _cited(sentence, sheet)
        found.append((sentence, tells))
    return found


def _leads(sentence: str) -> bool:
    """Whether it announces facts: what stands behind *The facts say:* is read as one."""
    return sentence.rstrip().endswith(":")


def _may_judge(cited: Sequence[Fact], before: Sequence[Fact], people: bool) -> bool:
    """Whether a judgement in it cannot be meant of a person: by its reason, else by what was spoken of before."""
    if cited:
        return not any(fact.person for fact in cited)
    return not any(fact.person for fact in before) and (bool(before) or not people)


def unsaid(prose: str) -> Passage | Miss:
    """``prose`` where it says nothing but that facts are missing, in the fixed words there are for that."""
    if len(prose) > LONGEST:
        return Miss(f"{len(prose)} characters", "length")
    said = _SENTENCE.findall(prose)
    if all(not (words := _plainly(each)) or forms.grammar().fits("unknown", words) for each in said):
        return _written_out(said, Sheet())
    return misshapen(prose) or named(prose) or Miss(prose.strip(), "form")


def _cited(sentence: str, sheet: Sheet) -> Sequence[Fact]:
    return [sheet.by_id[found[1]] for found in CITED.finditer(sentence)]


def _miscited(prose: str, sheet: Sheet) -> Miss | None:
    unknown = next((found.group() for found in CITED.finditer(prose) if found[1] not in sheet.by_id), None)
    return Miss(unknown, "citation") if unknown else None


def _form(sentence: str, *, may_judge: bool) -> bool | None:
    """Whether it tells; ``None`` where it has no form in which it could be shown. Blank space goes with what tells."""
    said = _plainly(sentence)
    if len(said) > MOST_WORDS or named(sentence):
        return None
    if not said or forms.grammar().fits("telling", said):
        return True
    return False if forms.grammar().fits("reading" if may_judge else "advising", said) else None


_SHORT = {"i'd": "i would", "you'd": "you would", "we'd": "we would", "let's": "let us", "it's": "it is"}
_SHORT |= {"that's": "that is", "here's": "here is", "don't": "do not", "can't": "cannot"}


def _plainly(sentence: str) -> list[str]:
    """Word by word, as the forms are written: citations as ``{f}``, short forms in full, no dash of a list."""
    said = CITED.sub("{f}", sentence).replace("’", "'").lower().strip().removeprefix("- ")
    words = re.sub(r"([,;:.?])(?=\s|\Z)", r" \1", said).split()
    return " ".join(_SHORT.get(word, word) for word in words).split()


def _written_out(sentences: Iterable[str], sheet: Sheet) -> Passage:
    prose = "".join(_ended(each) for each in sentences).strip()
    ids = dict.fromkeys(found[1] for found in CITED.finditer(prose))

    def clause(found: re.Match[str]) -> str:
        text = sheet.by_id[found[1]].text.rstrip(".")
        return text[:1].upper() + text[1:] if _opens(prose[: found.start()]) and _PLAIN.match(text) else text

    return Passage(CITED.sub(clause, prose), tuple(sheet.by_id[each] for each in ids))


_PLAIN = re.compile(r"[a-z]+[ ,]")
"""The beginning of a clause that is not the name of a repository."""


def _ended(sentence: str) -> str:
    """With a full stop: the end of a line is a blank where it is shown, and would join it to the next."""
    said = sentence.rstrip()
    return f"{said}.{sentence[len(said) :]}" if said and said[-1] not in ".?:" else sentence


def _opens(before: str) -> bool:
    """Whether a sentence or a line begins behind it."""
    said = before.rstrip(" -\n")
    return not said or said[-1] in ".?" or "\n" in before[len(said) :]
