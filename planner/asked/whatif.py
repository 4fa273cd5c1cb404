"""What is asked of forecasts: whether a sprint is made, with all of its tickets or without some; how often they held.

The ways in which tickets are left out of a question; which sprint is meant, and what else is asked, is found elsewhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

MOST = 10
"""Tickets that are left out of one question."""

_KEY = r"(?:[a-z][a-z0-9_]{1,30}-)?\d{1,9}"
_THING = rf"(?:(?:the )?(?:ticket|issue|story|bug|task) )?#?{_KEY}"
_THINGS = rf"{_THING}(?:(?:\s*,\s*(?:and )?|\s+(?:and|or|plus)\s+|\s*&\s*|\s+){_THING})*"
_DO = r"(?:drop|remove|cut|skip|descope|postpone|move|take out|leave out|move out|throw out|take|leave|get rid of)"
_DID = r"(?:dropp|remov|cutt|skipp|descop|postpon|mov|tak|leav)(?:ed|ing)(?: out)?|took out|left out|were without"
_WHERE = (
    r"(?: out| away)?(?: (?:of|from) (?:the |this |our )?(?:current |running )?sprint"
    r"| (?:in)?to (?:the )?(?:next (?:sprint|one)|backlog))?"
)
_WITHOUT = re.compile(
    rf"(?P<head>.*?)\b(?:without|if (?:we|i|you|they|somebody) (?:just |would |could )*(?:{_DO}|{_DID})|{_DID}"
    rf"|(?P<stated>^(?:we|i) (?:{_DO}|{_DID}))|(?<![\w\s])(?:drop|descope|cut|leave out|take out))"
    rf" (?P<things>{_THINGS}){_WHERE}\b(?P<tail>.*)",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class AskForecast:
    """Will a sprint be made?"""

    sprint: str | None = None
    typed: str = field(default="", compare=False)
    without: tuple[str, ...] = ()
    """Keys in capitals, or bare numbers, of tickets that are thought away."""


@dataclass(frozen=True, slots=True)
class AskHitRate:
    """How often did what was foretold come true?"""


@dataclass(frozen=True, slots=True)
class Without:
    """A question that leaves tickets out, and what stands before and behind them."""

    head: str
    things: tuple[str, ...]
    tail: str
    stated: bool
    """Whether it is only said that they go, so that what is asked must stand behind it."""


def without_of(said: str) -> Without | None:
    """The tickets that ``said`` leaves out; ``None`` where it leaves none out."""
    found = _WITHOUT.fullmatch(said.strip())
    if found is None:
        return None
    keys = re.findall(rf"#?({_KEY})", re.sub(r"\b(?:ticket|issue|story|bug|task)\b", " ", found["things"]), re.I)
    things = tuple(dict.fromkeys(key.upper() for key in keys))[:MOST]
    return Without(found["head"].strip(" ,"), things, found["tail"].strip(" ,"), found["stated"] is not None)
