"""The vendor's description of its interface, as far as one is here: the types its SDK is generated with."""

from __future__ import annotations

import collections.abc
import types
import typing
from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter
from typing_extensions import get_type_hints, is_typeddict

# The SDK is imported where it is asked: reading it in takes half a second of every process that reads in the tests.

MANY = (collections.abc.Iterable, collections.abc.Sequence, list)


def check_request(body: Mapping[str, Any]) -> None:
    """Every field of a request is one the description has, and of its type."""
    from anthropic.types import message_create_params as described

    streamed = body.get("stream")
    kind = described.MessageCreateParamsStreaming if streamed else described.MessageCreateParamsNonStreaming
    assert (wrong := _wrong(body, kind)) == "", wrong


def check_reply(message: Mapping[str, Any]) -> None:
    """The same for a reply."""
    from anthropic.types import Message

    _strict(Message, message)


def check_event(event: Mapping[str, Any]) -> None:
    """The same for one event of a stream."""
    from anthropic.types import RawMessageStreamEvent

    if event["type"] not in ("ping", "error"):
        _strict(RawMessageStreamEvent, event)


def _wrong(value: Any, kind: Any) -> str:
    """The first thing in ``value`` that ``kind`` does not have; empty when there is none."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if is_typeddict(kind):
        return _wrong_fields(value, kind)
    if origin in (typing.Union, types.UnionType):
        found = [_wrong(value, each) for each in inner]
        return "" if "" in found else max(found, key=len)
    if origin is typing.Literal:
        return "" if value in inner else f"{value!r} is none of {inner}"
    if origin is not None and typing.get_origin(kind) in (typing.Annotated,):
        return _wrong(value, inner[0])
    if origin in MANY or "SequenceNotStr" in str(kind):
        return _first(_wrong(each, inner[0]) for each in value) if isinstance(value, list) else f"{value!r}: no list"
    if origin in (dict, collections.abc.Mapping):
        return "" if isinstance(value, Mapping) else f"{value!r}: no object"
    return "" if kind in (object, Any) or isinstance(value, kind) else f"{value!r} is no {kind}"


def _wrong_fields(value: Any, kind: Any) -> str:
    if not isinstance(value, Mapping):
        return f"{value!r}: no object"
    fields = get_type_hints(kind)
    if strange := set(value) - set(fields):
        return f"{kind.__name__} has no {', '.join(sorted(strange))}"
    if missing := kind.__required_keys__ - set(value):
        return f"{kind.__name__} needs {', '.join(sorted(missing))}"
    return _first(f"{kind.__name__}.{n}: {said}" for n, each in value.items() if (said := _wrong(each, fields[n])))


def _first(complaints: typing.Iterable[str]) -> str:
    return next((each for each in complaints if each), "")


def _strict(kind: Any, given: Mapping[str, Any]) -> None:
    read = TypeAdapter(kind).validate_python(dict(given))
    assert not _extra(read), f"fields the description does not have: {_extra(read)}"


def _extra(read: Any) -> list[str]:
    """Fields that were taken although no type has them."""
    if isinstance(read, list):
        return [name for each in read for name in _extra(each)]
    own = list(getattr(read, "model_extra", None) or {})
    inside = [getattr(read, name) for name in getattr(type(read), "model_fields", {})]
    return own + [name for each in inside for name in _extra(each)]
