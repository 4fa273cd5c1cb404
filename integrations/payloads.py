"""Reading JSON that somebody else wrote: every reader answers with what is there, or with nothing, and never raises."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from models.events import Delivery

_MOST_MILLISECONDS = 253_402_300_799_000
"""The last millisecond of the year 9999."""


_DIGITS = re.compile(r"[0-9]{1,18}")


def said(delivery: Delivery) -> Mapping[str, Any] | None:
    """The JSON object a delivery's body is, or ``None``."""
    if delivery.said is not None:
        return delivery.said
    try:
        value = json.loads(delivery.body)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def inside(value: Any, *path: str) -> Any:
    """What lies at ``path`` in nested objects, or ``None``."""
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def rows(value: Any) -> list[Any]:
    """``value`` when it is a list, else nothing."""
    return value if isinstance(value, list) else []


def words(value: Any) -> str:
    """``value`` when it is a string, without the lone surrogates and null characters that no database takes."""
    if not isinstance(value, str):
        return ""
    sound = value if value.isascii() else value.encode("utf-8", "replace").decode()
    return sound.replace("\x00", "")


def whole(value: Any) -> int | None:
    """A positive whole number, also when written in digits; ``None`` for anything else."""
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**18 else None


def instant(value: Any) -> datetime | None:
    """An instant in UTC from an ISO form (``+0200`` without a colon included) or from epoch milliseconds."""
    try:
        if isinstance(value, str):
            moment = datetime.fromisoformat(value)
            return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        if isinstance(value, int) and not isinstance(value, bool) and 0 < value < _MOST_MILLISECONDS:
            return datetime.fromtimestamp(value / 1000, UTC)
    except (ValueError, OverflowError):
        return None
    return None


def web_address(value: Any) -> str | None:
    """``value`` when it is an http(s) address without blanks, quotes or angle brackets."""
    return value if isinstance(value, str) and re.fullmatch(r"https?://[^\s<>\"]{1,2000}", value) else None
