"""What was wanted, as JQL: bounded to the team's projects, in ids where Jira's words are translated."""

from __future__ import annotations

from datetime import date, timedelta

from integrations.fallback.asking import SprintWanted, Surroundings, Wanted
from models.ids import SprintId
from models.work import Progress, Sprint, SprintState

_CATEGORY = {Progress.TODO: "2", Progress.DOING: "4", Progress.DONE: "3"}
"""Status categories by number: the same on every site and in every language."""


def quoted(text: str) -> str:
    """``text`` as a JQL string: nothing in it can end the string."""
    safe = "".join(c if c.isprintable() else " " for c in text)
    return '"' + safe.replace("\\", "\\\\").replace('"', '\\"') + '"'


def jql_of(wanted: Wanted, around: Surroundings, sprint: SprintId | None) -> str:
    """The query. ``sprint`` is the sprint that was named by its number, when there is one."""
    clauses = [f"project in ({', '.join(quoted(p) for p in around.projects)})"]
    clauses += _sprint(wanted, sprint)
    clauses += _state(wanted, around)
    clauses += [f"assignee = {quoted(wanted.person.account)}"] if wanted.person and wanted.person.account else []
    clauses += [f"issuetype = {quoted(wanted.kind)}"] if wanted.kind else []
    clauses += [f"priority = {quoted(wanted.priority)}"] if wanted.priority else []
    clauses += _times(wanted, around)
    clauses += [f"text ~ {quoted(_plain(wanted.text))}"] if wanted.text else []
    order = "duedate ASC" if wanted.overdue or wanted.due_from else "updated DESC"
    return f"{' AND '.join(clauses)} ORDER BY {order}"


def sprint_of(wanted: SprintWanted | str, sprints: list[Sprint]) -> Sprint | None:
    """The sprint that is meant: by its exact name, else by a number in its name, the latest of several."""
    if wanted is SprintWanted.LAST:
        closed = [each for each in sprints if each.state is SprintState.CLOSED]
        return max(closed, key=lambda each: (each.end.timestamp() if each.end else 0.0, each.id), default=None)
    exact = [each for each in sprints if each.name.casefold() == str(wanted).casefold()]
    numbered = [each for each in sprints if str(wanted) in _numbers(each.name)]
    return max(exact or numbered, key=lambda each: each.id, default=None)


def _numbers(name: str) -> set[str]:
    digits = "".join(c if c.isdigit() else " " for c in name)
    return {number.lstrip("0") for number in digits.split()}


def _sprint(wanted: Wanted, sprint: SprintId | None) -> list[str]:
    if sprint is not None:
        return [f"sprint = {int(sprint)}"]
    places = {SprintWanted.CURRENT: "openSprints()", SprintWanted.NEXT: "futureSprints()"}
    place = places.get(wanted.sprint) if isinstance(wanted.sprint, SprintWanted) else None
    return [f"sprint in {place}"] if place else []


def _state(wanted: Wanted, around: Surroundings) -> list[str]:
    clauses = []
    if wanted.blocked:
        names = ", ".join(quoted(name) for name in around.blocked_statuses)
        clauses.append(f"(Flagged is not EMPTY OR status in ({names}))" if names else "Flagged is not EMPTY")
    if wanted.unassigned:
        clauses.append("assignee is EMPTY")
    if wanted.overdue:
        clauses.append(f"duedate < {quoted(around.today.isoformat())}")
    if wanted.progress is not None:
        clauses.append(f"statusCategory = {_CATEGORY[wanted.progress]}")
    elif wanted.blocked or wanted.overdue or wanted.unfinished or wanted.due_from:
        clauses.append(f"statusCategory != {_CATEGORY[Progress.DONE]}")
    return clauses


def _times(wanted: Wanted, around: Surroundings) -> list[str]:
    """Minutes back from now, so that nobody's time zone but the team's counts; due dates are days anyway."""
    name = "created" if wanted.created else "updated"
    clauses = [f'{name} >= "-{_minutes(wanted.since, around)}m"'] if wanted.since else []
    clauses += [f'{name} < "-{_minutes(wanted.until, around)}m"'] if wanted.until else []
    clauses += [f"duedate >= {quoted(wanted.due_from.isoformat())}"] if wanted.due_from else []
    clauses += [f"duedate < {quoted(wanted.due_until.isoformat())}"] if wanted.due_until else []
    return clauses


def _minutes(day: date, around: Surroundings) -> int:
    return max(0, int((around.now - around.begin(day)) / timedelta(minutes=1)))


def _plain(text: str) -> str:
    """Words for ``text ~``, without the signs of its own little language."""
    return " ".join("".join(c if c.isalnum() or c in "_'" else " " for c in text).split())
