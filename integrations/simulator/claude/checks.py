"""What the Messages API refuses, said the way it says it: every request of ours is held against these rules."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from integrations.simulator.claude.schemas import unsupported

NEWEST = "2026-10-21"
"""The version of the interface from which on sampling parameters and fixed thinking budgets are refused."""

MODELS = ("claude-haiku-", "claude-sonnet-", "claude-opus-", "claude-fable-")
"""Beginnings of the names that exist."""

_FIELDS = frozenset(
    ("model", "messages", "max_tokens", "system", "tools", "tool_choice", "stream", "stop_sequences", "metadata")
    + ("output_config", "thinking", "cache_control", "diagnostics", "service_tier", "speed", "inference_geo")
    + ("container", "context_management", "mcp_servers", "betas", "fallbacks", "temperature", "top_p", "top_k")
)
_GONE = ("temperature", "top_p", "top_k")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,128}")
_EFFORTS = ("low", "medium", "high", "xhigh", "max")
_TTL = ("5m", "1h")

BREAKPOINTS = 4
"""Cache breakpoints of one request at most."""


class Wrong(Exception):
    """A request that is refused: ``kind`` is the vendor's name for it, ``status`` the HTTP status."""

    def __init__(self, words: str, status: int = 400, kind: str = "invalid_request_error") -> None:
        super().__init__(words)
        self.words, self.status, self.kind = words, status, kind


def check(body: Any, version: str, *, counting: bool = False) -> None:
    """Raises ``Wrong`` for the first thing the API would refuse."""
    if not isinstance(body, Mapping):
        raise Wrong("the body is not a JSON object")
    for words in _wrong(body, version, counting):
        raise Wrong(words)
    if not str(body["model"]).startswith(MODELS):
        raise Wrong(f"model: {body['model']}", 404, "not_found_error")


def _wrong(body: Mapping[str, Any], version: str, counting: bool) -> Iterator[str]:
    for name in ("model", "messages", *(() if counting else ("max_tokens",))):
        if name not in body:
            yield f"{name}: Field required"
    most = body.get("max_tokens", 1)
    if not isinstance(most, int) or isinstance(most, bool) or most < 0:
        yield "max_tokens: Input should be a valid non-negative integer"
    if version >= NEWEST:
        yield from _newest(body)
    yield from _system(body.get("system"))
    yield from _tools(body.get("tools") or ())
    yield from _output(body.get("output_config") or {})
    yield from _messages(body["messages"])
    yield from _breakpoints(body)


def _newest(body: Mapping[str, Any]) -> Iterator[str]:
    for name in body:
        if name not in _FIELDS:
            yield f"{name}: Extra inputs are not permitted"
    for name in _GONE:
        if name in body:
            yield f"{name}: this parameter is not supported"
    if (body.get("thinking") or {}).get("type") == "enabled":
        yield "thinking.type: 'enabled' is not supported; use 'adaptive'"
    messages = body["messages"]
    if isinstance(messages, Sequence) and messages and messages[-1].get("role") == "assistant":
        yield "messages: this model does not support assistant message prefill"


def _system(system: Any) -> Iterator[str]:
    if system is None or isinstance(system, str):
        return
    for at, block in enumerate(system):
        if block.get("type") != "text" or not isinstance(block.get("text"), str):
            yield f"system.{at}: Input should be a text block"
        elif not block["text"]:
            yield f"system.{at}: text content blocks must be non-empty"


def _tools(tools: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    names = [tool.get("name") for tool in tools]
    if len(set(names)) < len(names):
        yield "tools: Tool names must be unique"
    for at, tool in enumerate(tools):
        if not _NAME.fullmatch(str(tool.get("name", ""))):
            yield f"tools.{at}.name: String should match pattern '^[a-zA-Z0-9_-]{{1,128}}$'"
        schema = tool.get("input_schema")
        if tool.get("type", "custom") == "custom" and (
            not isinstance(schema, Mapping) or schema.get("type") != "object"
        ):
            yield f"tools.{at}.input_schema.type: Input should be 'object'"


def _output(config: Mapping[str, Any]) -> Iterator[str]:
    if config.get("effort") not in (None, *_EFFORTS):
        yield f"output_config.effort: Input should be one of {', '.join(_EFFORTS)}"
    wanted = config.get("format")
    if wanted is None:
        return
    if wanted.get("type") != "json_schema" or not isinstance(wanted.get("schema"), Mapping):
        yield "output_config.format: Input should be of type 'json_schema' with a schema"
    else:
        yield from unsupported(wanted["schema"], "output_config.format.schema")


def _messages(messages: Any) -> Iterator[str]:
    if not isinstance(messages, Sequence) or isinstance(messages, str) or not messages:
        yield "messages: at least one message is required"
        return
    if messages[0].get("role") != "user":
        yield "messages: first message must use the user role"
    open_calls: set[str] = set()
    for at, message in enumerate(messages):
        content = message.get("content")
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
        if message.get("role") not in ("user", "assistant", "system") or not isinstance(blocks, Sequence) or not blocks:
            yield f"messages.{at}: Input should be a user or assistant message with content"
            return
        yield from _blocks(blocks, at)
        if message["role"] == "user":
            yield from _results(blocks, at, open_calls)
        open_calls = {str(b.get("id")) for b in blocks if b.get("type") == "tool_use"}


def _blocks(blocks: Sequence[Mapping[str, Any]], at: int) -> Iterator[str]:
    for number, block in enumerate(blocks):
        if block.get("type") == "text" and not str(block.get("text") or "").strip():
            yield f"messages.{at}.content.{number}: text content blocks must contain non-whitespace text"
        if block.get("type") == "tool_use" and not isinstance(block.get("input"), Mapping):
            yield f"messages.{at}.content.{number}.tool_use.input: Input should be a valid dictionary"


def _results(blocks: Sequence[Mapping[str, Any]], at: int, open_calls: set[str]) -> Iterator[str]:
    """Every call is answered at once, in the next message and before anything is said."""
    given = [str(b.get("tool_use_id")) for b in blocks if b.get("type") == "tool_result"]
    if missing := open_calls - set(given):
        yield f"messages.{at}: `tool_use` ids were found without `tool_result` blocks after: {', '.join(missing)}"
    if strange := set(given) - open_calls:
        yield f"messages.{at}: unexpected `tool_use_id` found in `tool_result` blocks: {', '.join(strange)}"
    kinds = [b.get("type") for b in blocks]
    if open_calls and "text" in kinds and kinds.index("text") < len(given):
        yield f"messages.{at}: `tool_result` blocks must come first in the content"


def _breakpoints(body: Mapping[str, Any]) -> Iterator[str]:
    held = [body, *(body.get("tools") or ())]
    for part in (body.get("system"), *(message["content"] for message in body["messages"])):
        held += part if isinstance(part, list) else ()
    marks = [block["cache_control"] for block in held if isinstance(block, Mapping) and block.get("cache_control")]
    if len(marks) > BREAKPOINTS:
        yield f"A maximum of {BREAKPOINTS} blocks with cache_control may be provided. Found {len(marks)}."
    lasts = [mark.get("ttl", "5m") for mark in marks]
    if any(each not in _TTL for each in lasts):
        yield "cache_control.ttl: Input should be '5m' or '1h'"
    if "5m" in lasts and "1h" in lasts[lasts.index("5m") :]:
        yield "cache_control: a ttl='1h' block must not come after a ttl='5m' block"
