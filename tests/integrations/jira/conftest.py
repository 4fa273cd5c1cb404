"""A tiny Jira site on loopback: one board, a few issues with history, comments that keep their properties."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from integrations.jira import Jira
from tests.integrations.loopback import Asked, Loopback, Reply

ADA, LI, BOT = "5b10ac8d82e05b22cc7d4ef5", "712020:11111111-2222-3333-4444-555555555555", "557058:bot"
SPRINT, FLAG, POINTS = "customfield_10107", "customfield_10042", "customfield_10033"
SITE = "https://acme.example"
T0 = "2026-11-02T09:00:00.000+0000"

FIELDS = [
    {"id": "summary", "name": "Summary", "custom": False, "schema": {"type": "string", "system": "summary"}},
    {
        "id": SPRINT,
        "name": "Iteration",
        "custom": True,
        "schema": {"type": "array", "items": "json", "custom": "com.pyxis.greenhopper.jira:gh-sprint"},
    },
    {
        "id": FLAG,
        "name": "Flagged",
        "custom": True,
        "schema": {"type": "array", "custom": "com.atlassian.jira.plugin.system.customfieldtypes:multicheckboxes"},
    },
]


def status(name: str, number: str, category: str) -> dict[str, Any]:
    return {"name": name, "id": number, "statusCategory": {"id": 1, "key": category, "name": name}}


DOING = status("In Arbeit", "3", "indeterminate")
DONE = status("Fertig", "10002", "done")


def issue(key: str, number: int, **own: Any) -> dict[str, Any]:
    """An issue as Jira tells it, in progress and Ada's unless ``own`` says otherwise."""
    fields = {
        "summary": f"Title of {key}",
        "issuetype": {"name": "Story"},
        "status": DOING,
        "assignee": {"accountId": ADA, "displayName": "Ada"},
        "priority": {"name": "High"},
        "labels": ["backend"],
        "duedate": "2026-11-20",
        "issuelinks": [],
        "created": T0,
        "updated": "2026-11-04T10:00:00.000+0100",
        SPRINT: [{"id": 196, "state": "closed", "boardId": 9}, {"id": 197, "state": "active", "boardId": 9}],
        POINTS: 5.0,
        FLAG: None,
    }
    return {"id": str(number), "key": key, "fields": {**fields, **own}}


def row(at: str, field: str, before: str | None, after: str | None, field_id: str | None = None) -> dict[str, Any]:
    """A history entry; an empty side is null, as in real bodies."""
    item = {"field": field, "fieldId": field_id or field, "from": before, "to": after}
    return {"id": "1", "created": at, "items": [item]}


class JiraSite:
    """The state behind the loopback's routes."""

    def __init__(self, loopback: Loopback) -> None:
        self.at = loopback
        self.issues: dict[str, dict[str, Any]] = {}
        self.history: dict[str, list[dict[str, Any]]] = {}
        self.comments: list[dict[str, Any]] = []
        self.refuses_comments = False
        self.closed = [{"id": n, "state": "closed", "name": f"Sprint {n}"} for n in range(1, 121)]
        self.coming = [{"id": 197, "state": "active", "name": "Sprint 197", "goal": "Pay", "startDate": T0}]
        self.page = 2
        self.history_page = 1
        api, agile = "/rest/api/3", "/rest/agile/1.0"
        loopback.on("GET", "/rest/api/2/serverInfo", {"deploymentType": "Cloud", "version": "1001.0.0"})
        loopback.on("GET", f"{api}/field", FIELDS)
        loopback.on("GET", f"{api}/status", [DOING, DONE])
        loopback.on("GET", f"{api}/myself", {"accountId": BOT})
        loopback.on("POST", f"{api}/search/jql", self._search)
        loopback.on("POST", f"{api}/issue/bulkfetch", self._bulk)
        loopback.on("POST", f"{api}/changelog/bulkfetch", self._changelog)
        loopback.on("GET", f"{api}/issue/[^/]+", self._one)
        loopback.on("POST", f"{api}/issue/[^/]+/comment", self._comment)
        loopback.on("GET", f"{api}/issue/[^/]+/comment", self._comments)
        loopback.on("POST", f"{api}/comment/list", self._with_properties)
        loopback.on("GET", f"{api}/user/assignable/search", lambda a: [{"accountId": LI}, {"accountId": ADA}])
        loopback.on("PUT", f"{api}/issue/[^/]+/assignee", self._assign)
        loopback.on("GET", f"{agile}/board/9/sprint", self._sprints)
        loopback.on("GET", f"{agile}/board/9/configuration", self._configuration)

    def put(self, *issues: dict[str, Any]) -> None:
        self.issues |= {each["key"]: each for each in issues}

    def _search(self, asked: Asked) -> Any:
        start = int(asked.json.get("nextPageToken", "0"))
        found = list(self.issues.values())[start : start + self.page]
        last = start + self.page >= len(self.issues)
        return {"issues": found, "isLast": last, **({} if last else {"nextPageToken": str(start + self.page)})}

    def _bulk(self, asked: Asked) -> Any:
        wanted = asked.json["issueIdsOrKeys"]
        assert len(wanted) <= 100
        found = [each for each in self.issues.values() if each["key"] in wanted or each["id"] in wanted]
        return {"issues": found, "issueErrors": []}

    def _changelog(self, asked: Asked) -> Any:
        ids, start = asked.json["issueIdsOrKeys"], int(asked.json.get("nextPageToken", "0"))
        logs = [
            {"issueId": i, "changeHistories": self.history.get(i, [])} for i in ids[start : start + self.history_page]
        ]
        end = start + self.history_page
        more = {"nextPageToken": str(end)} if end < len(ids) else {}
        return {"issueChangeLogs": logs, **more}

    def _one(self, asked: Asked) -> Any:
        found = self.issues.get(asked.path.rpartition("/")[2])
        return found or Reply(404, {"errorMessages": ["Issue does not exist or you do not have permission to see it."]})

    def _comment(self, asked: Asked) -> Any:
        if self.refuses_comments:
            return Reply(403, {"errorMessages": ["You do not have the permission to comment on this issue."]})
        self.comments.append({"id": str(20_000 + len(self.comments)), "created": T0, **asked.json})
        return Reply(201, {k: v for k, v in self.comments[-1].items() if k != "properties"})

    def _comments(self, asked: Asked) -> Any:
        start, size = int(asked.query["startAt"]), int(asked.query["maxResults"])
        newest = [{"id": c["id"], "created": T0} for c in reversed(self.comments)]
        return {"comments": newest[start : start + size], "startAt": start, "total": len(newest)}

    def _with_properties(self, asked: Asked) -> Any:
        kept = asked.query.get("expand") == "properties"
        found = [c for c in self.comments if int(c["id"]) in asked.json["ids"]]
        return {"values": [c if kept else {"id": c["id"]} for c in found], "isLast": True}

    def _assign(self, asked: Asked) -> Any:
        found = self.issues[asked.path.split("/")[-2]]
        entry = {**row(T0, "assignee", "before", asked.json["accountId"]), "author": {"accountId": BOT}}
        self.history.setdefault(found["id"], []).append(entry)
        found["fields"]["assignee"] = asked.json
        return Reply(204)

    def _sprints(self, asked: Asked) -> Any:
        rows = self.closed if asked.query["state"] == "closed" else self.coming
        start = int(asked.query["startAt"])
        page = rows[start : start + int(asked.query["maxResults"])]
        return {"values": page, "startAt": start, "isLast": start + len(page) >= len(rows)}

    def _configuration(self, asked: Asked) -> Any:
        return {"id": 9, "name": "Board", "estimation": {"type": "field", "field": {"fieldId": POINTS}}}


@pytest.fixture
def loopback() -> Iterator[Loopback]:
    server = Loopback()
    yield server
    server.close()
    assert server.complaints == []


@pytest.fixture
def site(loopback: Loopback) -> JiraSite:
    return JiraSite(loopback)


@pytest.fixture
async def jira(loopback: Loopback) -> AsyncIterator[Jira]:
    client = Jira(base_url=loopback.url, site_url=SITE, email="bot@acme.example", token="t0ken")
    yield client
    await client.close()


def basic(email: str, token: str) -> str:
    return "Basic " + base64.b64encode(f"{email}:{token}".encode()).decode()
