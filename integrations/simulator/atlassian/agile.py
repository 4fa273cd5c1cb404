"""Jira Software's boards and sprints: agile 1.0 where it still stands, software 1.0 for issue lists."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from integrations.simulator.atlassian.door import body, jira_error
from integrations.simulator.atlassian.jira import Jira, offset_page
from integrations.simulator.nouns import POINTS, Board, Issue, Sprint

REPLACED = (
    "board/{board}/backlog",
    "board/{board}/issue",
    "board/{board}/epic/none/issue",
    "board/{board}/epic/{epic}/issue",
    "board/{board}/sprint/{sprint}/issue",
    "sprint/{sprint}/issue",
    "epic/none/issue",
    "epic/{epic}/issue",
)
"""Issue lists Atlassian has deprecated in favour of software 1.0: refused, so that nobody leans on them."""

MOST_MOVED = 50
"""Issues one call may move."""


class Agile:
    """The board and sprint paths of ``jira``."""

    def __init__(self, jira: Jira) -> None:
        self._jira, self._company = jira, jira.company
        self.fixed: set[str] = set()
        """Keys of issues that nobody may move."""

    def routes(self) -> list[web.RouteDef]:
        """What to serve."""
        agile, software, route = "/jira/rest/agile/1.0", "/jira/rest/software/1.0", self._jira.route
        return [
            route("GET", f"{agile}/board", self.boards),
            route("GET", f"{agile}/board/{{board}}", self.board),
            route("GET", f"{agile}/board/{{board}}/configuration", self.configuration),
            route("GET", f"{agile}/board/{{board}}/sprint", self.sprints),
            route("GET", f"{agile}/sprint/{{sprint}}", self.sprint),
            route("POST", f"{agile}/sprint/{{sprint}}/issue", self.move_here),
            route("POST", f"{agile}/backlog/issue", self.move_to_backlog),
            route("GET", f"{software}/sprint/{{sprint}}/issue", self.issues),
            route("GET", f"{software}/board/{{board}}/sprint/{{sprint}}/issue", self.issues),
            *(route("GET", f"{agile}/{path}", self.gone) for path in REPLACED),
        ]

    async def boards(self, request: web.Request) -> web.Response:
        """``GET /board``: ``name`` is part of the name."""
        query = request.query
        project, name, kinds = query.get("projectKeyOrId"), query.get("name", "").lower(), query.get("type", "")
        if project is not None and project.upper() not in self._company.projects:
            raise jira_error(400, f"No project could be found with key or id '{project}'.")
        found = [
            self._jira.shapes.board(b)
            for b in self._company.boards.values()
            if name in b.name.lower()
            and (project is None or project.upper() == b.project)
            and (not kinds or b.kind in kinds.split(","))
        ]
        page = offset_page(request, found, 50)
        page.pop("self")
        return web.json_response(page)

    async def board(self, request: web.Request) -> web.Response:
        """``GET /board/{id}``."""
        return web.json_response(self._jira.shapes.board(self._board(request)))

    async def configuration(self, request: web.Request) -> web.Response:
        """``GET /board/{id}/configuration``: which field holds the estimate, which statuses make a column."""
        board, base = self._board(request), self._jira.base
        columns = [
            {"name": s.name, "statuses": [{"id": s.id, "self": f"{base}/rest/api/2/status/{s.id}"}]}
            for s in self._company.statuses.values()
        ]
        return web.json_response(
            {
                "id": board.id,
                "name": board.name,
                "type": board.kind,
                "self": f"{base}/rest/agile/1.0/board/{board.id}/configuration",
                "location": {"type": "project", "key": board.project, "id": self._company.projects[board.project]},
                "filter": {"id": "10000", "self": f"{base}/rest/api/2/filter/10000"},
                "columnConfig": {"columns": columns, "constraintType": "none"},
                "estimation": {"type": "field", "field": {"fieldId": POINTS, "displayName": "Story point estimate"}},
                "ranking": {"rankCustomFieldId": 10019},
            }
        )

    async def sprints(self, request: web.Request) -> web.Response:
        """``GET /board/{id}/sprint``: closed, active, future, as the backlog has them."""
        board, states = self._board(request), request.query.get("state", "")
        if board.kind != "scrum":
            raise jira_error(400, "The board does not support sprints")
        wanted = {s for s in states.split(",") if s} or {"closed", "active", "future"}
        if wanted - {"closed", "active", "future"}:
            raise jira_error(400, "The state must be one of future, active, closed.")
        found = [
            self._jira.shapes.sprint(s)
            for s in self._company.sprints.values()
            if s.board == board.id and s.state in wanted
        ]
        page = offset_page(request, found, 50)
        page.pop("self")
        return web.json_response(page)

    async def sprint(self, request: web.Request) -> web.Response:
        """``GET /sprint/{id}``."""
        return web.json_response(self._jira.shapes.sprint(self._sprint(request)))

    async def issues(self, request: web.Request) -> web.Response:
        """``GET /rest/software/1.0/sprint/{id}/issue``: pages by token."""
        sprint, query = self._sprint(request), request.query
        narrowed = f"sprint = {sprint.id}" + (f" AND ({query['jql']})" if query.get("jql") else "")
        fields = query.getall("fields", ["*navigable"])
        page = self._jira.page(
            self._jira.find(narrowed), query.get("nextPageToken", ""), query.get("maxResults"), fields
        )
        shown = [self._software(i, fields, query.get("expand", "")) for i in page["issues"]]
        return web.json_response({**page, "issues": shown})

    async def move_here(self, request: web.Request) -> web.Response:
        """``POST /sprint/{id}/issue``: at most 50, all or none, and no word about which."""
        sprint = self._sprint(request)
        given = await body(request, {"issues", "rankBeforeIssue", "rankAfterIssue", "rankCustomFieldId"}, {"issues"})
        if sprint.state == "closed":
            raise jira_error(400, "Issues can be moved only to open or future sprints.")
        for issue in self._moving(given):
            self._in_open_sprint(issue, (sprint.id,))
        return web.Response(status=204)

    async def move_to_backlog(self, request: web.Request) -> web.Response:
        """``POST /backlog/issue``: as the move into a sprint."""
        for issue in self._moving(await body(request, {"issues"}, {"issues"})):
            self._in_open_sprint(issue, ())
        return web.Response(status=204)

    def _moving(self, given: dict[str, Any]) -> list[Issue]:
        self._jira.need("SCHEDULE_ISSUES", "You do not have the permission to schedule issues.")
        names = [str(name) for name in given["issues"]]
        if len(names) > MOST_MOVED:
            raise jira_error(400, f"The number of issues must not exceed {MOST_MOVED}.")
        found = [issue for name in names if (issue := self._company.issue(name)) is not None]
        if len(found) < len(names) or any(issue.key in self.fixed for issue in found):
            raise jira_error(400, "One or more issues cannot be moved.")
        return found

    def _in_open_sprint(self, issue: Issue, wanted: tuple[int, ...]) -> None:
        """Past sprints stay; of those to come an issue has at most one."""
        past = tuple(n for n in issue.sprints if self._company.sprints[n].state == "closed")
        self._company.edit(issue.key, self._jira.me, sprints=past + wanted)

    async def gone(self, _request: web.Request) -> web.Response:
        """A list that has moved."""
        raise jira_error(410, "This issue list has been replaced by /rest/software/1.0.")

    def _software(self, issue: Issue, fields: list[str], expand: str) -> dict[str, object]:
        """An issue with the three fields Jira Software adds."""
        shape = self._jira.shapes.issue(issue, fields, expand)
        held = [self._company.sprints[n] for n in issue.sprints]
        current = next((s for s in held if s.state != "closed"), None)
        extra = {
            "flagged": issue.flagged,
            "sprint": self._jira.shapes.sprint(current) if current else None,
            "closedSprints": [self._jira.shapes.sprint(s) for s in held if s.state == "closed"],
        }
        names = {n for given in fields for n in given.split(",")}
        everything = bool(names & {"*all", "*navigable"})
        shape["fields"] = {**shape.get("fields", {}), **{n: v for n, v in extra.items() if everything or n in names}}
        return shape

    def _board(self, request: web.Request) -> Board:
        given = request.match_info["board"]
        board = self._company.boards.get(int(given)) if given.isdigit() else None
        if board is None:
            raise jira_error(404, "Board does not exist or you do not have permission to view it.")
        return board

    def _sprint(self, request: web.Request) -> Sprint:
        given = request.match_info["sprint"]
        sprint = self._company.sprints.get(int(given)) if given.isdigit() else None
        if sprint is None:
            raise jira_error(404, "Sprint does not exist.")
        return sprint
