"""The values a field of one issue had, one after the other, from the rows of its history and what it holds now."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from integrations.jira.mapping import KEY, Fields, field_names
from integrations.payloads import inside, instant, rows, words

_NUMBER = re.compile(r"-?\d{1,9}(\.\d{1,6})?")


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a history row: the id of a value, and how it reads."""

    id: str
    words: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row of an issue's history."""

    at: datetime
    names: frozenset[str]
    """Every name of its field, in lower case."""
    before: Side
    after: Side


@dataclass(frozen=True, slots=True)
class Timeline:
    """A field's values, oldest first: ``values[n]`` held from ``since[n]`` on, the first one from the beginning."""

    since: tuple[datetime, ...]
    values: tuple[Any, ...]

    def at(self, when: datetime) -> Any:
        """What it held then."""
        return self.values[max(0, bisect_right(self.since, when) - 1)]


Read = Callable[[Side], Any]
"""A side of a row as the REST API would give the field."""


def rows_of(histories: Any) -> list[Row]:
    """History entries, oldest first, as rows; what cannot be read is left out."""
    found = [
        Row(at, names, _side(item, "from"), _side(item, "to"))
        for entry in rows(histories)
        if (at := instant(inside(entry, "created"))) is not None
        for item in rows(inside(entry, "items"))
        if isinstance(item, dict) and (names := field_names(item))
    ]
    return sorted(found, key=lambda row: row.at)


def timeline(rows: Iterable[Row], names: Iterable[str], read: Read, present: Any, began: datetime) -> Timeline:
    """A field's values from ``began`` on. After its last row it holds what it holds now, whatever the row says:

    a workflow that was changed renames statuses without a row.
    """
    wanted = {name.lower() for name in names}
    mine = [row for row in rows if not wanted.isdisjoint(row.names)]
    if not mine:
        return Timeline((began,), (present,))
    values = [read(mine[0].before), *(read(row.after) for row in mine[:-1]), present]
    return Timeline((began, *(max(began, row.at) for row in mine)), tuple(values))


def reads(fields: Fields, statuses: Mapping[str, Any], own: Any) -> Mapping[str, Read]:
    """How each field of ``own`` is read from a row, by the field's id; sprints and links are read elsewhere."""
    subtask = inside(own, "issuetype", "subtask") is True
    found: dict[str, Read] = {
        "summary": lambda side: side.words,
        "issuetype": lambda side: {"id": side.id, "name": side.words, "subtask": subtask},
        "status": lambda side: _status(side, statuses),
        "assignee": lambda side: {"accountId": side.id} if side.id else None,
        "priority": lambda side: {"id": side.id, "name": side.words} if side.id or side.words else None,
        "labels": lambda side: side.words.split(),
        "duedate": _day,
    }
    found |= dict.fromkeys(fields.points, _points)
    return found | ({fields.flagged: _flag} if fields.flagged else {})


def sprint_ids(side: Side) -> frozenset[int]:
    """The sprints of one side: ``7, 9``. Their names beside them may hold commas and numbers themselves."""
    return frozenset(int(each) for each in re.findall(r"\d{1,18}", side.id))


def blocker_changes(
    rows: Sequence[Row], phrases: Iterable[str]
) -> list[tuple[datetime, frozenset[str], frozenset[str]]]:
    """When which keys ceased to block the issue and which began to, oldest first.

    A row about links says in words which side of which kind it is: ``phrases`` are those of being blocked.
    """
    blocked = tuple(phrase.casefold() for phrase in phrases)
    found = []
    for row in rows:
        if "link" in row.names:
            gone, come = _blockers(row.before, blocked), _blockers(row.after, blocked)
            if gone != come:
                found.append((row.at, gone - come, come - gone))
    return found


def _blockers(side: Side, phrases: Iterable[str]) -> frozenset[str]:
    told = side.words.casefold()
    return frozenset(KEY.findall(side.id)) if any(phrase in told for phrase in phrases) else frozenset()


def _side(item: Mapping[str, Any], name: str) -> Side:
    return Side(words(item.get(name)), words(item.get(f"{name}String")))


def _status(side: Side, statuses: Mapping[str, Any]) -> Any:
    """A status with its category: by its id, by its name where that status is gone, else without one."""
    known = statuses.get(side.id) or statuses.get(side.words.casefold())
    return {"id": side.id, "name": side.words, "statusCategory": inside(known, "statusCategory")}


def _points(side: Side) -> float | None:
    return float(side.words) if _NUMBER.fullmatch(side.words) else None


def _flag(side: Side) -> Any:
    return [{"id": side.id.strip("[]"), "value": side.words}] if side.id or side.words else None


def _day(side: Side) -> str | None:
    for text in (side.id, side.words):
        try:
            return date.fromisoformat(text[:10]).isoformat()
        except ValueError:
            continue
    return None
