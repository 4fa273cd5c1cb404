"""Whose attention a text may call, and where it may lead: only whom and where the caller of the gate names.

Slack calls people by control sequences (``<!channel>``, ``<@U1>``, ``<!subteam^S1>``), by structured rich text, and,
where it is let, by plain words such as ``@here``. All three become text here. What may stay alive is handed in by
whoever decided the message: the text itself can grant nothing, however it is spelled. A link to anywhere else than
``Links`` has is shown as its words.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from models.links import Links

JOINER = "\u2060"
"""An invisible, unbreakable nothing: it keeps the look of a word and takes its meaning away."""

_CALL = re.compile(r"<(@[UW][A-Z0-9]+|!here|!channel|!everyone|!subteam\^S[A-Z0-9]+)>")
"""What a caller may allow: one person, one group, or one of the three broadcasts, each in full."""

_WEB_LINK = re.compile(r"(https?://[^<>|\s]+)(?:\|([^<>\n]*))?>", re.IGNORECASE)
_BARE = re.compile(r"(https?|www)(?=(?:://|\.)((?:(?!&[lg]t;)[^\s<>])*))", re.IGNORECASE)
"""An address that stands in the words: some of Slack's programs make a link of it."""

_BEHIND = ".,;:!?'\")|*_~`"
"""What is not of an address any more at its end."""

_STRAY = re.compile(r"&(?!(?:amp|lt|gt);)")
_AT_ALL = re.compile(r"(?<![A-Za-z0-9_/+])[@\uff20\ufe6b](?=(?:here|channel|everyone|group)\b)", re.IGNORECASE)
_LOOKALIKE = re.compile(rf"[\uff1c\ufe64](?!{JOINER})(?=[\s\u200b-\u200d\ufeff]*[!@#\uff01\uff20\uff03])")
_MARKDOWN_CALL = re.compile(rf"(<|&lt;|&#0*60;|&#x0*3c;)(?!{JOINER}|https?://)", re.IGNORECASE)
_MARKDOWN_LINK = re.compile(rf"(\](?:\(|:)\s*<?)(?!https?://)(?=[a-z][a-z0-9+.-]*{JOINER}?[:.])", re.IGNORECASE)
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
_HALVES = re.compile("[\ud800-\udfff]")
_KEYS = {"broadcast": "range", "user": "user_id", "usergroup": "usergroup_id"}
_SIGNS = {"broadcast": "!", "user": "@", "usergroup": "!subteam^"}
SLACK_ALONE = Links()


def allowed(mentions: Collection[str]) -> frozenset[str]:
    """``mentions`` that are whole calls of Slack's; anything else allows nothing."""
    return frozenset(mention for mention in mentions if _CALL.fullmatch(mention))


def clean(text: str) -> str:
    """Without controls, text-direction overrides and halves of characters; line breaks as one sign."""
    return _HALVES.sub("\ufffd", _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))


def silence(text: str, mentions: Collection[str] = (), links: Links = SLACK_ALONE) -> str:
    """mrkdwn in which every ``<`` that opens neither a link of ours nor an allowed mention is text."""
    first, *parts = text.split("<")
    words = _in_words(first, links) + "".join(_opened(part, mentions, links) for part in parts)
    return _words_only(_STRAY.sub("&amp;", words))


def _opened(part: str, mentions: Collection[str], links: Links) -> str:
    """What stands behind a ``<``, with it where it is to mean something."""
    link = _WEB_LINK.match(part)
    if link is None:
        live = any(f"<{part}".startswith(mention) for mention in mentions)
        return f"{'<' if live else '&lt;'}{_in_words(part, links)}"
    rest = _in_words(part[link.end() :], links)
    if links.lead_to(link[1].replace("&amp;", "&")):
        return f"<{link[0]}{rest}"
    return f"{_in_words(link[2] or link[1], links)}{rest}"


def _in_words(text: str, links: Links) -> str:
    """``text`` in which no address is one, but those we may lead to."""

    def shown(found: re.Match[str]) -> str:
        return found[0] if links.lead_to(text[found.start() : found.end(2)].rstrip(_BEHIND)) else f"{found[0]}{JOINER}"

    return _BARE.sub(shown, text)


def silence_markdown(text: str, links: Links = SLACK_ALONE) -> str:
    """The same for the ``markdown`` block: how Slack reads a call there is undocumented, so none is let through."""
    words = _MARKDOWN_CALL.sub(rf"\1{JOINER}", _in_words(text, links))
    return _words_only(_MARKDOWN_LINK.sub(rf"\1{JOINER}", words))


def silenced(node: Any, mentions: Collection[str], links: Links = SLACK_ALONE) -> Any:
    """Any piece of Block Kit, copied, with every text in it cleaned and silenced; a button that leads away is gone."""
    if isinstance(node, str):
        return clean(node)
    if isinstance(node, list | tuple):
        return [silenced(part, mentions, links) for part in node if not _leads_away(part, links)]
    if not isinstance(node, Mapping):
        return node
    kind = node.get("type")
    if kind in _KEYS and _KEYS[kind] in node and _called(node) not in mentions:
        return {"type": "text", "text": f"@{node[_KEYS[kind]]}"}
    if kind == "link" and not links.lead_to(str(node.get("url"))):
        return {"type": "text", "text": clean(str(node.get("text") or node.get("url")))}
    kept = {key: silenced(value, mentions, links) for key, value in node.items() if not _leads_away(value, links)}
    return _text(kept, mentions, links)


def _leads_away(part: Any, links: Links) -> bool:
    """A button or a choice with an address that is not ours; a link in rich text becomes words instead."""
    if not isinstance(part, Mapping) or part.get("type") == "link":
        return False
    return bool(part.get("url")) and not links.lead_to(str(part["url"]))


def _text(made: dict[str, Any], mentions: Collection[str], links: Links) -> dict[str, Any]:
    """``verbatim`` keeps Slack from finding names, channels and broadcasts in plain words."""
    if not isinstance(made.get("text"), str):
        return made
    if made.get("type") == "mrkdwn":
        return {**made, "text": silence(made["text"], mentions, links), "verbatim": True}
    if made.get("type") == "markdown":
        made["text"] = silence_markdown(made["text"], links)
    return made


def _words_only(text: str) -> str:
    """Plain words that a vendor's parser might take for a call, and signs it might fold into ``<``."""
    return _AT_ALL.sub(rf"\g<0>{JOINER}", _LOOKALIKE.sub(rf"\g<0>{JOINER}", text))


def _called(node: Mapping[str, Any]) -> str:
    return f"<{_SIGNS[node['type']]}{node[_KEYS[node['type']]]}>"
