"""The fields and functions of Jira's query language: what a word of a query means for an issue."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from integrations.simulator.company import Company
from integrations.simulator.nouns import Issue

Holds = Callable[[Issue], bool]


class BadQuery(ValueError):
    """Jira would answer 400 with this message."""


_EQUAL = ("=", "!=", "in", "not in", "is", "is not")
_ORDER = (*_EQUAL, ">", ">=", "<", "<=")
SIGNS = (*_ORDER, "~", "!~")


@dataclass(frozen=True, slots=True)
class Field:
    """A field one can ask about."""

    of: Callable[[Company, Issue], Any]
    """The issue's value, or a collection of them."""
    read: Callable[[Company, str, str], Any]
    """A word of the query as such a value. Raises ``BadQuery``."""
    signs: tuple[str, ...] = _EQUAL


def compare(field: Field, sign: str, values: list[Any], company: Company) -> Holds:
    """The test ``field sign values``."""
    negative = sign in ("!=", "not in", "is not", "!~")

    def holds(issue: Issue) -> bool:
        own = field.of(company, issue)
        mine = list(own) if isinstance(own, (tuple, frozenset)) else [own]
        mine = mine or [None]
        if sign in _COMPARE:
            return any(o is not None and v is not None and _COMPARE[sign](o, v) for o in mine for v in values)
        if sign in ("~", "!~"):
            return negative != all(word in str(own).lower() for word in str(values[0]).lower().split())
        if negative and mine == [None] and None not in values:
            return False  # Jira: a negative never finds what is empty
        return negative != any(o == v for o in mine for v in values)

    return holds


_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


def _missing(value: str, name: str) -> BadQuery:
    return BadQuery(f"The value '{value}' does not exist for the field '{name}'.")


def _project(company: Company, text: str, name: str) -> str:
    found = next((key for key, id_ in company.projects.items() if text.upper() == key or text == id_), None)
    if found is None:
        raise _missing(text, name)
    return found


def _key(company: Company, text: str, name: str) -> str:
    issue = company.issue(text)
    if issue is None:
        raise BadQuery(f"An issue with key '{text}' does not exist for field '{name}'.")
    return issue.key


def _sprint(company: Company, text: str, _name: str) -> int | list[int]:
    found = [s.id for s in company.sprints.values() if str(s.id) == text or s.name.lower() == text.lower()]
    if not found:
        raise BadQuery(f"Sprint with name '{text}' does not exist or you do not have permission to view it.")
    return found if len(found) > 1 else found[0]


def _status(company: Company, text: str, name: str) -> str:
    found = next((s.name for s in company.statuses.values() if text.lower() in (s.name.lower(), s.id)), None)
    if found is None:
        raise _missing(text, name)
    return found


_CATEGORIES = {"to do": "new", "new": "new", "in progress": "indeterminate", "indeterminate": "indeterminate"}
_CATEGORIES |= {"done": "done", "2": "new", "4": "indeterminate", "3": "done"}


def _category(_company: Company, text: str, name: str) -> str:
    if text.lower() not in _CATEGORIES:
        raise _missing(text, name)
    return _CATEGORIES[text.lower()]


def _account(company: Company, text: str, name: str) -> str:
    if text not in company.people:
        raise _missing(text, name)
    return text


def _words(_company: Company, text: str, _name: str) -> str:
    return text


def _named(*values: str) -> Callable[[Company, str, str], str]:
    def read(_company: Company, text: str, name: str) -> str:
        found = next((v for v in values if v.lower() == text.lower()), None)
        if found is None:
            raise _missing(text, name)
        return found

    return read


_AGO = re.compile(r"([+-]?)(\d+)(m|h|d|w)?", re.IGNORECASE)
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


def _moment(company: Company, text: str, name: str) -> datetime:
    """``-15m`` from now, epoch milliseconds, or a date in the asker's zone, which is UTC."""
    match = _AGO.fullmatch(text)
    if match and not match[3] and len(match[2]) > 9:
        return datetime.fromtimestamp(int(text) / 1000, UTC)
    if match:
        away = int(match[2]) * _UNITS[(match[3] or "m").lower()]
        return company.clock.now() - away if match[1] == "-" else company.clock.now() + away
    for form in ("%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%d", "%Y/%m/%d"):
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    raise BadQuery(
        f"Date value '{text}' for field '{name}' is invalid. Valid formats include: "
        "'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'."
    )


def _minute(moment: datetime) -> datetime:
    """JQL compares to the minute."""
    return moment.astimezone(UTC).replace(second=0, microsecond=0)


def _date(of: Callable[[Issue], datetime]) -> Field:
    return Field(lambda _, i: _minute(of(i)), lambda c, t, n: _minute(_moment(c, t, n)), _ORDER)


_KEY = Field(lambda _, i: i.key, _key)
_TYPE = Field(lambda _, i: i.kind, _named("Story", "Bug", "Task", "Epic", "Sub-task"))
_FLAG = Field(lambda _, i: "Impediment" if i.flagged else None, _named("Impediment"))
_UPDATED = _date(lambda i: i.updated)
_CREATED = _date(lambda i: i.created)
_DUE = Field(lambda _, i: datetime(i.due.year, i.due.month, i.due.day, tzinfo=UTC) if i.due else None, _moment, _ORDER)
FIELDS: Mapping[str, Field] = {
    "project": Field(lambda _, i: i.project, _project),
    "key": _KEY,
    "issuekey": _KEY,
    "issue": _KEY,
    "id": _KEY,
    "sprint": Field(lambda _, i: i.sprints, _sprint),
    "status": Field(lambda _, i: i.status, _status),
    "statuscategory": Field(lambda c, i: c.category(i), _category),
    "assignee": Field(lambda _, i: i.assignee, _account),
    "reporter": Field(lambda _, i: i.reporter, _account),
    "priority": Field(lambda _, i: i.priority, _named("Highest", "High", "Medium", "Low", "Lowest")),
    "labels": Field(lambda _, i: i.labels, _words),
    "issuetype": _TYPE,
    "type": _TYPE,
    "flagged": _FLAG,
    "cf[10021]": _FLAG,
    "updated": _UPDATED,
    "updateddate": _UPDATED,
    "created": _CREATED,
    "createddate": _CREATED,
    "due": _DUE,
    "duedate": _DUE,
    "summary": Field(lambda _, i: i.title, _words, ("~", "!~", "is", "is not")),
    "text": Field(lambda _, i: i.title, _words, ("~",)),
}


def _sprints_in(state: str) -> Callable[[Company, str, str], list[int]]:
    return lambda company, _me, _argument: [s.id for s in company.sprints.values() if s.state == state]


def _day(company: Company, argument: str, further: timedelta) -> datetime:
    away = _AGO.fullmatch(argument or "0d")
    if away is None:
        raise BadQuery(f"Date value '{argument}' is invalid.")
    days = int(away[2]) * (-1 if away[1] == "-" else 1)
    midnight = company.clock.now().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=days) + further


FUNCTIONS: Mapping[str, Callable[[Company, str, str], Any]] = {
    "opensprints": _sprints_in("active"),
    "closedsprints": _sprints_in("closed"),
    "futuresprints": _sprints_in("future"),
    "currentuser": lambda _company, me, _argument: me,
    "now": lambda company, _me, _argument: _minute(company.clock.now()),
    "startofday": lambda company, _me, argument: _day(company, argument, timedelta()),
    "endofday": lambda company, _me, argument: _day(company, argument, timedelta(hours=23, minutes=59)),
}
