"""Shapes that a model's JSON is held to: of an object every property is asked for, and no other is taken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def object_of(**properties: Any) -> Mapping[str, Any]:
    """The JSON schema of an object with these properties and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": sorted(properties),
        "additionalProperties": False,
    }
