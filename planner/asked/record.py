"""Of which message the record is wanted: what stands behind *why*, and what is no such question at all."""

from __future__ import annotations

import re

_LAST = frozenset({"", "me", "this", "that", "now"})
_TOLD_ME = re.compile(
    r"(?:did|do|are|have) you (?:ping|t[eo]l[dl]|wr[io]t|messag|nudg|remind|contact|ask|dm|bother)\w*(?: to)? me"
    r"(?: this| that| now| today| about (?:this|it))*",
    re.IGNORECASE,
)


def id_in(rest: str) -> str | None:
    """An id or key, which has a digit; empty is the last message to whoever asks: ``why me``, ``why did you ping me``.

    ``None`` for a question about anything else: *why is the build red* wants no record of a message.
    """
    word = rest.strip("<>#?.!, ")
    if word.casefold() in _LAST or _TOLD_ME.fullmatch(word):
        return ""
    return word if " " not in word and re.search(r"\d|^[a-f]{3,}$|^id$", word, re.IGNORECASE) else None
