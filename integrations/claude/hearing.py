"""From Claude's reply to a thought: blocks are chosen by their type, and what cannot be read is told as such."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from integrations.claude.prices import bytes_of, most_read
from integrations.metering import usage_of
from integrations.payloads import words
from models.errors import NotThought, Silence
from models.thoughts import Call, Prompt, Stop, Thought, Usage

THINKING = frozenset({"thinking", "redacted_thinking"})
"""Blocks that are not for us, but must be handed back when the talk goes on after calls."""

MOST_LABEL = 80
"""Letters of a model's or a request's name."""

_COUNTS = ("input_tokens", "output_tokens")
_CACHE_COUNTS = ("cache_read_input_tokens", "cache_creation_input_tokens")
_STRANGE = re.compile(r"[^\x21-\x7e]")

_MEANT: Mapping[str, Stop] = {stop.value: stop for stop in Stop if stop is not Stop.OTHER}


def reply_of(body: bytes) -> Any:
    """The JSON of a reply, without letters that no database takes. Raises ``ValueError`` and ``RecursionError``."""
    return _plain(json.loads(body))


def label(value: Any) -> str:
    """A model's or a request's name, which is kept, logged and printed: what is not plain becomes a question mark."""
    return _STRANGE.sub("?", value)[:MOST_LABEL] if isinstance(value, str) else ""


def thought_of(body: Any, prompt: Prompt, request: str, seconds: float) -> Thought:
    """What a reply says. Raises ``NotThought``, charged, when it is not one."""
    if not isinstance(body, Mapping) or body.get("type") != "message":
        raise unreadable("it is no message", request)
    blocks = body.get("content")
    if not isinstance(blocks, Sequence) or not all(isinstance(block, Mapping) for block in blocks):
        raise unreadable("its content is no list of blocks", request)
    calls = tuple(_call(block, request) for block in blocks if block.get("type") == "tool_use")
    return Thought(
        text="".join(_text(block) for block in blocks if block.get("type") == "text"),
        stop=_MEANT.get(str(body.get("stop_reason")), Stop.OTHER),
        usage=_usage(body.get("usage"), prompt, request),
        model=label(body.get("model")),
        calls=calls,
        request=request,
        seconds=seconds,
        verbatim=_verbatim(blocks) if calls else "",
    )


def unusable(thought: Thought, prompt: Prompt) -> NotThought | None:
    """Why a thought that came back, and was paid for, is not to be used; ``None`` when it is.

    Whether its words are true is not asked here.
    """
    if (ended := _ENDED.get(thought.stop)) is not None:
        return NotThought(ended[0], f"{ended[1]}{_id(thought.request)}")
    if thought.stop is Stop.TOOLS and thought.calls:
        return None
    if not thought.text.strip():
        return NotThought(Silence.GARBAGE, f"Claude answered with nothing{_id(thought.request)}")
    if prompt.answer is not None and not _is_object(thought.text):
        return NotThought(Silence.GARBAGE, f"Claude's answer is not the JSON asked for{_id(thought.request)}")
    return None


def unreadable(what: str, request: str = "") -> NotThought:
    """A reply that was paid for and cannot be read."""
    hint = "If it stays so, see that ANTHROPIC_BASE_URL leads to Claude and not to a page of a proxy"
    said = f"Claude's reply cannot be read: {what}{_id(request)}"
    return NotThought(Silence.GARBAGE, said, hint=hint, charged=True)


_ENDED: Mapping[Stop, tuple[Silence, str]] = {
    Stop.REFUSAL: (Silence.REFUSED, "Claude declined to answer"),
    Stop.LENGTH: (Silence.CUT, "Claude's answer was longer than asked for and was cut"),
    Stop.WINDOW: (Silence.CUT, "The question and its answer are longer than the model can hold"),
    Stop.PAUSE: (Silence.CUT, "Claude paused in the middle of its answer"),
    Stop.OTHER: (
        Silence.GARBAGE,
        "Claude stopped for a reason this version does not know; look for a newer one",
    ),
}


def _text(block: Mapping[str, Any]) -> str:
    text = block.get("text")
    return text if isinstance(text, str) else ""


def _call(block: Mapping[str, Any], request: str) -> Call:
    id_, name, given = block.get("id"), block.get("name"), block.get("input")
    if not isinstance(id_, str) or not isinstance(name, str) or not isinstance(given, Mapping):
        raise unreadable("a call in it has no name or no arguments", request)
    return Call(id=id_, name=name, arguments=dict(given))


def _verbatim(blocks: Sequence[Mapping[str, Any]]) -> str:
    """All blocks, where there is one that only its vendor can read; else our own nouns say the same."""
    if not any(block.get("type") in THINKING for block in blocks):
        return ""
    return json.dumps([{k: v for k, v in block.items() if v is not None} for block in blocks], ensure_ascii=False)


def _usage(given: Any, prompt: Prompt, request: str) -> Usage:
    """What was used, if it can be. What is believed never costs more than what was held: the bounds are the same."""
    if not isinstance(given, Mapping) or not _is_told(given):
        raise unreadable("it does not say what was used", request)
    used = usage_of(given)
    if used.read + used.cached + used.kept + used.kept_long > most_read(bytes_of(prompt)):
        raise unreadable("it counts more than it was sent", request)
    if used.written > prompt.most:
        raise unreadable("it counts more than it was asked for", request)
    return used


def _is_told(given: Mapping[str, Any]) -> bool:
    counts = [given.get(name) for name in _COUNTS] + [given.get(name) or 0 for name in _CACHE_COUNTS]
    return all(isinstance(each, int) and not isinstance(each, bool) and each >= 0 for each in counts)


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return words(value)
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return {_plain(name): _plain(each) for name, each in value.items()} if isinstance(value, dict) else value


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def _id(request: str) -> str:
    return f" ({request})" if request else ""
