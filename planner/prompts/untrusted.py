"""Words of others, as a model may read them: strings of JSON data, cleaned and cut, never a prompt.

Whoever can write a title, a status or a message can write into a question of ours. So such words stand in the part
that changes and never in the fixed one, as a string in JSON behind a sentence that says what it is, without anything
that cannot be seen, and no sign in them can end that string or look like a part of the prompt.
"""

from __future__ import annotations

import unicodedata

from models.redaction import SHAPES

MOST_WORDS = 600
"""Characters of one text, unless the caller wants fewer; what is cut off is marked with an ellipsis."""

MOST_MARKS = 2
"""Accents on one letter; names have at most two, towers of them are an attack on the reader."""


def cleaned(text: str, most: int = MOST_WORDS) -> str:
    """``text`` in composed form, without what cannot be seen, at most ``most`` characters; line ends stay.

    Without: controls, zero-width and direction signs, tags, variation selectors, halves of characters, signs that
    are nobody's or private, accents piled up, and whatever looks like a secret: a cut would leave half of it.
    """
    made: list[str] = []
    marks = 0
    for sign in unicodedata.normalize("NFC", text[: 4 * most].replace("\r\n", "\n").translate(_LINE_ENDS)):
        marks = marks + 1 if unicodedata.combining(sign) else 0
        if marks <= MOST_MARKS and (sign == "\n" or _is_seen(sign)):
            made.append(sign)
    whole = SHAPES(unicodedata.normalize("NFC", "".join(made)).strip())
    is_cut = len(whole) > most or len(text) > 4 * most
    return f"{whole[: most - 1].rstrip()}…" if is_cut else whole


_LINE_ENDS = dict.fromkeys(map(ord, "\r\u0085\u2028\u2029"), "\n") | {ord("\t"): " "}


def _is_seen(sign: str) -> bool:
    selects = "\ufe00" <= sign <= "\ufe0f" or "\U000e0100" <= sign <= "\U000e01ef"
    return not selects and not unicodedata.category(sign).startswith("C") and sign not in _BLANKS


_BLANKS = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5")
"""Letters that look like nothing."""


def line(text: str, most: int) -> str:
    """The same on one line."""
    whole = " ".join(cleaned(text, 2 * most).split())
    return whole if len(whole) <= most else f"{whole[: most - 1].rstrip()}…"
