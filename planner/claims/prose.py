"""A model's sentence is let through when every fact in it is a citation, and what stands between cannot state one.

Three rules, each on the safe side. Every word between citations is one of a closed list (``vocabulary``) that holds
no state, number, name, day or negation. A citation is a clause of its own: nothing right before or behind it can turn
it round. And a clause without one says what may be done, not what is, unless the passage is marked as an inference.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from planner.claims import vocabulary as words
from planner.claims.facts import Fact, Sheet
from planner.claims.grammar import misbuilt
from planner.claims.kinds import Miss, of_word, parts_of, shape
from planner.claims.sentences import CITED, Sentence, sentences

__all__ = ["LONGEST", "Miss", "Passage", "checked"]

LONGEST = 4_000
"""Characters of a text that is looked at, before its citations are written out."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A text of a model with its citations written out by code."""

    text: str
    """Plain text, not escaped."""
    cited: tuple[Fact, ...]
    """In the order of their first citation."""


def checked(prose: str, sheet: Sheet, names: Sequence[str] = (), *, inference: bool = False) -> Passage | Miss:
    """``prose`` with each ``{f1}`` replaced by its fact, or the first thing in it that may not stand.

    ``names`` are those of everybody known: a name outside a citation is a claim of its own. ``inference``: whether the
    caller shows the text as the model's own reading; there it may judge and tie facts together, and nothing else.
    """
    if len(prose) > LONGEST:
        return Miss(f"{len(prose)} characters", "length")
    miss = _miscited(prose, sheet) or _misshaped(prose)
    if miss is None:
        known = parts_of(names)
        found = (_misworded(each, known) or misbuilt(each, inference) for each in sentences(prose))
        miss = next((miss for miss in found if miss), None)
    return miss or _written_out(prose, sheet)


# --- citations ------------------------------------------------------------------------------------------------------


def _miscited(prose: str, sheet: Sheet) -> Miss | None:
    unknown = next((found.group() for found in CITED.finditer(prose) if found[1] not in sheet.by_id), None)
    stray = re.search(r".{0,8}[{}].{0,8}|\[\w{1,6}\]", CITED.sub(" ", prose))
    glued = re.search(r"[^\s(]\{f\d+\}|\{f\d+\}[^\s,.;:?)]", prose, re.ASCII)
    what = unknown or (stray and stray.group()) or (glued and glued.group())
    return Miss(what, "citation") if what else None


def _written_out(prose: str, sheet: Sheet) -> Passage:
    ids = dict.fromkeys(found[1] for found in CITED.finditer(prose))

    def clause(found: re.Match[str]) -> str:
        text = sheet.by_id[found[1]].text.rstrip(".")
        opens = re.search(r"(?:\A|[.?\n])[\s-]*\Z", prose[: found.start()])
        plain = re.match(r"[a-z]+[ ,]", text)  # not the name of a repository
        return text[:1].upper() + text[1:] if opens and plain else text

    return Passage(CITED.sub(clause, prose).strip(), tuple(sheet.by_id[each] for each in ids))


# --- words ----------------------------------------------------------------------------------------------------------


def _misshaped(prose: str) -> Miss | None:
    found = shape(CITED.sub(" ", prose))
    return Miss(found[1], found[0]) if found else None


def _misworded(sentence: Sentence, names: frozenset[str]) -> Miss | None:
    if sentence.is_frame:
        return None
    for place, word in enumerate(sentence.words):
        kind = _kind_of(word, place == 0, names)
        if kind and not (kind != "name" and _is_done_to(sentence.words[:place], word.lower())):
            return Miss(word, kind)
    return None


_MODALS = words.words("can could may might should would to")


def _is_done_to(before: Sequence[str], word: str) -> bool:
    """``could be handed on``: what may be done, not what was."""
    behind = [each.lower() for each in before if not each.lower().endswith("ly")]
    return word in words.participles() and behind[-1:] == ["be"] and behind[-2:-1] != [] and behind[-2] in _MODALS


def _kind_of(word: str, opens: bool, names: frozenset[str]) -> str | None:
    """What is wrong with a word; nothing, mostly.

    A name that is a plain word too (*So*, *An*) is a name with a capital inside a sentence, and a word elsewhere.
    """
    low = word.lower()
    capital = word != low and word not in words.CAPITALS and not (opens and word[1:] == low[1:])
    bare = {low, low.removesuffix("'s").removesuffix("'"), *low.split("-")}
    if bare & (names - words.TINY) or (capital and bare & names):
        return "name"
    if low not in words.everything() and not words.everything().issuperset(low.split("-")):
        kind = of_word(word)
        return "name" if kind == "word" and capital else kind
    return "name" if capital else None
