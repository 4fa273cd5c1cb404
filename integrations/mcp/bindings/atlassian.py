"""mcp-atlassian: Jira through its simplified JSON. Run against the real server, version 0.23.1."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

from integrations.mcp.bindings.binding import Binding, Place, unreadable
from integrations.mcp.operations import MOST, FindSprint, GetIssue, Operation, SearchIssues
from integrations.payloads import inside, instant, rows, whole, words
from models.found import FoundIssue
from models.ids import AccountId, IssueKey, SprintId
from models.work import Progress, Sprint, SprintState

KIND = "mcp-atlassian"
FIELDS = "summary,status,assignee,priority,issuetype,duedate,updated"
"""Named, because its default leaves the due date out."""

NOBODY = "Unassigned"
"""The name that stands where nobody has an issue; in English on every site."""

KEY = re.compile(r"[A-Z][A-Z0-9_]{0,254}-[1-9]\d{0,17}")
_COLOURS = {
    "blue-gray": Progress.TODO,
    "medium-gray": Progress.TODO,
    "yellow": Progress.DOING,
    "green": Progress.DONE,
}
"""The category by its colour: its name is translated on sites of other languages."""

_NAMES = {"to do": Progress.TODO, "new": Progress.TODO, "in progress": Progress.DOING, "done": Progress.DONE}


def issue_of(raw: Any, place: Place) -> FoundIssue | None:
    """One simplified issue; ``None`` without a key or a title of its own."""
    key = inside(raw, "key")
    if not isinstance(key, str) or not KEY.fullmatch(key):
        return None
    holder, status = inside(raw, "assignee"), inside(raw, "status")
    account, name = inside(holder, "account_id"), words(inside(holder, "display_name"))
    nobody = not account and name == NOBODY
    return FoundIssue(
        key=IssueKey(key),
        title=words(inside(raw, "summary")),
        url=f"{place.jira}/browse/{key}" if place.jira else "",
        status=words(inside(status, "name")),
        progress=progress_of(words(inside(status, "color")), words(inside(status, "category"))),
        assignee=AccountId(account) if isinstance(account, str) and 0 < len(account) <= 128 else None,
        assignee_name="" if nobody else name,
        unassigned=nobody,
        priority=words(inside(raw, "priority", "name")) or None,
        kind=words(inside(raw, "issue_type", "name")) or words(inside(raw, "issuetype", "name")),
        due=day_of(inside(raw, "duedate")),
        updated=moment_of(inside(raw, "updated")),
    )


def progress_of(colour: str, name: str) -> Progress | None:
    """A status category by its colour, else by its English name."""
    return _COLOURS.get(colour.casefold()) or _NAMES.get(name.casefold())


def moment_of(value: Any) -> datetime | None:
    """``2026-11-06 14:00:00 UTC``, or any ISO form."""
    if isinstance(value, str) and value.endswith(" UTC"):
        try:
            return datetime.strptime(value, "%Y-%m-%d %H:%M:%S UTC").replace(tzinfo=UTC)
        except ValueError:
            return None
    return instant(value)


def day_of(value: Any) -> date | None:
    """A date, also at the head of a longer form."""
    try:
        return date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None


def _issues(value: Any, question: SearchIssues, place: Place) -> list[FoundIssue]:
    if not isinstance(inside(value, "issues"), list):
        raise unreadable(KIND, "a list of issues")
    found = [issue_of(raw, place) for raw in rows(inside(value, "issues"))]
    return [issue for issue in found if issue is not None][: question.most]


def _issue(value: Any, question: GetIssue, place: Place) -> FoundIssue:
    found = issue_of(value, place)
    if found is None:
        raise unreadable(KIND, f"the issue {question.key}")
    return found


def sprint_of(raw: Any, board: int) -> Sprint | None:
    """One sprint; its board is the one that was asked for."""
    number, state = whole(inside(raw, "id")), words(inside(raw, "state")).lower()
    if number is None or state not in {each.value for each in SprintState}:
        return None
    return Sprint(
        id=SprintId(number),
        name=words(inside(raw, "name")) or f"Sprint {number}",
        state=SprintState(state),
        board=board,
        goal=words(inside(raw, "goal")),
        start=instant(inside(raw, "start_date")),
        end=instant(inside(raw, "end_date")),
    )


def _sprints(value: Any, question: FindSprint, place: Place) -> list[Sprint]:
    found = [sprint for raw in rows(value) if (sprint := sprint_of(raw, question.board)) is not None]
    if not found:  # it answers an empty list when Jira fails, so that an empty list says nothing
        raise unreadable(KIND, f"the sprints of board {question.board}")
    return found


BINDINGS = (
    Binding(
        kind=KIND,
        operation=Operation.SEARCH_ISSUES,
        tool="jira_search",
        arguments=lambda q, _: {"jql": q.jql, "fields": FIELDS, "limit": min(q.most, MOST)},
        sends=frozenset({"jql", "fields", "limit"}),
        read=_issues,
        verified=True,
    ),
    Binding(
        kind=KIND,
        operation=Operation.GET_ISSUE,
        tool="jira_get_issue",
        # update_history would mark the issue as viewed by the account
        arguments=lambda q, _: {"issue_key": q.key, "fields": FIELDS, "comment_limit": 0, "update_history": False},
        sends=frozenset({"issue_key", "fields", "comment_limit", "update_history"}),
        read=_issue,
        verified=True,
    ),
    Binding(
        kind=KIND,
        operation=Operation.FIND_SPRINT,
        tool="jira_get_sprints_from_board",
        arguments=lambda q, _: {"board_id": str(q.board), "limit": MOST, **({"state": q.state} if q.state else {})},
        sends=frozenset({"board_id", "limit", "state"}),
        read=_sprints,
        verified=True,
    ),
)
