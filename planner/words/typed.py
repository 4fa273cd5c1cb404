"""What somebody typed, as words: whatever phones and editors made of its quotes, spaces and dashes."""

from __future__ import annotations

import re
import unicodedata

_MENTION = re.compile(r"<[@!#][^>]*>")
_QUOTES = re.compile(r"[\"'`“”„‘’«»*_]")
_NOW = frozenset({"", "current", "active", "running", "this", "now"})
_WORD = re.compile(r"sprint[\s#:_-]*", re.IGNORECASE)
LONGEST = 200
"""Characters of a command that are read: no command needs more."""


def plain_text(text: str) -> str:
    """One line without mentions, quotes and odd spaces; ``–`` is a dash like any other."""
    folded = unicodedata.normalize("NFKC", _MENTION.sub(" ", text[:LONGEST]))
    dashed = re.sub(r"[‐-―−]", "-", "".join(c if c.isprintable() else " " for c in folded))
    return " ".join(_QUOTES.sub(" ", dashed).split()).removeprefix("/pm ").removeprefix("pm ")


def own_words(text: str) -> str:
    """One line in the writer's own characters, without mentions."""
    shown = "".join(c if c.isprintable() else " " for c in _MENTION.sub(" ", text[:LONGEST]))
    return " ".join(shown.split()).removeprefix("/pm ").removeprefix("pm ")


def which(rest: str) -> str | None:
    """``sprint 24``, ``SPRINT-24`` and ``24`` are all ``24``; nothing, or ``current``, is the running sprint."""
    name = rest.strip(" ?!.,-").casefold()
    for filler in ("of ", "for ", "the "):
        name = name.removeprefix(filler)
    short = _WORD.sub("", name, count=1).strip() if _WORD.match(name) else name
    if short in _NOW or name.removesuffix(" sprint") in _NOW:
        return None
    return short
