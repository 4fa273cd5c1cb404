"""How the constitution writes a length of time, a share, a time of day, a zone and a list of words."""

from __future__ import annotations

import re
from datetime import time
from difflib import get_close_matches
from functools import cache
from typing import Annotated, Any
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, PlainSerializer

from models.spans import Span

_TIME_OF_DAY = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)


class Node(BaseModel):
    """A frozen value that refuses keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


def time_of_day(value: Any) -> time:
    """``"09:00"``; an unquoted 9:00 reaches us as YAML's sexagesimal 540. Raises ``ValueError``."""
    if isinstance(value, time):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        value = f"{value // 60:02d}:{value % 60:02d}"
    match = _TIME_OF_DAY.fullmatch(str(value).strip())
    if match is None:
        raise ValueError(f"{value!r} is not a time of day; write for example '09:30'")
    return time(int(match[1]), int(match[2]))


def _span(value: Any) -> Span:
    return value if isinstance(value, Span) else Span.parse(str(value))


def _share(value: Any) -> float:
    """``60%`` or ``0.6`` as a fraction of one."""
    text = str(value).strip()
    try:
        number = float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1:
        raise ValueError(f"{value!r} is not a share; write for example '60%'")
    return number


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())  # walks the zone files: once is enough


def _iana(value: str) -> str:
    if value not in _zones():
        city = {zone.rpartition("/")[2].casefold(): zone for zone in sorted(_zones()) if "/" in zone}
        named = city.get(value.strip().replace(" ", "_").casefold())
        example = named or next(iter(get_close_matches(value, _zones(), n=1)), "Europe/Berlin")
        raise ValueError(f"{value[:60]!r} is not an IANA time zone; write for example {example!r}")
    return value


def zone_named(value: str) -> str:
    """``value`` when it is an IANA time zone. Raises ``ValueError`` with one that may be meant."""
    return _iana(value)


def _hours_and_minutes(value: time) -> str:
    return f"{value:%H:%M}"


def _words(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Length = Annotated[Span, BeforeValidator(_span), PlainSerializer(str, when_used="json")]
Share = Annotated[float, BeforeValidator(_share)]
ClockTime = Annotated[time, BeforeValidator(time_of_day), PlainSerializer(_hours_and_minutes, when_used="json")]
Zone = Annotated[str, AfterValidator(_iana)]
Words = Annotated[tuple[str, ...], BeforeValidator(_words)]
"""One word, or a list of them."""
