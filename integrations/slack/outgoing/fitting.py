"""Text within a limit: whole lines and the count of the rest; what must be cut is cut between words.

A link, an escaped sign, an ``:emoji:`` and a letter with all its marks are never torn in two. Lengths are counted in
UTF-16 units: Slack does not say what it counts, and no other count is longer.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

NOTICE = 40
"""Room kept for saying how much was left out."""

NOTHING = "–"
"""In place of an empty text, which Slack refuses."""

FENCE = "```"
_CLOSING = len(FENCE) + 1
_ATOM = re.compile(r"<[^<>\n]*>|&(?:amp|lt|gt);|:[a-z0-9_+'-]{1,100}:|[\U0001f1e6-\U0001f1ff]{2}|.", re.DOTALL)
_JOINS = "\u200d\u2060"
_SKIN = range(0x1F3FB, 0x1F400)
_TAGS = range(0xE0020, 0xE0080)
_NEAR = 40
"""Letters looked back for a space, so that a cut falls between words."""


def size(text: str) -> int:
    """Length in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def shows(text: str) -> bool:
    """Whether a reader would see anything."""
    return any(not letter.isspace() and unicodedata.category(letter) not in {"Cf", "Cc"} for letter in text)


def fit(text: str, limit: int) -> str:
    """``text`` within ``limit``: whole lines and the count of the rest. A first line too long is cut."""
    if size(text) <= limit:
        return text
    lines, room = text.split("\n"), limit - NOTICE - _CLOSING
    kept = 0
    while kept < len(lines) and (need := size(lines[kept]) + 1) <= room:
        room, kept = room - need, kept + 1
    shown = lines[:kept] or [cut(lines[0], limit - _CLOSING - (NOTICE if len(lines) > 1 else 0))]
    left = len(lines) - len(shown)
    return _closed("\n".join(shown)) + (f"\n… {left} more line{'s' if left > 1 else ''}" if left else "")


def one_line(text: str, limit: int) -> str:
    """``text`` on one line within ``limit``, for titles, labels and buttons."""
    return cut(" ".join(text.split("\n")), limit)


def parts(text: str, limit: int) -> Iterator[str]:
    """``text`` in as few pieces of whole lines as fit ``limit`` each; a line too long for one is cut.

    Code that is cut between two pieces is closed in the first and opened again in the second.
    """
    if size(text) <= limit:
        yield text
        return
    room = limit - 2 * _CLOSING
    opened: list[str] = []
    piece: list[str] = []
    used = 0
    for line in (cut(line, room) for line in text.split("\n")):
        if piece and used + size(line) + 1 > room:
            words = "\n".join([*opened, *piece])
            yield _closed(words)
            opened, piece, used = [FENCE] if words.count(FENCE) % 2 else [], [], 0
        piece.append(line)
        used += size(line) + 1
    yield _closed("\n".join([*opened, *piece]))


def cut(line: str, limit: int) -> str:
    """``line`` within ``limit``, cut between words where one ends nearby, and marked with an ellipsis."""
    if size(line) <= limit:
        return line
    kept: list[str] = []
    room = limit - 1
    for atom in _atoms(line):
        room -= size(atom)
        if room < 0:
            break
        kept.append(atom)
    return "".join(_whole_words(kept)).rstrip() + "…"


def _atoms(line: str) -> Iterator[str]:
    """Pieces that must not be torn."""
    atom = ""
    for found in _ATOM.finditer(line):
        piece = found.group()
        if atom and (atom[-1] in _JOINS or _extends(piece)):
            atom += piece
            continue
        if atom:
            yield atom
        atom = piece
    yield atom


def _extends(piece: str) -> bool:
    """Whether this belongs to the letter before it: a mark, a joiner, a skin tone, a flag's tag."""
    code = ord(piece[0])
    return len(piece) == 1 and (
        unicodedata.category(piece).startswith("M") or piece in _JOINS or code in _SKIN or code in _TAGS
    )


def _whole_words(kept: list[str]) -> list[str]:
    for back in range(1, min(_NEAR, len(kept) // 2) + 1):
        if kept[-back].isspace():
            return kept[:-back]
    return kept


def _closed(text: str) -> str:
    return f"{text}\n{FENCE}" if text.count(FENCE) % 2 else text
