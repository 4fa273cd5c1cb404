"""No secret goes out in a question to a model, and none comes in with its answer; what stands beside one stays."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from models.errors import NotThought
from models.redaction import Redactor
from models.thoughts import Prompt, Thought, Turn


def discreet(prompt: Prompt, redact: Redactor) -> Prompt:
    """``prompt`` without secrets. What has none comes out as it went in, byte for byte."""
    fixed = tuple(_fixed(text, redact) for text in prompt.fixed)
    return replace(prompt, fixed=fixed, turns=tuple(_turn(turn, redact) for turn in prompt.turns))


@lru_cache(maxsize=32)
def _fixed(text: str, redact: Redactor) -> str:
    """The same long texts come in every call."""
    return redact(text)


def _turn(turn: Turn, redact: Redactor) -> Turn:
    results = tuple(replace(result, text=redact.rows(result.text)) for result in turn.results)
    calls = tuple(replace(call, arguments=_arguments(call.arguments, redact)) for call in turn.calls)
    said = _verbatim(turn.verbatim, redact)
    return replace(turn, text=redact.rows(turn.text), calls=calls, results=results, verbatim=said)


def _verbatim(said: str, redact: Redactor) -> str:
    """What a vendor wants back word for word: it checks its own thinking, and not what the model called for or said."""
    if not said:
        return said
    blocks = json.loads(said)
    kept = [each if "thinking" in str(each.get("type")) else _block(each, redact) for each in blocks]
    return said if kept == blocks else json.dumps(kept)


def _block(block: Mapping[str, Any], redact: Redactor) -> Mapping[str, Any]:
    return {key: value if key in ("type", "id", "name") else redact.inside(value) for key, value in block.items()}


def heard(thought: Thought, redact: Redactor) -> Thought:
    """``thought`` without secrets: what is kept, done or posted comes from it."""
    calls = tuple(replace(call, arguments=_arguments(call.arguments, redact)) for call in thought.calls)
    return replace(thought, text=redact.rows(thought.text), calls=calls, verbatim=_verbatim(thought.verbatim, redact))


def _arguments(arguments: Mapping[str, Any], redact: Redactor) -> Mapping[str, Any]:
    return {name: redact.inside(value) for name, value in arguments.items()}


def told(silence: NotThought, redact: Redactor) -> NotThought:
    """The same failure, its words without secrets: a vendor may repeat what it was sent."""
    return NotThought(
        silence.why,
        redact(str(silence.args[0])),
        hint=redact(silence.hint),
        retry_after=silence.retry_after,
        charged=silence.charged,
    )
