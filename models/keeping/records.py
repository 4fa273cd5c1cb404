"""Frozen values to JSON and back, exactly; a value written by an older version is still readable."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from models.ids import named

T = TypeVar("T")
Reader = Callable[[Any], Any]


_AS_IT_IS = frozenset({NoneType, bool, int, float})


def dump(value: Any) -> Any:
    """``value`` as what JSON can hold. An Action carries its ``kind``, by which it is read back."""
    kind = type(value)
    if kind is str:
        return storable(value)
    if kind in _AS_IT_IS:
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, date):
        return value.isoformat()
    return _dump_many(value)


def _dump_many(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {dump(key): dump(item) for key, item in value.items()}
    if isinstance(value, frozenset):
        return sorted(dump(item) for item in value)
    if isinstance(value, tuple | list):
        return [dump(item) for item in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _tag(value) | {name: dump(getattr(value, name)) for name in _names(type(value))}
    raise TypeError(f"{type(value).__name__} has no place in a record")


def load(kind: type[T], data: Any) -> T:
    """The value of ``kind`` that ``dump`` wrote. Unknown keys are ignored, absent ones take their default."""
    value: T = _reader(cast(Any, kind))(data)
    return value


def load_union(kinds: Any, data: Any) -> Any:
    """As ``load`` for a union of values that each have a ``kind``, such as ``Action``."""
    return _reader(kinds)(data)


def fingerprint(value: Any) -> str:
    """20 hex characters that change when anything in ``value`` does."""
    return named(json.dumps(dump(value), sort_keys=True))


def storable(text: str) -> str:
    """PostgreSQL's JSON holds neither NUL nor half a surrogate pair; outside text may contain both."""
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def _tag(value: Any) -> dict[str, str]:
    kind = getattr(type(value), "kind", None)
    return {"kind": kind} if isinstance(kind, str) else {}


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind))


def _same(data: Any) -> Any:
    return data


_PLAIN: Mapping[Any, Reader] = {
    str: _same,
    int: _same,
    bool: _same,
    Any: _same,
    NoneType: _same,
    float: float,
    datetime: datetime.fromisoformat,
    date: date.fromisoformat,
}


@cache
def _reader(hint: Any) -> Reader:
    """What turns JSON back into a value of this type hint."""
    hint = getattr(hint, "__supertype__", hint)
    if hint in _PLAIN:
        return _PLAIN[hint]
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return _union(tuple(get_args(hint)))
    if origin in (tuple, frozenset):
        return _sequence(origin, get_args(hint)[0])
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _mapping(*get_args(hint))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return _record(hint)
    raise TypeError(f"{hint} cannot be read from a record")


def _sequence(build: Callable[[Any], Any], item: Any) -> Reader:
    read = _reader(item)
    return lambda data: build(read(part) for part in data)


def _mapping(key: Any, item: Any) -> Reader:
    read_key, read = _reader(key), _reader(item)
    return lambda data: {read_key(k): read(v) for k, v in data.items()}


def _union(members: tuple[Any, ...]) -> Reader:
    some = [member for member in members if member is not NoneType]
    if len(some) == 1:
        read = _reader(some[0])
        return lambda data: None if data is None else read(data)
    readers = {member.kind: _reader(member) for member in some}
    return lambda data: readers[data["kind"]](data)


def _record(kind: type) -> Reader:
    hints = get_type_hints(kind)
    readers = {name: _reader(hints[name]) for name in _names(kind)}

    def read(data: Mapping[str, Any]) -> Any:
        return kind(**{name: get(data[name]) for name, get in readers.items() if name in data})

    return read
