"""What people say that asks nothing: hello, thanks, a nod; and the *please* around what does."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PLEASE = re.compile(
    r"^(?:(?:please|pls|plz|kindly)\b[\s,]*)+|(?:[\s,]+(?:please|pls|plz|thanks|thank you|thx))+(?=\W*$)", re.IGNORECASE
)
_HELLO = re.compile(r"(hi|hello|hey|hallo|good (morning|afternoon|evening))( (there|all|everyone|team|bot|agent|pm))*")
_THANKS = re.compile(
    r"(ok |okay |many )?(thanks|thank you|thx|ty|cheers|danke)"
    r"( (you|all|everyone|team|bot|agent|so much|a lot|very much))*"
)
_NOD = re.compile(
    r"(?:(?:ok|okay|k|kk|cool|nice|great|good|all good|fine|perfect|awesome|super|alright|all right|right|sure|got it"
    r"|understood|i see|makes sense|sounds good|noted|will do|thumbs up|never ?mind|nvm|no worries|no problem|lol|haha)"
    r"(?: then| bot| pm)?(?: |$))+"
)
_EMOJI = re.compile(
    r":(?:[+-]1|[a-z][a-z0-9_+-]*):(?::skin-tone-\d:)?|[\U0001F000-\U0001FAFF\u2600-\u27BF][\U0001F3FB-\U0001F3FF\ufe0f]*"
)


@dataclass(frozen=True, slots=True)
class Pleasantry:
    """Nothing is asked: somebody says hello or thanks."""

    thanks: bool = False
    nod: bool = False
    """``ok``, or a thumb: in a conversation nothing is to be said to that."""


def pleasantry_of(plain: str) -> Pleasantry | None:
    """Hello, thanks, or a nod, in words or as a picture; ``None`` for whatever says more."""
    said = bare_words(_EMOJI.sub(" ", plain))
    if _HELLO.fullmatch(said) or _THANKS.fullmatch(said):
        return Pleasantry(thanks=_THANKS.fullmatch(said) is not None)
    nods = _NOD.fullmatch(said) is not None if said else _EMOJI.search(plain) is not None
    return Pleasantry(nod=True) if nods else None


def unpolite(typed: str) -> str:
    """Without the *please* before it and the thanks behind it."""
    return _PLEASE.sub("", typed)


def bare_words(plain: str) -> str:
    """Its words alone, in small letters."""
    return " ".join(re.sub(r"[^\w\s]", " ", plain.casefold()).split())
