"""Rich text for Jira, built as a tree of allowed nodes: text from outside is never parsed, so it can mean nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from integrations.payloads import web_address
from models.ids import AccountId
from models.links import Links
from models.redaction import SHAPES

Node = dict[str, Any]

LONGEST = 2_000
"""Characters of one text; Jira takes 32,767 in a whole comment."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")


def doc(*paragraphs: list[Node]) -> Node:
    """A document; empty paragraphs are left out."""
    content = [{"type": "paragraph", "content": nodes} for nodes in paragraphs if nodes]
    return {"type": "doc", "version": 1, "content": content}


def text(words: str) -> list[Node]:
    """Plain text, on one line; nothing at all when there are no words (an empty text node is not valid)."""
    return [{"type": "text", "text": line}] if (line := one_line(words)).strip() else []


def link(words: str, url: str) -> list[Node]:
    """Words that lead to ``url``; only the words when that is not an http(s) address."""
    nodes = text(words)
    if nodes and (href := web_address(url)) is not None:
        nodes[0]["marks"] = [{"type": "link", "attrs": {"href": href}}]
    return nodes


def leading(node: Any, links: Links) -> Any:
    """``node`` with only those links that lead where ours may; the words of the others stay."""
    if isinstance(node, list):
        return [leading(each, links) for each in node]
    if not isinstance(node, Mapping):
        return node
    made = {key: leading(value, links) for key, value in node.items() if key != "marks"}
    marks = [mark for mark in node.get("marks", ()) if mark["type"] != "link" or links.lead_to(mark["attrs"]["href"])]
    return made | ({"marks": marks} if marks else {})


def mention(account: AccountId, name: str) -> list[Node]:
    """A real mention: Jira notifies the account; the name is only what is drawn."""
    return [{"type": "mention", "attrs": {"id": account, "text": f"@{one_line(name).strip()}"}}]


def one_line(words: str) -> str:
    """Without line breaks, control and direction marks, not longer than ``LONGEST``, and no secret cut in two."""
    line = SHAPES(_CONTROL.sub(" ", words))
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
