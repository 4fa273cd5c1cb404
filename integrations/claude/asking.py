"""From a prompt of ours to a request of Claude's: nothing is added, and the fixed part is the same bytes each time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from models.thoughts import Prompt, Purpose, Tool, Turn

Body = dict[str, Any]


def request_of(prompt: Prompt, model: str, effort: str) -> Body:
    """The arguments of ``messages.create``; ``effort`` empty leaves it to the model."""
    body: Body = {
        "model": model,
        "max_tokens": prompt.most,
        "system": _system(prompt),
        "messages": [message for turn in prompt.turns if (message := _message(turn)) is not None],
    }
    if prompt.tools:
        body["tools"] = [_tool(tool) for tool in prompt.tools]
    if config := _output(prompt, effort):
        body["output_config"] = config
    return body


def _system(prompt: Prompt) -> list[Body]:
    """The fixed texts, the cache's end at the last of them: tools stand before it, so they are kept with it.

    Only where another call follows within the five minutes they are kept: keeping costs a quarter more than reading.
    """
    blocks: list[Body] = [{"type": "text", "text": text} for text in prompt.fixed if text]
    if blocks and prompt.purpose is Purpose.TALK:
        blocks[-1]["cache_control"] = {"type": "ephemeral"}
    return blocks


def _output(prompt: Prompt, effort: str) -> Body:
    config: Body = {"effort": effort} if effort else {}
    if prompt.answer is not None:
        config["format"] = {"type": "json_schema", "schema": dict(prompt.answer)}
    return config


def _tool(tool: Tool) -> Body:
    return {"name": tool.name, "description": tool.description, "input_schema": dict(tool.schema)}


def _message(turn: Turn) -> Body | None:
    """One turn; ``None`` when nothing is said in it, which the API refuses."""
    said = list(_ours(turn) if turn.ours else _theirs(turn))
    return {"role": "user" if turn.ours else "assistant", "content": said} if said else None


def _ours(turn: Turn) -> Iterator[Body]:
    """Results stand before words: the API wants them first."""
    for result in turn.results:
        block: Body = {"type": "tool_result", "tool_use_id": result.call, "content": result.text or "(nothing)"}
        yield block | ({"is_error": True} if result.failed else {})
    if turn.text:
        yield {"type": "text", "text": turn.text}


def _theirs(turn: Turn) -> Iterator[Body]:
    """What the model said, word for word where it thought before its calls: the API checks that."""
    if turn.verbatim:
        yield from json.loads(turn.verbatim)
        return
    if turn.text:
        yield {"type": "text", "text": turn.text}
    for call in turn.calls:
        yield {"type": "tool_use", "id": call.id, "name": call.name, "input": dict(call.arguments)}
