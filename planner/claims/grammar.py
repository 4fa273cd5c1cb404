"""Tells whether a sentence fits a rule, where rules are written as text: words, choices, what may be left out.

``<a> | b`` is a choice, ``[b]`` may be left out, ``( )`` groups, ``<name>`` is another rule or a class of words.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

_SIGN = re.compile(r"[\[\]()|]|[^\s\[\]()|]+")


@dataclass(frozen=True, slots=True)
class _Word:
    text: str


@dataclass(frozen=True, slots=True)
class _Rule:
    name: str


@dataclass(frozen=True, slots=True)
class _Row:
    parts: tuple[_Part, ...] = ()


@dataclass(frozen=True, slots=True)
class _Choice:
    ways: tuple[_Part, ...]


_Part = _Word | _Rule | _Row | _Choice


class Grammar:
    """Rules by name. None may begin with itself."""

    def __init__(self, rules: str, classes: Mapping[str, Collection[str]]) -> None:
        """``rules``: ``name = …`` each, what is indented goes on. Raises ``KeyError`` for a rule that is missing."""
        lines = re.sub(r"\n +", " ", rules.strip()).splitlines()
        pairs = (line.split(" = ", 1) for line in lines if line)
        self._rules: dict[str, _Part] = {name.strip(): _parsed(_SIGN.findall(text)) for name, text in pairs}
        self._classes = {name: frozenset(each) for name, each in classes.items()}
        for name in re.findall(r"<(\w+)>", rules):
            if name not in self._classes:
                self._rules[name]

    def fits(self, rule: str, said: Sequence[str]) -> bool:
        """Whether all of ``said``, word by word, is what ``rule`` says."""
        return len(said) in _Reader(self._rules, self._classes, said).ends(_Rule(rule), 0)


class _Reader:
    """One sentence. Each rule is tried once at each place, so time grows with the sentence and not with the ways."""

    def __init__(self, rules: Mapping[str, _Part], classes: Mapping[str, frozenset[str]], said: Sequence[str]) -> None:
        self._rules, self._classes, self._said = rules, classes, said
        self._known = dict[tuple[str, int], frozenset[int]]()

    def ends(self, part: _Part, at: int) -> frozenset[int]:
        """The places at which ``part`` can end when it begins at ``at``."""
        match part:
            case _Word(text):
                return frozenset({at + 1}) if self._said[at : at + 1] == [text] else frozenset()
            case _Row(parts):
                begins = frozenset({at})
                return reduce(lambda places, each: self._after(each, places), parts, begins)
            case _Choice(ways):
                return frozenset[int]().union(*(self.ends(each, at) for each in ways))
            case _Rule(name):
                return self._named(name, at)

    def _after(self, part: _Part, places: frozenset[int]) -> frozenset[int]:
        return frozenset[int]().union(*(self.ends(part, place) for place in places))

    def _named(self, name: str, at: int) -> frozenset[int]:
        if name in self._classes:
            return frozenset({at + 1} if set(self._said[at : at + 1]) & self._classes[name] else ())
        if (name, at) not in self._known:
            self._known[name, at] = self.ends(self._rules[name], at)
        return self._known[name, at]


def _parsed(signs: list[str]) -> _Part:
    """What stands up to the next closing sign, which is taken off as well."""
    ways, row = list[_Part](), list[_Part]()
    while signs:
        sign = signs.pop(0)
        if sign in {")", "]"}:
            break
        if sign == "|":
            ways.append(_Row(tuple(row)))
            row = []
        else:
            row.append(_part(sign, signs))
    return _Choice((*ways, _Row(tuple(row)))) if ways else _Row(tuple(row))


def _part(sign: str, signs: list[str]) -> _Part:
    if sign == "(":
        return _parsed(signs)
    if sign == "[":
        return _Choice((_parsed(signs), _Row()))
    return _Rule(sign[1:-1]) if sign[0] == "<" else _Word(sign)
