"""What can be said to a prompt nobody knows: a value of the schema that claims as little as it can."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from integrations.simulator.claude.brains.port import Asked, Said


def plain(asked: Asked) -> Said:
    """Words without a claim, or the least value of the schema."""
    if asked.schema is None:
        return Said("There is nothing here that I could add.")
    return Said(json.dumps(least(asked.schema, asked.schema), ensure_ascii=False))


def least(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Any:
    """The least value a schema takes: the first of a choice, an empty list, no words. ``root`` holds ``$defs``."""
    if "$ref" in schema:
        return least(root["$defs"][str(schema["$ref"]).rsplit("/", 1)[-1]], root)
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return schema["enum"][0]
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return least(next((c for c in choices if c.get("type") == "null"), choices[0]), root)
    return _by_type(schema, root)


def _by_type(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Any:
    kind = schema.get("type")
    kind = next((k for k in kind if k == "null"), kind[0]) if isinstance(kind, list) else kind
    if kind == "object":
        needed = schema.get("required", ())
        return {name: least(each, root) for name, each in schema.get("properties", {}).items() if name in needed}
    if kind == "array":
        return [least(schema["items"], root)] * int(schema.get("minItems", 0))
    return {"string": "", "integer": 0, "number": 0, "boolean": False}.get(str(kind))
