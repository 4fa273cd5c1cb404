"""What is asked of the very same thing again and again, within one look or from one to the next, is worked out once."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

P = ParamSpec("P")
T = TypeVar("T")

_NOTHING = object()


def once(ask: Callable[P, T]) -> Callable[P, T]:
    """``ask``, of one thing or two, remembering its last answer for as long as it is asked of the same.

    The same means identical, so they must be things that never change: a constitution, a team, a snapshot, the issues
    of a mirror that nobody has written to since.
    """
    last: tuple[object, object, Any] = (_NOTHING, _NOTHING, None)

    def asked(one: Any, two: Any = _NOTHING) -> Any:
        nonlocal last
        first, second, answer = last  # read and written whole: no thread can see half of it
        if one is not first or two is not second:
            answer = cast(Any, ask)(one) if two is _NOTHING else cast(Any, ask)(one, two)
            last = (one, two, answer)
        return answer

    return cast("Callable[P, T]", wraps(ask)(asked))


def once_for_each(ask: Callable[P, T]) -> Callable[P, T]:
    """As ``once``, of one thing and a word about it: the answer about every word is remembered."""
    last: tuple[object, dict[Any, Any]] = (_NOTHING, {})

    def asked(one: Any, word: Any) -> Any:
        nonlocal last
        first, answers = last
        if one is not first:
            last = (one, answers := {})
        if word not in answers:
            answers[word] = cast(Any, ask)(one, word)
        return answers[word]

    return cast("Callable[P, T]", wraps(ask)(asked))
