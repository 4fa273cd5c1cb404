"""Where the figures of a sprint stand on a line, by the names above them: found by name, or refused by name."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.errors import PMAgentError

NAMES = (
    "boardid",
    "sprintid",
    "name",
    "vel_diff",
    "planday",
    "no_issue_starttime",
    "vel_starttime",
    "no_issue_added",
    "vel_added",
    "no_issue_removed",
    "vel_removed",
    "no_issuetodo",
    "vel_todo",
    "no_issueinprogress",
    "vel_inprogress",
    "no_issuedone",
    "vel_done",
    "no_admin",
    "no_teammember",
)
"""Of the published files, in their order."""

LARGEST = 1_000_000_000
"""What a figure may be at most, either way: nothing that is counted in a sprint comes near it."""

_NAME = "name"
_UNUSED = frozenset({_NAME, "planday", "vel_todo", "vel_inprogress", "no_admin"})
_SHOWN = 40
"""Characters of a cell that are quoted."""


class BrokenFile(PMAgentError):
    """A file or a line that cannot be read, by name and number."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each figure stands: counted from the left before the sprint's name, from the right behind it."""

    places: Mapping[str, int]
    width: int
    """Columns that a line has at least."""
    exact: bool = False
    """Whether a line has no more of them: there is no name that may hold commas."""

    def figures(self, line: str, place: str) -> Mapping[str, float]:
        """The figures of one line by their names; ``place`` is how it is called. Raises ``BrokenFile``."""
        cells = line.split(",")
        if len(cells) < self.width or (self.exact and len(cells) > self.width):
            raise BrokenFile(f"{place}: {self.width} columns are needed, and it has {len(cells)}")
        return {name: _number(cells[at], name, place) for name, at in self.places.items()}


def columns_of(header: str, place: str) -> Columns:
    """What the line of titles says; where it has none of our names in another place, that of the published files.

    Raises ``BrokenFile`` where some of our names stand elsewhere and others are missing.
    """
    titles = [title.strip().strip('"').casefold() for title in header.split(",")]
    known = Counter(title for title in titles if title in NAMES)
    lacking = [name for name in NAMES if name not in known and name not in _UNUSED]
    twice = [name for name, times in known.items() if times > 1]
    if not lacking and not twice:
        return _by_name(titles)
    where_expected = len(titles) == len(NAMES) and all(titles[NAMES.index(name)] == name for name in known)
    if not known or (where_expected and not twice):
        return _by_name(NAMES)
    if twice:
        raise BrokenFile(f"{place}: the column {twice[0]} stands there twice")
    more = f" and {len(lacking) - 1} more" if len(lacking) > 1 else ""
    raise BrokenFile(f"{place}: the column {lacking[0]}{more} is missing, or called otherwise")


def _by_name(titles: Sequence[str]) -> Columns:
    """Every figure under its own title; a sprint's name may hold commas, so that the rest is counted from the right."""
    named = titles.index(_NAME) if _NAME in titles else len(titles)
    places = {name: at if at < named else at - len(titles) for at, name in enumerate(titles) if name in NAMES}
    used = {name: at for name, at in places.items() if name not in _UNUSED}
    return Columns(used, len(titles), exact=_NAME not in titles)


def _number(cell: str, name: str, place: str) -> float:
    try:
        number = float(cell)
    except ValueError:
        number = math.nan
    if math.isnan(number):
        raise BrokenFile(f"{place}: {_quoted(cell)} is not a number ({name})")
    if abs(number) > LARGEST:
        raise BrokenFile(f"{place}: {_quoted(cell)} is too large; {name} is at most {LARGEST:,}")
    return number


def _quoted(cell: str) -> str:
    plain = cell.strip()
    return repr(plain if len(plain) <= _SHOWN else f"{plain[:_SHOWN]}…")
