"""Which JSON schemas a structured reply cannot be held to: the vendor refuses them, and so do we."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_NOT = (
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength"),
    *("maxItems", "uniqueItems", "minProperties", "maxProperties", "patternProperties", "prefixItems"),
    *("not", "if", "then", "else", "oneOf"),
)
"""Words a schema may not hold."""


def unsupported(schema: Any, at: str) -> Iterator[str]:
    """One line for everything in ``schema`` that is not taken; ``at`` says where it stands."""
    if not isinstance(schema, Mapping):
        return
    yield from (f"{at}: property '{name}' is not supported" for name in _NOT if name in schema)
    if schema.get("minItems", 0) not in (0, 1):
        yield f"{at}: 'minItems' values other than 0 or 1 are not supported"
    if schema.get("type") == "object" and schema.get("additionalProperties") is not False:
        yield f"{at}: for 'object' type, 'additionalProperties' must be explicitly set to false"
    for where, each in _inside(schema):
        yield from unsupported(each, f"{at}.{where}")


def _inside(schema: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name in ("properties", "$defs"):
        yield from ((f"{name}.{key}", each) for key, each in (schema.get(name) or {}).items())
    for name in ("anyOf", "allOf"):
        yield from ((f"{name}.{number}", each) for number, each in enumerate(schema.get(name) or ()))
    yield "items", schema.get("items")
