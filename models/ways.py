"""What Jira lets be done with one issue just now: where it can go from its status, and which priorities it may have."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from models.work import Progress

_UNDONE = re.compile(
    r"\b(won.?t\s*(do|fix)|cancel|reject|declin|abandon|duplicat|obsolet|invalid|discard|drop|will not)", re.IGNORECASE
)
"""Names under which sites end work that was not done."""


@dataclass(frozen=True, slots=True)
class Transition:
    """A way an issue can go from the status it has now. Ids mean nothing on another issue."""

    id: str
    name: str
    to: str
    """Name of the status it leads to."""
    progress: Progress
    needs: tuple[str, ...]
    """Ids of fields its screen demands and has no default for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Possible:
    """What one issue may be given; ``None`` where Jira was not asked or did not answer."""

    transitions: tuple[Transition, ...] | None = None
    priorities: tuple[str, ...] | None = None


def leading_to(ways: Sequence[Transition], name: str) -> list[Transition]:
    """The ways into the status of that name, else those that are called so."""
    return [way for way in ways if same(way.to, name)] or [way for way in ways if same(way.name, name)]


def ending(ways: Sequence[Transition]) -> list[Transition]:
    """The ways into a done status."""
    return [way for way in ways if way.progress is Progress.DONE]


def closing(ways: Sequence[Transition]) -> list[Transition]:
    """The ways that end it undone; where no name says so, every way that ends it."""
    return [way for way in ending(ways) if says_undone(way)] or ending(ways)


def says_undone(way: Transition) -> bool:
    """Whether its name, or that of its status, says that the work was not done."""
    return bool(_UNDONE.search(way.to) or _UNDONE.search(way.name))


def places(ways: Sequence[Transition]) -> tuple[str, ...]:
    """The statuses they lead to, each once."""
    return tuple(dict.fromkeys(way.to for way in ways))


def easiest(ways: Sequence[Transition]) -> Transition:
    """Of several ways to one place the one that wants the least filled in. Raises ``ValueError`` without any."""
    return min(ways, key=lambda way: len(way.needs))


def same(one: str, other: str) -> bool:
    """Whether two names are the same but for spaces and capitals."""
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()
