"""Tables and folded parts, as Slack draws them: foreign text is plain text there, and a link leads to the web alone."""

from __future__ import annotations

from collections.abc import Sequence

from bot.views.parts.message import Block
from bot.views.parts.mrkdwn import link, plain

_CELL = 160
"""Characters of a cell."""

_NOTHING = "–"


def table(heads: Sequence[str], rows: Sequence[Sequence[Block]]) -> Block:
    """Rows under their heads; every column wraps, so that a phone shows it too."""
    wraps = [{"is_wrapped": True} for _ in heads]
    return {"type": "table", "rows": [[cell(head) for head in heads], *map(list, rows)], "column_settings": wraps}


def cell(text: str) -> Block:
    """Plain text."""
    return {"type": "raw_text", "text": plain(text, _CELL) or _NOTHING}


def linked_cell(label: str, url: str, beside: str = "") -> Block:
    """``label`` leading to ``url``, with words beside it; without a web address the words alone."""
    short = plain(label, 60) or _NOTHING
    if not link(url, short, 60).startswith("<"):
        return cell(f"{short} {beside}".strip())
    parts: list[Block] = [{"type": "link", "url": url, "text": short}]
    if shown := plain(beside, _CELL - len(short)):
        parts.append({"type": "text", "text": f" {shown}"})
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": parts}]}


def folded(title: str, inside: Sequence[Block]) -> Block:
    """Blocks behind a title, to be opened by whoever wants to know."""
    return {
        "type": "container",
        "title": {"type": "plain_text", "text": plain(title, 150) or _NOTHING, "emoji": False},
        "is_collapsible": True,
        "default_collapsed": True,
        "child_blocks": list(inside),
    }
