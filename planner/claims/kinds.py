"""Why a text is not used, by kind; what is refused for its shape alone has a kind that says which."""

from __future__ import annotations

import re
from dataclasses import dataclass

KINDS = ("length", "citation", "link", "key", "number", "character", "name", "form")
"""Every ``Miss.kind`` there is; ``docs/claims.md`` tells what each one is."""


@dataclass(frozen=True, slots=True)
class Miss:
    """Why a text is not used: the first thing in it that may not stand."""

    what: str
    """The words themselves, for the record and for another try."""
    kind: str
    """One of ``KINDS``."""


_SHAPES = (
    ("citation", re.compile(r"[{}\[\]]")),
    ("link", re.compile(r"://|www\.|@|mailto:|<[#!]|[\w-]\.[A-Za-z]{2}", re.IGNORECASE)),
    ("key", re.compile(r"\b[A-Za-z][A-Za-z_]{1,9}[ _#-]{0,3}\d+")),
    ("number", re.compile(r"\d")),
    ("character", re.compile(r"[^A-Za-z ,.;:?'’\n-]")),
)
"""Nothing without an end stands in them: what was found is widened to its word afterwards."""

_MOST_SHOWN = 60
"""Characters of a ``Miss.what``."""

_CAPITALS = {"I", "I'd", "Jira", "Slack", "Bitbucket", "PR", "PRs"}
"""What may stand with a capital inside a sentence."""


def misshapen(text: str) -> Miss | None:
    """What of ``text``, its citations taken out, is no plain English sentence. Time grows with its length only."""
    found = ((pattern.search(text), kind) for kind, pattern in _SHAPES)
    return next((Miss(_around(each, text), kind) for each, kind in found if each), None)


def _around(found: re.Match[str], text: str) -> str:
    """The words in which it stands, as far as they are worth showing."""
    before, behind = text[: found.start()], text[found.end() :]
    begins = "" if before[-1:].isspace() else "".join(before.split()[-1:])
    ends = "" if behind[:1].isspace() else "".join(behind.split()[:1])
    return f"{begins}{found.group()}{ends}"[:_MOST_SHOWN]


def named(sentence: str) -> Miss | None:
    """The first word with a capital letter that does not open the sentence: somebody's name, most likely."""
    said = re.findall(r"[A-Za-z]+(?:['’-][A-Za-z]+)*", sentence)
    opens = not sentence.lstrip(" -").startswith("{")
    for place, word in enumerate(said):
        first = place == 0 and opens and word[1:] == word[1:].lower()
        if word != word.lower() and word.replace("’", "'") not in _CAPITALS and not first:
            return Miss(word, "name")
    return None
