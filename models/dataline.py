"""Data on one line of JSON, safe to stand among words: nothing in it looks like a tag."""

from __future__ import annotations

import json


def as_data(value: object) -> str:
    """JSON on one line in which no ``<``, ``>`` or ``&`` stands as itself."""
    told = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return told.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
