"""Whether a value from a mind is of its type all through, so that it can be kept in a record and read again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from functools import cache
from operator import call
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

Check = Callable[[object], bool]

_MISSING = object()


def fits(value: object, hint: Any) -> bool:
    """Whether ``value`` is a ``hint``, and so is everything in it."""
    return check_of(hint)(value)


@cache
def check_of(hint: Any) -> Check:
    """What a value has to pass to be of that type; made once, because every proposal of a look is asked."""
    hint = getattr(hint, "__supertype__", hint)
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return _any_of(get_args(hint))
    if origin is tuple:
        return _tuple_of(check_of(get_args(hint)[0]))
    if is_dataclass(hint):
        return _record_of(hint)
    if hint is date:
        return lambda value: isinstance(value, date) and not isinstance(value, datetime)
    return lambda value: isinstance(value, hint)


def _any_of(hints: tuple[Any, ...]) -> Check:
    """A record is of one kind only, so its own type says which to try."""
    kinds: list[Any] = [hint for hint in hints if is_dataclass(hint)]
    records: dict[Any, Check] = {kind: check_of(kind) for kind in kinds}
    others = [check_of(hint) for hint in hints if hint not in kinds]

    def check(value: object) -> bool:
        of_its_kind = records.get(type(value))
        return of_its_kind(value) if of_its_kind is not None else any(other(value) for other in others)

    return check


def _tuple_of(check: Check) -> Check:
    return lambda value: isinstance(value, tuple) and all(map(check, value))


def _record_of(kind: Any) -> Check:
    hints = get_type_hints(kind)
    names = [field.name for field in fields(kind)]
    checks = [check_of(hints[name]) for name in names]

    def check(value: object) -> bool:
        if type(value) is not kind:
            return False
        return all(map(call, checks, [getattr(value, name, _MISSING) for name in names]))

    return check
