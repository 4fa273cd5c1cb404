"""Text from anywhere as a chart may show it: only letters that can be seen, and never wider than its place."""

from __future__ import annotations

import unicodedata

_MARKS = 2
"""Accents on one letter, at most: more of them climb out of their line."""
_BRIEF = 40.0
"""Ems of a name in a sentence: about sixty letters."""
_WIDTHS = {
    **dict.fromkeys("ijl.,:;'|!·", 0.36),
    **dict.fromkeys("frtI()[]/ -", 0.42),
    **dict.fromkeys("mwMW%@—…", 1.0),
}
"""In ems, by the widest of the usual sans-serif fonts (DejaVu Sans)."""
_DIGIT, _CAPITAL, _OTHER, _WIDE = 0.64, 0.75, 0.63, 1.2


def clean(text: str) -> str:
    """``text`` on one line, without what XML forbids or what turns the direction of reading."""
    made, marks = [], 0
    for letter in unicodedata.normalize("NFC", text):
        marks = marks + 1 if unicodedata.combining(letter) else 0
        if letter.isspace():
            made.append(" ")
        elif marks <= _MARKS and _visible(letter):
            made.append(letter)
    return " ".join("".join(made).split())


def _visible(letter: str) -> bool:
    """Neither a control, nor half of a pair, nor one that stands for nothing: XML forbids most of them."""
    return not unicodedata.category(letter).startswith("C")


def width(text: str, size: float) -> float:
    """How much room ``text`` takes at ``size``, in units of the drawing; rather too much than too little."""
    return size * sum(map(_em, text))


def _em(letter: str) -> float:
    if letter in _WIDTHS:
        return _WIDTHS[letter]
    if unicodedata.combining(letter):
        return 0.0
    if letter.isdigit() and letter.isascii():
        return _DIGIT
    if not letter.isalpha() or unicodedata.east_asian_width(letter) in "WF":
        return _WIDE if ord(letter) > 0x2E7F else _CAPITAL
    return _CAPITAL if letter.isupper() or ord(letter) > 0x24F else _OTHER


def fit(text: str, size: float, room: float) -> str:
    """``text`` cleaned, and cut with an ellipsis where it is wider than ``room``."""
    whole = clean(text)
    if width(whole, size) <= room:
        return whole
    while whole and width(whole + "…", size) > room:
        whole = whole[:-1]
    return whole.rstrip() + "…"


def brief(text: str) -> str:
    """``text`` cleaned, and cut where it is too long for a line of words."""
    return fit(text, 1.0, _BRIEF)
