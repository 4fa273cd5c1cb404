"""The last look at everything we send to Slack: nobody is called by accident and no limit is crossed.

Views write safe, short messages; this gate holds even when a view is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

Block = Mapping[str, Any]

TEXT = 4_000
"""Characters of ``text`` (Slack answers msg_too_long above)."""
MESSAGE_BLOCKS, HOME_BLOCKS = 50, 100
"""Blocks per surface (Block Kit reference)."""
ALL_TEXT = 10_000
"""Characters of all blocks together; Slack refuses at about 11,000 (slackapi/bolt-js #2509)."""

_LIMITS: Mapping[str, int] = {"header": 150, "section": 3_000, "field": 2_000, "context": 3_000, "button": 75}
_COUNTS: Mapping[str, int] = {"context": 10, "actions": 25, "section": 10}
_NOTICE = 40
_HTML_LINK = re.compile(r"https?://[^<>|\s]+(\|[^<>]*)?>")
_CALLS = {"broadcast": "range", "user": "user_id", "usergroup": "usergroup_id"}


def guard(text: str, blocks: Sequence[Block], *, mentions: Collection[str] = ()) -> tuple[str, list[dict[str, Any]]]:
    """``text`` and ``blocks`` as they may leave. ``mentions`` are the only live ones, for example ``<@U1>``."""
    safe = guard_blocks(blocks, MESSAGE_BLOCKS, mentions=mentions)
    words = text.strip() or " · ".join(_words(safe)) or "(no text)"
    return fit(silence(words, mentions), TEXT), safe


def guard_blocks(
    blocks: Sequence[Block], most: int = HOME_BLOCKS, *, mentions: Collection[str] = ()
) -> list[dict[str, Any]]:
    """The blocks within every limit; what does not fit is counted, never cut in the middle of a line."""
    safe = [_limited(_silenced(dict(block), mentions)) for block in blocks]
    kept = _within(safe, most)
    if len(kept) < len(safe):
        left = {"type": "mrkdwn", "text": f"{len(safe) - len(kept)} more parts did not fit here."}
        kept.append({"type": "context", "elements": [left]})
    return _distinct(kept)


def silence(text: str, mentions: Collection[str] = ()) -> str:
    """Every ``<`` that does not open a web link or an allowed mention becomes text."""
    parts = text.split("<")
    return parts[0] + "".join(("<" if _live("<" + part, mentions) else "&lt;") + part for part in parts[1:])


def fit(text: str, limit: int) -> str:
    """``text`` within ``limit`` characters: whole lines and the count of the rest, or one line cut short."""
    if len(text) <= limit:
        return text
    lines = text.split("\n")
    kept, size = 0, _NOTICE
    while kept < len(lines) and size + len(lines[kept]) + 1 <= limit:
        size += len(lines[kept]) + 1
        kept += 1
    if kept == 0:
        return _cut(text.replace("\n", " "), limit)
    return "\n".join([*lines[:kept], f"… {len(lines) - kept} more lines"])


def _cut(line: str, limit: int) -> str:
    """A line cut where it tears neither a link nor an escaped character."""
    short = line[: limit - 1]
    if short.rfind("<") > short.rfind(">"):
        short = short[: short.rfind("<")]
    ampersand = short.rfind("&", max(0, len(short) - 6))
    if ampersand >= 0 and ";" not in short[ampersand:]:
        short = short[:ampersand]
    return short.rstrip() + "…"


def _live(text: str, mentions: Collection[str]) -> bool:
    return bool(_HTML_LINK.match(text, 1)) or any(text.startswith(mention) for mention in mentions)


def _silenced(node: Any, mentions: Collection[str]) -> Any:
    if isinstance(node, list | tuple):
        return [_silenced(part, mentions) for part in node]
    if not isinstance(node, Mapping):
        return node
    kind = node.get("type")
    if kind in _CALLS and _CALLS[kind] in node and _called(node) not in mentions:
        return {"type": "text", "text": f"@{node[_CALLS[kind]]}"}
    made = {key: _silenced(value, mentions) for key, value in node.items()}
    if kind in {"mrkdwn", "markdown"} and isinstance(made.get("text"), str):
        made["text"] = silence(made["text"], mentions)
    return made


def _called(node: Mapping[str, Any]) -> str:
    sign = {"broadcast": "!", "user": "@", "usergroup": "!subteam^"}[node["type"]]
    return f"<{sign}{node[_CALLS[node['type']]]}>"


def _limited(block: dict[str, Any]) -> dict[str, Any]:
    kind = str(block.get("type"))
    if isinstance(block.get("text"), dict):
        block["text"] = _short(block["text"], _LIMITS.get(kind, 3_000))
    if isinstance(block.get("fields"), list):
        block["fields"] = [_short(field, _LIMITS["field"]) for field in block["fields"][: _COUNTS["section"]]]
    if kind in {"context", "actions"} and isinstance(block.get("elements"), list):
        block["elements"] = [_element(part) for part in block["elements"][: _COUNTS[kind]]]
    return block


def _element(part: dict[str, Any]) -> dict[str, Any]:
    if part.get("type") == "button" and isinstance(part.get("text"), dict):
        return {**part, "text": _short(part["text"], _LIMITS["button"])}
    return _short(part, _LIMITS["context"])


def _short(part: dict[str, Any], limit: int) -> dict[str, Any]:
    if not isinstance(part.get("text"), str):
        return part
    return {**part, "text": fit(part["text"], limit) or "–"}  # Slack refuses empty text


def _within(blocks: list[dict[str, Any]], most: int) -> list[dict[str, Any]]:
    size = 0
    for kept, block in enumerate(blocks):
        size += sum(len(words) for words in _words(block))
        full = kept == most - 1 and len(blocks) > most
        if full or size > ALL_TEXT - _NOTICE:
            return blocks[:kept]
    return list(blocks)


def _words(node: Any) -> Iterator[str]:
    """Every piece of text a reader would see, in order."""
    if isinstance(node, list):
        for part in node:
            yield from _words(part)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key == "text" and isinstance(value, str):
                yield value
            else:
                yield from _words(value)


def _distinct(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A ``block_id`` seen before is dropped: Slack makes one up."""
    seen: set[str] = set()
    made = []
    for block in blocks:
        name = block.get("block_id")
        made.append({k: v for k, v in block.items() if k != "block_id"} if name in seen else block)
        if name is not None:
            seen.add(name)
    return made
