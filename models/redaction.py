"""What a secret looks like, and how it is taken out of text: the same in logs, in prompts and in what we post."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from models.dataline import as_data

GONE = "[redacted]"
SHORTEST_SECRET = 4
"""Shorter ones would blot out ordinary words."""

SHORTEST_IN_WORDS = 8
"""The same where people read on: a password that is a plain word must not blank it in every message."""

_MARK = r"-----{} [A-Z0-9 ]{{0,40}}PRIVATE KEY(?: BLOCK)?-----"
_GAP = r"(?:\s|>|&gt;|\\+(?:[nrt]|u003e))"
"""Between two lines of a key: white space, also as JSON escapes it, and the signs of a quotation."""

_LINE = r"(?:MI[A-Za-z0-9+/=]{4,}|[A-Za-z0-9+/=]{20,})"
"""A line of a key: letters that are no word. Whatever else stands behind its first line is not part of a key."""

_KEY = (
    _MARK.format("BEGIN")
    + rf"(?:{_GAP}{{1,80}}(?:Proc-Type|DEK-Info|Version|Comment|Charset|Hash): [^\n\r\"\\<>]{{1,120}}){{0,5}}"
    + rf"{_GAP}{{0,80}}{_LINE}(?:{_GAP}{{1,80}}{_LINE})*"
    + rf"(?:(?:{_GAP}{{1,80}}[A-Za-z0-9+/=]{{1,19}})?{_GAP}{{0,80}}{_MARK.format('END')})?"
)

_ESCAPE = r"(?<=\\[nrtbf])|(?<=\\u[0-9a-fA-F]{4})|(?<=%[0-9A-Fa-f]{2})"
_EDGE = rf"(?:(?<![A-Za-z0-9])|{_ESCAPE})"
"""Where a token may begin: not inside a word, but right behind a sign that JSON or an address has escaped."""

_USER = r"(?:[^/\s@:\"\\<>{}|\[\]`]|\\+u00(?:26|3c|3e))"
_PASSWORD = rf"(?:{_USER}|[:@])"

_BEARER = r"(?i:(?<=bearer )|(?<=bearer  )|(?<=bearer\t)|(?<=bearer:)|(?<=bearer: )|(?<=bearer%20))"
_BASIC = r"(?i:(?<=basic )|(?<=basic  )|(?<=basic\t)|(?<=basic:)|(?<=basic: )|(?<=basic%20))"

_SHAPES = re.compile(
    rf"{_KEY}"
    rf"|{_EDGE}(?:"
    r"xox[abcdeprs](?:\.xox[abcdeprs])?-(?=[A-Za-z0-9-]{0,60}\d)[A-Za-z0-9-]{6,}"
    r"|xapp-(?=\d)[A-Za-z0-9-]{6,}"
    r"|AT(?:ATT|CTT|BB)(?=[A-Za-z0-9_=-]{0,60}\d)[A-Za-z0-9_=-]{8,}"
    r"|sk-ant-(?=[A-Za-z0-9_-]{0,60}\d)[A-Za-z0-9_-]{6,}"
    r"|(?:gh[pousr]_|github_pat_|glpat-)[A-Za-z0-9_-]{16,}"
    r"|A[KS]IA[A-Z0-9]{16}(?![A-Za-z0-9])"
    r")"
    rf"|(?:(?<![A-Za-z0-9_-])|{_ESCAPE})eyJ[A-Za-z0-9_-]{{5,}}\.[A-Za-z0-9_-]{{5,}}\.[A-Za-z0-9_-]*"
    rf"|(?<=://){_USER}{{0,200}}:{_PASSWORD}{{1,400}}(?=@)"
    rf"|{_BEARER}"
    r"(?![A-Z][A-Z0-9]{1,9}-\d{1,7}\b)"
    r"(?=[A-Za-z0-9+/=._~-]{0,60}\d)(?=[0-9+/=._~-]{0,60}[A-Za-z])[A-Za-z0-9+/=._~-]{8,}"
    rf"|{_BASIC}"
    r"(?=[A-Za-z0-9+/]{0,60}(?:[a-z][A-Z][A-Za-z0-9+/]{0,60}[a-z][A-Z]|[a-z]\d|=))"
    r"(?=[a-z0-9+/]{0,60}[A-Z])[A-Za-z0-9+/]{12,}={0,2}"
)
"""Private keys, tokens of Slack, Atlassian, Anthropic, GitHub, GitLab and AWS, JWTs, passwords in addresses, and
what stands behind *bearer* or *basic*. None reaches over a quote, a bracket or into a line that is not its own."""

_SIGNS = (
    *("-----BEGIN ", "xox", "xapp-", "ATATT", "ATCTT", "ATBB", "sk-ant-", "eyJ", "AKIA", "ASIA"),
    *("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-"),
)
"""One of these is in whatever ``_SHAPES`` finds, but for addresses, *bearer* and *basic*."""


def _may_hold(text: str) -> bool:
    """Whether it is worth looking for shapes: hardly ever, and that is told a hundred times sooner than by looking."""
    for sign in _SIGNS:
        if sign in text:
            return True
    if "://" in text and "@" in text:
        return True
    # A pattern without case takes these three letters for an i and an s; ``lower`` does not.
    low = text.replace("\u0130", "i").replace("\u0131", "i").replace("\u017f", "s").lower()
    return "bearer" in low or "basic" in low


_SPELT = {
    "*": "[*\u2217]",
    "_": "[_\u02cd]",
    "~": "[~\u223c]",
    ":": "[:\u2236]",
    "`": "[`']",
    "|": "[|/]",
    "/": r"\\?/",
    "\\": r"\\{1,4}",
    '"': r"\\{0,3}\"",
    "<": r"(?:<|&lt;|\\+u003c)",
    ">": r"(?:>|&gt;|\\+u003e)",
    "&": r"(?:&(?:amp;)?|\\+u0026)",
}
"""How a letter of a known secret may be written: as itself, as JSON, as mrkdwn, or as the twin a view puts for it."""

EXACT = frozenset(
    {
        *("type", "id", "accountId", "localId", "key", "value", "action_id", "block_id", "callback_id"),
        *("private_metadata", "external_id", "channel", "ts", "thread_ts", "user", "user_id"),
    }
)
"""What a vendor gives back to us as it is: nobody reads it, and a changed letter would break a button."""


class Redactor:
    """Takes secrets out of text: the known ones exactly, and whatever has the shape of one."""

    def __init__(self, secrets: Iterable[str] = (), shortest: int = SHORTEST_SECRET) -> None:
        """``shortest``: characters a secret has at least to be looked for in words that people read."""
        known = sorted({s for s in secrets if len(s) >= shortest}, key=len, reverse=True)
        self._known = re.compile("|".join(map(_spellings, known))) if known else None

    def __call__(self, text: str) -> str:
        """``text`` without secrets. Words beside them stay, and so does every other line."""
        if self._known is not None:
            text = self._known.sub(GONE, text)
        return _SHAPES.sub(GONE, text) if _may_hold(text) else text

    def rows(self, text: str) -> str:
        """The same for lines of JSON among other lines: what was JSON stays it, with its keys.

        Without secrets it comes out byte for byte; a line that held one has no ``<``, ``>`` or ``&`` afterwards.
        """
        return "".join(self._row(part) if place % 2 else self(part) for place, part in enumerate(_ROW.split(text)))

    def _row(self, line: str) -> str:
        try:
            value = json.loads(line)
            kept = self.inside(value)
            if kept == value:
                return line
            return as_data(kept)
        except (ValueError, RecursionError):  # no JSON, or deeper than anything of ours
            return self(line)

    def deep(self, value: object) -> object:
        """The same for everything inside ``value``, names of keys too; it comes back as JSON can hold it."""
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, Mapping):
            return self._named({str(k): self.deep(v) for k, v in value.items()})
        if isinstance(value, list | tuple | set | frozenset):
            return [self.deep(v) for v in value]
        return self(str(value))

    def _named(self, held: Mapping[str, object]) -> dict[str, object]:
        """Two keys that are secrets stay two."""
        made: dict[str, object] = {}
        for key, value in held.items():
            name = self(key)
            made[f"{name} {len(made)}" if name in made else name] = value
        return made

    def inside(self, value: Any) -> Any:
        """A JSON value whose strings hold no secret; keys stay."""
        return self._strings(value, frozenset())

    def shown(self, value: Any) -> Any:
        """A body that goes to a vendor, with every word in it that somebody may read; ids stay as they are."""
        return self._strings(value, EXACT)

    def _strings(self, value: Any, exact: Collection[str]) -> Any:
        if isinstance(value, str):
            return self(value)
        if isinstance(value, Mapping):
            return {k: v if k in exact and isinstance(v, str) else self._strings(v, exact) for k, v in value.items()}
        if isinstance(value, list | tuple):
            return [self._strings(v, exact) for v in value]
        return value


_ROW = re.compile(r"^([\[{].*)$", re.MULTILINE)


def _spellings(secret: str) -> str:
    """A pattern of ``secret`` as it may be written, also where a text was cut off inside it and marked so."""
    letters = [_SPELT.get(letter) or re.escape(letter) for letter in secret]
    first, rest = letters[:SHORTEST_IN_WORDS], letters[SHORTEST_IN_WORDS:]
    return "".join((*first, *(f"(?:{letter}|(?=…))" for letter in rest)))


SHAPES = Redactor()
"""Knows no secret by heart, only what secrets look like."""
