"""From what a brain says to the vendor's messages and streams, counted and cut where the request says so."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from integrations.simulator.claude.brains.port import Asked, Said
from integrations.simulator.claude.cache import Share
from integrations.simulator.claude.tokens import BYTES, tokens_of

THOUGHT: Mapping[str, int] = {"low": 60, "medium": 300, "high": 900, "xhigh": 2_000, "max": 4_000}
"""Tokens a model of today thinks before it answers, by effort: what a bill shows on short questions."""

PIECE = 24
"""Characters of one piece of a stream."""

BLOCK = 5
"""Tokens around each block of a reply."""


_AT_THE_END = (
    *("input_tokens", "output_tokens", "output_tokens_details"),
    *("cache_creation_input_tokens", "cache_read_input_tokens"),
)
"""What a stream tells once more at its end."""


@dataclass(frozen=True, slots=True)
class Names:
    """What must be different in each reply."""

    message: str
    number: int


def message_of(said: Said, asked: Asked, share: Share, names: Names) -> dict[str, Any]:
    """The reply as the vendor sends it whole."""
    thought = _thinking(said, asked)
    blocks = list(_blocks(said, thought, names))
    tokens = thought + sum(tokens_of(_written(block)) + BLOCK for block in blocks if block["type"] != "thinking")
    stop = said.stop or ("tool_use" if said.calls else "end_turn")
    most = int(asked.body.get("max_tokens", 0))
    if tokens > most:
        blocks, tokens, stop = _cut(blocks, most - thought), most, "max_tokens"
    return {
        "id": names.message,
        "type": "message",
        "role": "assistant",
        "model": said.by or asked.model,
        "content": blocks,
        "stop_reason": stop,
        "stop_sequence": None,
        "stop_details": {"type": "refusal", "category": None, "explanation": None} if stop == "refusal" else None,
        "usage": share.shown
        | {"output_tokens": max(1, tokens), "output_tokens_details": {"thinking_tokens": min(thought, tokens)}}
        | {"service_tier": "standard"},
    }


def events(message: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The same as a stream: (event, data)."""
    begun = {**message, "content": [], "stop_reason": None, "stop_details": None}
    begun["usage"] = {**message["usage"], "output_tokens": 1}
    yield "message_start", {"message": begun}
    for at, block in enumerate(message["content"]):
        yield "content_block_start", {"index": at, "content_block": _empty(block)}
        if at == 0:
            yield "ping", {}
        for delta in _deltas(block):
            yield "content_block_delta", {"index": at, "delta": delta}
        yield "content_block_stop", {"index": at}
    ended = {name: message[name] for name in ("stop_reason", "stop_sequence", "stop_details")}
    used = {name: tokens for name, tokens in message["usage"].items() if name in _AT_THE_END}
    yield "message_delta", {"delta": ended, "usage": used}
    yield "message_stop", {}


def frame(event: str, data: Mapping[str, Any]) -> bytes:
    """One event of a stream as bytes."""
    return f"event: {event}\ndata: {json.dumps({'type': event, **data}, ensure_ascii=False)}\n\n".encode()


def _thinking(said: Said, asked: Asked) -> int:
    off = (asked.body.get("thinking") or {}).get("type") == "disabled"
    return 0 if off else said.thinking if said.thinking is not None else THOUGHT.get(asked.effort, 0)


def _blocks(said: Said, thought: int, names: Names) -> Iterator[dict[str, Any]]:
    if thought:
        yield {"type": "thinking", "thinking": "", "signature": signature(names.number)}
    if said.text:
        yield {"type": "text", "text": said.text, "citations": None}
    for at, wish in enumerate(said.calls):
        called = {"id": f"toolu_sim{names.number:06d}{at:02d}", "name": wish.name, "input": dict(wish.arguments)}
        yield {"type": "tool_use", **called}


def signature(number: int) -> str:
    """Stands for what was thought in the ``number``-th reply."""
    return f"sig-sim-{number:06d}=="


def _written(block: Mapping[str, Any]) -> str:
    return block["text"] if block["type"] == "text" else json.dumps([block["name"], block["input"]], ensure_ascii=False)


def _cut(blocks: list[dict[str, Any]], left: int) -> list[dict[str, Any]]:
    """As much of the words as ``left`` tokens hold; a call that did not fit is not made."""
    kept = list[dict[str, Any]]()
    for block in blocks:
        if block["type"] == "thinking":
            kept.append(block)
        elif block["type"] == "text" and left > BLOCK:
            text = block["text"].encode()[: (left - BLOCK) * BYTES].decode("utf-8", "ignore")
            kept.append(block | {"text": text})
            left -= tokens_of(text) + BLOCK
    return kept


def _empty(block: Mapping[str, Any]) -> dict[str, Any]:
    gone: Mapping[str, Any] = {"text": "", "input": {}, "signature": ""}
    return {name: gone.get(name, value) for name, value in block.items()}


def _deltas(block: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    if block["type"] == "thinking":
        yield {"type": "signature_delta", "signature": block["signature"]}
        return
    kind, name = ("text_delta", "text") if block["type"] == "text" else ("input_json_delta", "partial_json")
    whole = block["text"] if block["type"] == "text" else json.dumps(block["input"], ensure_ascii=False)
    for at in range(0, len(whole), PIECE):
        yield {"type": kind, name: whole[at : at + PIECE]}
