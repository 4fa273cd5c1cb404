"""Foreign text stays text: it can call nobody, link nowhere, quote nothing and break no line."""

from __future__ import annotations

import re
from collections.abc import Sequence

from models.redaction import SHAPES

_UNSEEN = re.compile("[\x00-\x20\x7f-\xa0\u202a-\u202e\u2028\u2029\u2066-\u2069\ufeff\ud800-\udfff]+")
"""Controls, line breaks, text-direction overrides and halves of characters; all become one space."""

_AS_TEXT = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "`": "'", "*": "\u2217", "~": "\u223c"}
"""What Slack would act on. Star and tilde become their mathematical twins, which nobody can tell apart."""

_SLANTS = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
"""An underscore at the edge of a word, where it begins or ends italics; one inside a name is just itself."""

_SMILES = re.compile(r":(?!(?<=\d:)\d)(?=[a-z0-9_+'-]+:)")
"""The first colon of what Slack would show as a picture; not that of a time of day."""

_WEB = re.compile(r"https?://[^\s<>|\"\\`]+", re.IGNORECASE)
LONGEST_URL = 300
"""Characters; a link to an issue or a pull request has about a hundred."""


def plain(text: str, limit: int = 240) -> str:
    """One tidy line for places that show plain text: headers, buttons. A secret goes before it could be cut in two."""
    tidy = _UNSEEN.sub(" ", SHAPES(text)).strip()
    return tidy if len(tidy) <= limit else tidy[: limit - 1].rstrip() + "…"


def escape(text: str, limit: int = 240) -> str:
    """One line of mrkdwn that shows exactly ``text``, at most ``limit`` characters after escaping."""
    pieces = [_AS_TEXT.get(letter, letter) for letter in _still(plain(text, limit))]
    if sum(map(len, pieces)) <= limit:
        return "".join(pieces)
    kept: list[str] = []
    size = 1
    for piece in pieces:
        size += len(piece)
        if size > limit:
            break
        kept.append(piece)
    return "".join(kept).rstrip() + "…"


def _still(text: str) -> str:
    """Neither slanted nor turned into pictures: the letters that would do it become twins of the same look."""
    return _SMILES.sub("\u2236", _SLANTS.sub("\u02cd", text))


def preformatted(text: str, limit: int = 2_000) -> str:
    """Lines as code, their indentation kept; whole lines up to ``limit`` characters. Nothing in them can end it."""
    kept, size = list[str](), 0
    for line in text.splitlines():
        tidy = _UNSEEN.sub(lambda found: " " * len(found[0]), line)
        shown = "".join(_CODED.get(letter, letter) for letter in tidy)
        size += len(shown) + 1
        if size > limit:
            break
        kept.append(shown)
    return f"```{chr(10).join(kept)}```"


_CODED = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "`": "'"}


def coded(text: str, limit: int = 240) -> str:
    """As ``escape``, but ids that stand between backticks are shown as code; nothing else can be."""
    pieces = _CODE.split(plain(text, limit))
    return "".join(f"`{piece}`" if place % 2 else _part(piece, limit) for place, piece in enumerate(pieces))


_CODE = re.compile(r"`([A-Za-z0-9_.-]{1,60})`")


def link(url: str | None, label: str, limit: int = 240) -> str:
    """``label`` leading to ``url`` when that is a web address, else ``label`` alone."""
    shown = escape(label.replace("|", "/"), limit)
    if not url or len(url) > LONGEST_URL or not _WEB.fullmatch(url) or not shown:
        return shown
    return f"<{url.replace('&', '&amp;')}|{shown}>"


def linked(text: str, labels: Sequence[str], url: str | None, limit: int = 300) -> str:
    """``text`` with the first of ``labels`` found in it as a bold link; none found, the link follows the text."""
    for label in labels:
        # Whole words only: PAY-4 is not in PAY-42.
        match = re.search(rf"(?<![\w/-]){re.escape(label)}(?![\w-])", text)
        if match:
            before, after = _part(text[: match.start()], limit), _part(text[match.end() :], limit)
            return f"{before.lstrip()}*{link(url, label)}*{after.rstrip()}"
    named = link(url, labels[-1]) if labels else ""
    return f"{escape(text, limit)} · {named}" if named else escape(text, limit)


def and_more(count: int, of_what: str) -> str:
    """``3 more issues``; the plural is the singular plus *s*."""
    return f"{count} more {of_what}{'' if count == 1 else 's'}"


def _part(text: str, limit: int) -> str:
    """Escaped, with one space kept at either end where there was one: a link stands beside it."""
    inner = escape(text, limit)
    begin, end = text[:1].isspace(), text[-1:].isspace() and inner
    return f"{' ' if begin else ''}{inner}{' ' if end else ''}"
