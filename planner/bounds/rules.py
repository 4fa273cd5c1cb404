"""The constitution's rules by their kind: what every finding and every decision asks for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, TypeVar

from models.directives import Directives
from models.once import once

R = TypeVar("R")


def lines_with(directives: Directives, kind: type[R]) -> tuple[tuple[str, R], ...]:
    """The id and the rule of every line with a rule of ``kind``, in the order of the file."""
    return _by_kind(directives).get(kind, ())


def words_of(rule: str, directives: Directives) -> str:
    """The plain words of a line; empty when there is none of that id."""
    return _words(directives).get(rule, "")


@once
def _by_kind(directives: Directives) -> Mapping[type, tuple[tuple[str, Any], ...]]:
    found: dict[type, list[tuple[str, Any]]] = defaultdict(list)
    for line in directives.lines():
        found[type(line.rule)].append((line.id, line.rule))
    return {kind: tuple(lines) for kind, lines in found.items()}


@once
def _words(directives: Directives) -> Mapping[str, str]:
    words: dict[str, str] = {}
    for line in directives.lines():
        words.setdefault(line.id, line.says)
    return words
