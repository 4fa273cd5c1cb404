"""The company in Jira's own shapes: issues, people, histories, comments, sprints, boards."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from integrations.simulator.company import Company
from integrations.simulator.nouns import (
    FLAGGED,
    IMPEDIMENT,
    POINTS,
    PRIORITY_IDS,
    SPRINT,
    Board,
    Change,
    Comment,
    Issue,
    Item,
    Sprint,
)
from models.ids import named

MOST_HISTORIES = 100
"""Entries of an issue's history that come with the issue itself."""

NAVIGABLE_NOT = frozenset({"comment", "description"})
"""Fields ``*navigable`` leaves out."""

FIELDS: tuple[Mapping[str, Any], ...] = tuple(
    {
        "id": id_,
        "key": id_,
        "name": name,
        "custom": id_.startswith("customfield_"),
        "orderable": True,
        "navigable": id_ not in NAVIGABLE_NOT,
        "searchable": True,
        "clauseNames": [f"cf[{id_[12:]}]", name] if id_.startswith("customfield_") else [id_],
        "schema": schema,
    }
    for id_, name, schema in (
        ("summary", "Summary", {"type": "string", "system": "summary"}),
        ("issuetype", "Issue Type", {"type": "issuetype", "system": "issuetype"}),
        ("status", "Status", {"type": "status", "system": "status"}),
        ("assignee", "Assignee", {"type": "user", "system": "assignee"}),
        ("reporter", "Reporter", {"type": "user", "system": "reporter"}),
        ("priority", "Priority", {"type": "priority", "system": "priority"}),
        ("labels", "Labels", {"type": "array", "items": "string", "system": "labels"}),
        ("project", "Project", {"type": "project", "system": "project"}),
        ("created", "Created", {"type": "datetime", "system": "created"}),
        ("updated", "Updated", {"type": "datetime", "system": "updated"}),
        ("duedate", "Due date", {"type": "date", "system": "duedate"}),
        ("issuelinks", "Linked Issues", {"type": "array", "items": "issuelinks", "system": "issuelinks"}),
        ("comment", "Comment", {"type": "comments-page", "system": "comment"}),
        ("description", "Description", {"type": "string", "system": "description"}),
        (
            POINTS,
            "Story point estimate",
            {"type": "number", "custom": "com.pyxis.greenhopper.jira:jsw-story-points", "customId": int(POINTS[12:])},
        ),
        (
            SPRINT,
            "Sprint",
            {
                "type": "array",
                "items": "json",
                "custom": "com.pyxis.greenhopper.jira:gh-sprint",
                "customId": int(SPRINT[12:]),
            },
        ),
        (
            FLAGGED,
            "Flagged",
            {
                "type": "array",
                "items": "option",
                "custom": "com.atlassian.jira.plugin.system.customfieldtypes:multicheckboxes",
                "customId": int(FLAGGED[12:]),
            },
        ),
    )
)

CATEGORY_IDS = {
    "new": (2, "To Do", "blue-gray"),
    "indeterminate": (4, "In Progress", "yellow"),
    "done": (3, "Done", "green"),
}
LINK_TYPES = {
    "Blocks": ("10000", "is blocked by", "blocks"),
    "Duplicate": ("10002", "is duplicated by", "duplicates"),
    "Relates": ("10003", "relates to", "relates to"),
}
"""Id, and how it reads from the outward and from the inward issue's side."""

KIND_IDS = {"Story": "10001", "Task": "10002", "Bug": "10003", "Epic": "10000", "Sub-task": "10004"}


def moment(at: datetime) -> str:
    """Jira's own form: milliseconds, and a zone without a colon."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}+0000"


def zulu(at: datetime | None) -> str | None:
    """The form sprint dates have."""
    return None if at is None else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


@dataclass(frozen=True)
class Shapes:
    """Shapes whose links begin with ``base``, the address of this Jira."""

    company: Company
    base: str

    def person(self, account: str | None, *, email: bool = False) -> dict[str, Any] | None:
        """A user; the e-mail only where it may be told, and only to who asks for users."""
        if account is None:
            return None
        who = self.company.people[account]
        picture = f"https://avatar.example/{named(account)}.png"
        return {
            "self": f"{self.base}/rest/api/3/user?accountId={account}",
            "accountId": account,
            "accountType": "app" if who.app else "atlassian",
            "displayName": who.name,
            "active": who.active,
            "timeZone": who.zone,
            "avatarUrls": {size: picture for size in ("48x48", "24x24", "16x16", "32x32")},
        } | ({"emailAddress": who.email} if email and who.email_is == "shown" else {})

    def issue(self, issue: Issue, fields: Sequence[str], expand: str = "") -> dict[str, Any]:
        """An issue with the fields asked for; ``id`` alone when none but that is."""
        chosen = self.chosen(fields)
        if not chosen and set(fields) <= {"id"}:
            return {"id": str(issue.id)}
        shape = {
            "expand": "renderedFields,names,schema,operations,editmeta,changelog,versionedRepresentations",
            "id": str(issue.id),
            "self": f"{self.base}/rest/api/3/issue/{issue.id}",
            "key": issue.key,
            "fields": {name: _FIELD[name](self, issue) for name in chosen},
        }
        return shape | ({"changelog": self.changelog(issue)} if "changelog" in expand.split(",") else {})

    def chosen(self, fields: Sequence[str]) -> list[str]:
        """Names as ``fields`` asks: ``*all``, ``*navigable``, ``name`` and ``-name``."""
        names = [n.strip() for given in fields for n in given.split(",") if n.strip()]
        everything = "*all" in names or (bool(names) and all(n.startswith("-") for n in names))
        chosen = [n for n in _FIELD if everything or n in names or ("*navigable" in names and n not in NAVIGABLE_NOT)]
        return [n for n in chosen if f"-{n}" not in names]

    def changelog(self, issue: Issue) -> dict[str, Any]:
        """The history page of ``expand=changelog``: the latest, newest first."""
        histories = [self.change(change) for change in reversed(issue.changes[-MOST_HISTORIES:])]
        return {"startAt": 0, "maxResults": len(histories), "total": len(issue.changes), "histories": histories}

    def change(self, change: Change, only: frozenset[str] = frozenset()) -> dict[str, Any]:
        """One history entry."""
        return {
            "id": str(change.id),
            "author": self.person(change.by),
            "created": moment(change.at),
            "items": [self.item(item) for item in change.items if not only or item.field_id in only],
        }

    def item(self, item: Item) -> dict[str, Any]:
        """One row of a history entry; what is not there is left out."""
        return {name: value for name, value in self.full_item(item).items() if value is not None}

    def full_item(self, item: Item) -> dict[str, Any]:
        """One row as webhooks have it, with its nulls."""
        return {
            "field": item.field,
            "fieldtype": "custom" if item.custom else "jira",
            "fieldId": item.field_id or None,
            "from": item.old,
            "fromString": item.old_words,
            "to": item.new,
            "toString": item.new_words,
        }

    def comment(self, issue: Issue, comment: Comment, *, properties: bool = False) -> dict[str, Any]:
        """A comment; its properties only when asked for."""
        shape = {
            "self": f"{self.base}/rest/api/3/issue/{issue.id}/comment/{comment.id}",
            "id": str(comment.id),
            "author": self.person(comment.by),
            "body": dict(comment.body),
            "updateAuthor": self.person(comment.by),
            "created": moment(comment.at),
            "updated": moment(comment.at),
            "jsdPublic": True,
        }
        return shape | ({"properties": [dict(p) for p in comment.properties]} if properties else {})

    def comments(self, issue: Issue) -> dict[str, Any]:
        """The first page of an issue's comments."""
        return {
            "startAt": 0,
            "maxResults": 5000,
            "total": len(issue.comments),
            "comments": [self.comment(issue, comment) for comment in issue.comments],
        }

    def sprint(self, sprint: Sprint) -> dict[str, Any]:
        """A sprint as agile 1.0 has it: what is not known yet is left out."""
        shape = {
            "id": sprint.id,
            "self": f"{self.base}/rest/agile/1.0/sprint/{sprint.id}",
            "state": sprint.state,
            "name": sprint.name,
            "startDate": zulu(sprint.start),
            "endDate": zulu(sprint.end),
            "completeDate": zulu(sprint.completed),
            "createdDate": zulu(sprint.created),
            "originBoardId": sprint.board,
            "goal": sprint.goal,
        }
        return {name: value for name, value in shape.items() if value is not None}

    def sprint_value(self, id_: int) -> dict[str, Any]:
        """A sprint as the Sprint field of an issue holds it."""
        shape = self.sprint(self.company.sprints[id_])
        return {
            ("boardId" if n == "originBoardId" else n): v for n, v in shape.items() if n not in ("self", "createdDate")
        }

    def board(self, board: Board) -> dict[str, Any]:
        """A board."""
        return {
            "id": board.id,
            "self": f"{self.base}/rest/agile/1.0/board/{board.id}",
            "name": board.name,
            "type": board.kind,
            "location": {
                "projectId": int(self.company.projects[board.project]),
                "projectKey": board.project,
                "projectName": board.project,
                "displayName": f"{board.project} ({board.project})",
                "projectTypeKey": "software",
                "name": f"{board.project} ({board.project})",
            },
            "isPrivate": False,
        }

    def project(self, key: str) -> dict[str, Any]:
        """A project."""
        id_ = self.company.projects[key]
        return {
            "self": f"{self.base}/rest/api/3/project/{id_}",
            "id": id_,
            "key": key,
            "name": key,
            "projectTypeKey": "software",
            "simplified": False,
            "style": "classic",
            "isPrivate": False,
        }

    def status(self, name: str) -> dict[str, Any]:
        """A status with its category."""
        status = self.company.statuses[name]
        id_, words, colour = CATEGORY_IDS[status.category]
        return {
            "self": f"{self.base}/rest/api/3/status/{status.id}",
            "description": "",
            "name": name,
            "id": status.id,
            "statusCategory": {
                "self": f"{self.base}/rest/api/3/statuscategory/{id_}",
                "id": id_,
                "key": status.category,
                "colorName": colour,
                "name": words,
            },
        }

    def kind(self, name: str) -> dict[str, Any]:
        """An issue type."""
        id_ = KIND_IDS[name]
        url = f"{self.base}/rest/api/3/issuetype/{id_}"
        return {"self": url, "id": id_, "description": "", "name": name, "subtask": name == "Sub-task"}

    def priority(self, name: str) -> dict[str, Any]:
        """A priority."""
        id_ = PRIORITY_IDS[name]
        return {"self": f"{self.base}/rest/api/3/priority/{id_}", "name": name, "id": id_}

    def links(self, issue: Issue) -> list[dict[str, Any]]:
        """Links as seen from ``issue``: it is blocked by some, and blocks others."""
        inward = [("inwardIssue", self.company.issues[key]) for key in issue.blocked_by]
        outward = [("outwardIssue", i) for i in self.company.issues.values() if issue.key in i.blocked_by]
        blocking = [self._link(issue, side, other, "Blocks") for side, other in (*inward, *outward)]
        return blocking + [self._link(issue, *end) for end in self._related(issue)]

    def _related(self, issue: Issue) -> Iterator[tuple[str, Issue, str]]:
        for link in self.company.links:
            if link.outward == issue.key:
                yield "inwardIssue", self.company.issues[link.inward], link.kind
            if link.inward == issue.key:
                yield "outwardIssue", self.company.issues[link.outward], link.kind

    def link_type(self, kind: str) -> dict[str, Any]:
        """A kind of link: what it is called, and how either side reads."""
        id_, inward, outward = LINK_TYPES[kind]
        url = f"{self.base}/rest/api/3/issueLinkType/{id_}"
        return {"id": id_, "name": kind, "inward": inward, "outward": outward, "self": url}

    def _link(self, issue: Issue, side: str, other: Issue, kind: str) -> dict[str, Any]:
        id_ = 10_000 + int(named(kind, *sorted((issue.key, other.key)))[:4], 16)
        names = ("summary", "status", "priority", "issuetype")
        seen = {
            "id": str(other.id),
            "key": other.key,
            "self": f"{self.base}/rest/api/3/issue/{other.id}",
            "fields": {name: _FIELD[name](self, other) for name in names},
        }
        url = f"{self.base}/rest/api/3"
        return {
            "id": str(id_),
            "self": f"{url}/issueLink/{id_}",
            "type": self.link_type(kind),
            side: seen,
        }


def _category_changed(shapes: Shapes, issue: Issue) -> str:
    """When it last went from one category to another: a move inside of one does not count."""
    known = {status.name: status.category for status in shapes.company.statuses.values()}
    rows = ((c.at, i) for c in issue.changes for i in c.items if i.field_id == "status")
    moved = [at for at, i in rows if known.get(i.old_words or "") != known.get(i.new_words or "")]
    return moment(max(moved, default=issue.created))


def _done_at(_: Shapes, issue: Issue) -> str | None:
    moved = [c.at for c in issue.changes if any(i.field_id == "status" and i.new_words == "Done" for i in c.items)]
    return moment(max(moved)) if moved and issue.status == "Done" else None


_FIELD: Mapping[str, Callable[[Shapes, Issue], Any]] = {
    "summary": lambda s, i: i.title,
    "issuetype": lambda s, i: s.kind(i.kind),
    "project": lambda s, i: s.project(i.project),
    "status": lambda s, i: s.status(i.status),
    "statuscategorychangedate": _category_changed,
    "assignee": lambda s, i: s.person(i.assignee),
    "reporter": lambda s, i: s.person(i.reporter),
    "creator": lambda s, i: s.person(i.reporter),
    "priority": lambda s, i: s.priority(i.priority),
    "labels": lambda s, i: list(i.labels),
    "duedate": lambda s, i: i.due.isoformat() if i.due else None,
    "created": lambda s, i: moment(i.created),
    "updated": lambda s, i: moment(i.updated),
    "resolution": lambda s, i: {"id": "10000", "name": "Done"} if s.company.category(i) == "done" else None,
    "resolutiondate": _done_at,
    "issuelinks": lambda s, i: s.links(i),
    "description": lambda s, i: None,
    "comment": lambda s, i: s.comments(i),
    POINTS: lambda s, i: i.points,
    SPRINT: lambda s, i: [s.sprint_value(n) for n in i.sprints] or None,
    FLAGGED: lambda s, i: [{"id": IMPEDIMENT, "value": "Impediment"}] if i.flagged else None,
}
