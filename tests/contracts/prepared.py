"""A JSON schema made quick to ask: references followed once, what is cheap asked first; every verdict stays the same.

Ours asked as many as half a million times in one run, of which nine in ten were branches of a choice that is not the
one meant. A choice is made by the first complaint of a branch; only when none fits are all complaints gathered, by
the library's own function, so that they read as ever. ``test_prepared.py`` compares with the library alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema.validators import extend

CHEAP = ("type", "const", "enum", "required", "minLength", "maxLength", "properties", "additionalProperties")
"""Keywords that tell a wrong branch soonest, in this order; the others follow as they are written."""

NO_RULE = frozenset({"$schema", "$id", "$defs", "definitions"})
"""Keys at the top of a file that say nothing about what is asked."""


def prepared(kind: Any, schema: Mapping[str, Any]) -> Any:
    """A validator like ``kind(schema)``; every reference in it leads to the same file and stands alone."""
    whole = _Schema(schema).of({key: value for key, value in schema.items() if key not in NO_RULE})
    quick = extend(kind, {"anyOf": _any_of(kind), "oneOf": _one_of(kind)})
    return quick(whole)


class _Schema:
    """One file, and the places in it that have been led to."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        self.root = root
        self.places: dict[str, Any] = {}

    def of(self, node: Any) -> Any:
        """``node`` without references, its keywords in the cheapest order."""
        if isinstance(node, list):
            return [self.of(each) for each in node]
        if not isinstance(node, dict):
            return node
        if isinstance(node.get("$ref"), str):
            assert len(node) == 1, f"beside {node['$ref']} something else is asked for: {sorted(node)}"
            return self._at(node["$ref"])
        return {key: self._words(key, node[key]) for key in sorted(node, key=_cost)}

    def _words(self, key: str, value: Any) -> Any:
        """What stands after a keyword: names of properties are no keywords, and examples no schemas."""
        if key in {"const", "enum", "default", "examples", "required"}:
            return value
        if key == "properties":
            return {name: self.of(value[name]) for name in sorted(value, key=lambda name: name != "type")}
        return self.of(value)

    def _at(self, place: str) -> Any:
        if place not in self.places:
            found: Any = self.root
            for step in place.removeprefix("#/").split("/"):
                found = found[step]
            if "$ref" in found:
                return self.places.setdefault(place, self._at(found["$ref"]))
            self.places[place] = held = {}  # may lead to itself
            held.update(self.of(found))
        return self.places[place]


def _cost(keyword: str) -> int:
    return CHEAP.index(keyword) if keyword in CHEAP else len(CHEAP)


def _fits(validator: Any, instance: Any, branch: Any) -> bool:
    return not _of_another_type(instance, branch) and next(validator.descend(instance, branch), None) is None


def _of_another_type(instance: Any, branch: Any) -> bool:
    """Whether ``type`` is one fixed word in the branch, and another in the instance: most branches go here."""
    word = branch.get("properties", {}).get("type", {}).get("const")
    return isinstance(word, str) and isinstance(instance, dict) and instance.get("type", word) != word


def _any_of(kind: Any) -> Any:
    def any_of(validator: Any, branches: Any, instance: Any, schema: Any) -> Iterator[Any]:
        if not any(_fits(validator, instance, branch) for branch in branches):
            yield from kind.VALIDATORS["anyOf"](validator, branches, instance, schema)

    return any_of


def _one_of(kind: Any) -> Any:
    def one_of(validator: Any, branches: Any, instance: Any, schema: Any) -> Iterator[Any]:
        if sum(_fits(validator, instance, branch) for branch in branches) != 1:
            yield from kind.VALIDATORS["oneOf"](validator, branches, instance, schema)

    return one_of
