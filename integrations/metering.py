"""What a model's vendor says was used, in its own words: tokens read, kept, found in the cache and written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.thoughts import Usage


def usage_of(given: Mapping[str, Any]) -> Usage:
    """The ``usage`` of a reply; what is missing or no number counts as nothing.

    What was kept counts as kept for five minutes unless the reply says that it was for an hour.
    """
    split = given.get("cache_creation")
    split = split if isinstance(split, Mapping) else {}
    kept = _count(given.get("cache_creation_input_tokens"))
    long = _count(split.get("ephemeral_1h_input_tokens"))
    return Usage(
        read=_count(given.get("input_tokens")),
        written=_count(given.get("output_tokens")),
        cached=_count(given.get("cache_read_input_tokens")),
        kept=max(0, kept - long),
        kept_long=long,
    )


def _count(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
