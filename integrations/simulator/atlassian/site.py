"""The site around the issues: who is there, what the token may do, which projects and fields there are."""

from __future__ import annotations

from collections.abc import Iterator

from aiohttp import web

from integrations.simulator.atlassian.door import jira_error
from integrations.simulator.atlassian.jira import Jira, offset_page
from integrations.simulator.atlassian.jira_shapes import FIELDS, moment
from integrations.simulator.nouns import Colleague

PERMISSIONS = (
    "ADMINISTER",
    "SYSTEM_ADMIN",
    "USER_PICKER",
    "BULK_CHANGE",
    "BROWSE_PROJECTS",
    "ADMINISTER_PROJECTS",
    "MANAGE_SPRINTS_PERMISSION",
    "CREATE_ISSUES",
    "EDIT_ISSUES",
    "TRANSITION_ISSUES",
    "SCHEDULE_ISSUES",
    "ASSIGN_ISSUES",
    "ASSIGNABLE_USER",
    "LINK_ISSUES",
    "ADD_COMMENTS",
    "DELETE_ISSUES",
    "MOVE_ISSUES",
)
"""Keys one may ask about; another one is a mistake of the asker."""

GLOBAL = frozenset({"ADMINISTER", "SYSTEM_ADMIN", "USER_PICKER", "BULK_CHANGE"})


class SitePaths:
    """The paths of ``jira`` that are about no issue."""

    def __init__(self, jira: Jira) -> None:
        self._jira, self._company = jira, jira.company

    def routes(self) -> list[web.RouteDef]:
        """What to serve. ``serverInfo`` answers everybody."""
        v3, route = "/jira/rest/api/3", self._jira.route
        return [
            *(web.get(f"/jira/rest/api/{v}/serverInfo", self.server_info) for v in "32"),
            route("GET", f"{v3}/user/assignable/search", self.assignable),
            route("GET", f"{v3}/user/search", self.found_by),
            route("GET", f"{v3}/user", self.user),
            route("GET", f"{v3}/myself", self.myself),
            route("GET", f"{v3}/field", self.fields),
            route("GET", f"{v3}/status", self.statuses),
            route("GET", f"{v3}/project/search", self.projects),
            route("GET", f"{v3}/mypermissions", self.permissions),
        ]

    async def assignable(self, request: web.Request) -> web.Response:
        """``GET /user/assignable/search``."""
        query, issue = request.query, self._company.issue(request.query.get("issueKey", ""))
        project = issue.project if issue else query.get("project", "").upper()
        if project not in self._company.members:
            raise jira_error(404 if "issueKey" in query else 400, f"No project could be found with key '{project}'.")
        wanted, name = query.get("accountId"), query.get("query", "").lower()
        there = [self._company.people[a] for a in self._company.members[project] if wanted in (None, a)]
        found = [who for who in there if who.active and name in who.name.lower()]
        return self._listed(request, found)

    async def found_by(self, request: web.Request) -> web.Response:
        """``GET /user/search``: active people, by account or by the beginning of a name or address."""
        query = request.query
        if ("accountId" in query) == ("query" in query):
            raise jira_error(400, "The 'query' or the 'accountId' query parameter is required, and not both.")
        if "USER_PICKER" in self._jira.denied:
            return web.json_response([])
        wanted, account = query.get("query", "").lower(), query.get("accountId")
        people = [who for who in self._company.people.values() if who.active]
        found = [w for w in people if w.account == account or (account is None and _begins(w, wanted))]
        return self._listed(request, found)

    async def user(self, request: web.Request) -> web.Response:
        """``GET /user``: also somebody who has left."""
        account = request.query.get("accountId", "")
        if "USER_PICKER" in self._jira.denied:
            raise jira_error(403, "You are not authorized to perform this operation.")
        if account not in self._company.people:
            raise jira_error(404, "Specified user does not exist or you do not have required permissions")
        return web.json_response(self._jira.shapes.person(account, email=True))

    async def myself(self, _request: web.Request) -> web.Response:
        """``GET /myself``: one's own e-mail is always visible."""
        return web.json_response({**(self._jira.shapes.person(self._jira.me) or {}), "emailAddress": self._jira.email})

    async def fields(self, _request: web.Request) -> web.Response:
        """``GET /field``."""
        return web.json_response(list(FIELDS))

    async def statuses(self, _request: web.Request) -> web.Response:
        """``GET /status``: those of active workflows, which here are all."""
        return web.json_response([self._jira.shapes.status(name) for name in self._company.statuses])

    async def projects(self, request: web.Request) -> web.Response:
        """``GET /project/search``: those the token may see."""
        keys = set(request.query.getall("keys", []))
        hidden = "BROWSE_PROJECTS" in self._jira.denied
        shown = [k for k in sorted(self._company.projects) if not hidden and (not keys or k in keys)]
        return web.json_response(offset_page(request, [self._jira.shapes.project(k) for k in shown], 100))

    async def permissions(self, request: web.Request) -> web.Response:
        """``GET /mypermissions``."""
        asked = [p for p in request.query.get("permissions", "").split(",") if p]
        if not asked:
            raise jira_error(400, "The 'permissions' query parameter is required.")
        if unknown := [p for p in asked if p not in PERMISSIONS]:
            raise jira_error(400, f"Unrecognized permission(s): {', '.join(unknown)}")
        project = request.query.get("projectKey")
        if project is not None and project.upper() not in self._company.projects:
            raise jira_error(404, f"No project could be found with key '{project}'.")
        return web.json_response({"permissions": {name: self._permission(name) for name in asked}})

    async def server_info(self, _request: web.Request) -> web.Response:
        """``GET /serverInfo``."""
        cloud = self._jira.deployment == "Cloud"
        version = "1001.0.0-SNAPSHOT" if cloud else "9.12.1"
        return web.json_response(
            {
                "baseUrl": self._jira.base,
                "version": version,
                "versionNumbers": [1001, 0, 0] if cloud else [9, 12, 1],
                "deploymentType": self._jira.deployment,
                "buildNumber": 100_000,
                "serverTime": moment(self._company.clock.now()),
                "serverTitle": "Jira",
            }
        )

    def _permission(self, name: str) -> dict[str, object]:
        return {
            "id": str(PERMISSIONS.index(name)),
            "key": name,
            "name": name.replace("_", " ").capitalize(),
            "type": "GLOBAL" if name in GLOBAL else "PROJECT",
            "havePermission": name not in self._jira.denied,
        }

    def _listed(self, request: web.Request, people: list[Colleague]) -> web.Response:
        start, size = int(request.query.get("startAt", 0)), int(request.query.get("maxResults", 50))
        chosen = people[start : start + size]
        return web.json_response([self._jira.shapes.person(who.account, email=True) for who in chosen])


def _begins(who: Colleague, wanted: str) -> bool:
    """Whether a word of the name, or an address that privacy lets be found, begins so."""
    return any(each.startswith(wanted) for each in _searched(who))


def _searched(who: Colleague) -> Iterator[str]:
    yield who.name.lower()
    yield from who.name.lower().split()
    if who.email_is != "hidden":
        yield who.email.lower()
