"""How many tokens something is: one for each three bytes of UTF-8, rounded up block by block.

The vendor does not publish its tokenizer. English prose has about four bytes a token, JSON about three: what is
measured with this rule is on the dear side.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

BYTES = 3
"""Bytes a token."""

MESSAGE = 4
"""Tokens around each message."""

TOOLING = 300
"""Tokens the vendor adds where tools are offered."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One block of a request, in the order in which the cache reads it."""

    said: bytes
    """What makes it this block and no other."""
    tokens: int
    lasts: str = ""
    """``5m`` or ``1h`` where a cache breakpoint stands at its end."""


def tokens_of(text: str | bytes) -> int:
    """How many tokens ``text`` is."""
    size = len(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
    return -(-size // BYTES)


def pieces(body: Mapping[str, Any]) -> list[Piece]:
    """A whole request: tools, the schema of the reply, system, messages."""
    found = [*_tools(body), *_format(body), *_system(body), *_messages(body)]
    if body.get("cache_control") and found:
        last = found[-1]
        found[-1] = Piece(last.said, last.tokens, last.lasts or _ttl(body["cache_control"]))
    return found


def _tools(body: Mapping[str, Any]) -> Iterator[Piece]:
    extra = TOOLING
    for tool in body.get("tools") or ():
        yield _piece("tool", tool, extra)
        extra = 0


def _format(body: Mapping[str, Any]) -> Iterator[Piece]:
    """The vendor puts the schema into its own part of the prompt: another schema is another prefix."""
    wanted = (body.get("output_config") or {}).get("format")
    if wanted:
        yield _piece("format", wanted)


def _system(body: Mapping[str, Any]) -> Iterator[Piece]:
    system = body.get("system") or ()
    for block in [{"type": "text", "text": system}] if isinstance(system, str) else system:
        yield _piece("system", block)


def _messages(body: Mapping[str, Any]) -> Iterator[Piece]:
    ways = json.dumps([body.get("tool_choice"), body.get("thinking")])  # changing these begins the messages anew
    for message in body.get("messages") or ():
        content = message["content"]
        extra = MESSAGE
        for block in [{"type": "text", "text": content}] if isinstance(content, str) else content:
            yield _piece(f"{message['role']}{ways}", block, extra)
            extra = 0


def _piece(kind: str, block: Mapping[str, Any], extra: int = 0) -> Piece:
    plain = {name: value for name, value in block.items() if name != "cache_control"}
    written = json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
    counted = str(plain["text"]) if plain.get("type") == "text" and "text" in plain else written
    said = f"{kind}\0{written}".encode("utf-8", "surrogatepass")
    return Piece(said, tokens_of(counted) + extra, _ttl(block.get("cache_control")))


def _ttl(control: Any) -> str:
    return str(control.get("ttl") or "5m") if isinstance(control, Mapping) else ""
