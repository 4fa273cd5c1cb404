"""What came through a door, read with a limit and brought into shape before anybody believes it."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request

from integrations import signatures
from models.errors import Unwelcome

LIMIT = 1_000_000
"""Bytes. Bitbucket sends at most 256 KB, Jira and Slack far less; more is not theirs."""

PATIENCE = 10.0
"""Seconds in which the whole body must have arrived; Slack itself gives up after 3."""

MOST_FIELDS = 200
"""Fields of a form; a slash command has about twenty."""


async def read_body(request: Request, *, limit: int = LIMIT, patience: float = PATIENCE) -> bytes:
    """The body, never holding more than ``limit`` bytes. Raises ``Unwelcome`` 400, 408 or 413."""
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Unwelcome(400, "a compressed body is not accepted")
    announced = request.headers.get("content-length", "0")
    if announced.isascii() and announced.isdigit() and int(announced[:18]) > limit:
        raise Unwelcome(413, f"the body is larger than {limit} bytes")
    try:
        async with asyncio.timeout(patience):
            return await _collect(request, limit)
    except TimeoutError:
        raise Unwelcome(408, "the body did not arrive in time") from None
    except ClientDisconnect:
        raise Unwelcome(400, "the sender hung up") from None


async def _collect(request: Request, limit: int) -> bytes:
    parts = bytearray()
    async for chunk in request.stream():
        parts += chunk
        if len(parts) > limit:
            raise Unwelcome(413, f"the body is larger than {limit} bytes")
    return bytes(parts)


def slack_payload(body: bytes, content_type: str) -> dict[str, Any]:
    """What Slack says in a body whose signature is good: JSON, a form, or a form that holds JSON.

    Raises ``Unwelcome`` 400. We decode it ourselves because Bolt takes any form that mentions the word
    *payload*, such as ``/pm why payload``, for an interactive one and drops it. Nulls are left out:
    Bolt asks some of them for their length.
    """
    json_said = content_type.partition(";")[0].strip().lower() == "application/json"
    if json_said or body.startswith(b"{"):
        payload = signatures.read(body)
    else:
        form = _form(body)
        payload = signatures.read(form["payload"].encode()) if "payload" in form else form
    return in_shape(payload)


def in_shape(payload: dict[str, Any]) -> dict[str, Any]:
    """A payload that has the shape Bolt and we rely on, without its nulls. Raises ``Unwelcome`` 400."""
    if not payload:
        raise Unwelcome(400, "the body says nothing")
    _expect_shape(payload)
    if payload.get("type") == "block_actions" and not _is_pressed(payload.get("actions")):
        raise Unwelcome(400, "it does not say what was pressed")
    return {name: value for name, value in payload.items() if value is not None}


def _is_pressed(actions: object) -> bool:
    """Whether each of ``actions`` has the name by which Bolt looks for a listener, without looking whether it has."""
    return isinstance(actions, list) and bool(actions) and all(isinstance(a.get("action_id"), str) for a in actions)


def _form(body: bytes) -> dict[str, Any]:
    try:
        return dict(parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError:
        raise Unwelcome(400, "the body is neither JSON nor a form that Slack sends") from None


_OBJECTS = ("event", "view", "item", "message", "previous_message", "container", "function_data", "assistant_thread")
_OBJECTS_OR_IDS = ("user", "team", "channel", "enterprise")
_LISTS_OF_OBJECTS = ("actions", "authorizations", "response_urls")
_WORDS = (
    *("type", "command", "trigger_id", "event_id", "callback_id", "response_url", "channel_type", "subtype"),
    *("user_id", "user_name", "team_id", "channel_id", "channel_name", "enterprise_id", "ts", "thread_ts", "action_id"),
)
_LOOKED_INTO = frozenset({*_OBJECTS, *_OBJECTS_OR_IDS, *_LISTS_OF_OBJECTS})


def _expect_shape(value: dict[str, Any]) -> None:
    """Refuse wrong types under the names Bolt and we look at; other names are the sender's own business."""
    for name, inner in value.items():
        if not _fits(name, inner):
            raise Unwelcome(400, f"{name!r} is not what Slack sends there")
        if name in _LOOKED_INTO:
            for child in inner if isinstance(inner, list) else (inner,):
                if isinstance(child, dict):
                    _expect_shape(child)


def _fits(name: str, value: object) -> bool:
    if value is None:
        return True
    if name in _LISTS_OF_OBJECTS:
        return isinstance(value, list) and all(isinstance(v, dict) for v in value)
    if name == "view":  # Bolt asks for its type without looking whether it has one
        return isinstance(value, dict) and isinstance(value.get("type"), str)
    if name in _OBJECTS:
        return isinstance(value, dict)
    if name in _OBJECTS_OR_IDS:
        return isinstance(value, dict | str)
    if name == "text":
        return isinstance(value, str | dict)
    return name not in _WORDS or isinstance(value, str)
