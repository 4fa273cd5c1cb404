"""Whose attention a text may call: nobody's, unless the caller of the gate names it; foreign words never can.

Slack calls people by control sequences (``<!channel>``, ``<@U1>``, ``<!subteam^S1>``), by structured rich text, and,
where it is let, by plain words such as ``@here``. All three become text here. What may stay alive is handed in by
whoever decided the message: the text itself can grant nothing, however it is spelled.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

JOINER = "\u2060"
"""An invisible, unbreakable nothing: it keeps the look of a word and takes its meaning away."""

_CALL = re.compile(r"<(@[UW][A-Z0-9]+|!here|!channel|!everyone|!subteam\^S[A-Z0-9]+)>")
"""What a caller may allow: one person, one group, or one of the three broadcasts, each in full."""

_WEB_LINK = re.compile(r"https?://[^<>|\s]+(\|[^<>\n]*)?>", re.IGNORECASE)
_WEB = re.compile(r"(https?://|mailto:)\S+", re.IGNORECASE)
_STRAY = re.compile(r"&(?!(?:amp|lt|gt);)")
_AT_ALL = re.compile(r"(?<![A-Za-z0-9_/+])[@\uff20\ufe6b](?=(?:here|channel|everyone|group)\b)", re.IGNORECASE)
_LOOKALIKE = re.compile(rf"[\uff1c\ufe64](?!{JOINER})(?=[\s\u200b-\u200d\ufeff]*[!@#\uff01\uff20\uff03])")
_MARKDOWN_CALL = re.compile(rf"(<|&lt;|&#0*60;|&#x0*3c;)(?!{JOINER}|https?://)", re.IGNORECASE)
_MARKDOWN_LINK = re.compile(r"(\]\(\s*<?)(?!https?://|mailto:)(?=[a-z][a-z0-9+.-]*:)", re.IGNORECASE)
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
_HALVES = re.compile("[\ud800-\udfff]")
_KEYS = {"broadcast": "range", "user": "user_id", "usergroup": "usergroup_id"}
_SIGNS = {"broadcast": "!", "user": "@", "usergroup": "!subteam^"}


def allowed(mentions: Collection[str]) -> frozenset[str]:
    """``mentions`` that are whole calls of Slack's; anything else allows nothing."""
    return frozenset(mention for mention in mentions if _CALL.fullmatch(mention))


def clean(text: str) -> str:
    """Without controls, text-direction overrides and halves of characters; line breaks as one sign."""
    return _HALVES.sub("\ufffd", _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))


def silence(text: str, mentions: Collection[str] = ()) -> str:
    """mrkdwn in which every ``<`` that opens neither a web link nor an allowed mention is text."""
    parts = text.split("<")
    words = parts[0] + "".join(("<" if _live("<" + part, mentions) else "&lt;") + part for part in parts[1:])
    return _words_only(_STRAY.sub("&amp;", words))


def silence_markdown(text: str) -> str:
    """The same for the ``markdown`` block: how Slack reads a call there is undocumented, so none is let through."""
    return _words_only(_MARKDOWN_LINK.sub(rf"\1{JOINER}", _MARKDOWN_CALL.sub(rf"\1{JOINER}", text)))


def silenced(node: Any, mentions: Collection[str]) -> Any:
    """Any piece of Block Kit, copied, with every text in it cleaned and silenced."""
    if isinstance(node, str):
        return clean(node)
    if isinstance(node, list | tuple):
        return [silenced(part, mentions) for part in node]
    if not isinstance(node, Mapping):
        return node
    kind = node.get("type")
    if kind in _KEYS and _KEYS[kind] in node and _called(node) not in mentions:
        return {"type": "text", "text": f"@{node[_KEYS[kind]]}"}
    if kind == "link" and isinstance(node.get("url"), str) and not _WEB.fullmatch(node["url"]):
        return {"type": "text", "text": clean(str(node.get("text") or node["url"]))}
    return _text({key: silenced(value, mentions) for key, value in node.items()}, mentions)


def _text(made: dict[str, Any], mentions: Collection[str]) -> dict[str, Any]:
    """``verbatim`` keeps Slack from finding names, channels and broadcasts in plain words."""
    if not isinstance(made.get("text"), str):
        return made
    if made.get("type") == "mrkdwn":
        return {**made, "text": silence(made["text"], mentions), "verbatim": True}
    if made.get("type") == "markdown":
        made["text"] = silence_markdown(made["text"])
    return made


def _live(text: str, mentions: Collection[str]) -> bool:
    return bool(_WEB_LINK.match(text, 1)) or any(text.startswith(mention) for mention in mentions)


def _words_only(text: str) -> str:
    """Plain words that a vendor's parser might take for a call, and signs it might fold into ``<``."""
    return _AT_ALL.sub(rf"\g<0>{JOINER}", _LOOKALIKE.sub(rf"\g<0>{JOINER}", text))


def _called(node: Mapping[str, Any]) -> str:
    return f"<{_SIGNS[node['type']]}{node[_KEYS[node['type']]]}>"
