"""Jira Cloud's platform REST v3 over the company: the paths the product may use, refusing what Jira refuses."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

from aiohttp import web

from integrations.simulator.atlassian.door import Handler, Refused, basic, body, guarded, jira_error
from integrations.simulator.atlassian.jira_shapes import Shapes
from integrations.simulator.atlassian.jql import BadQuery, parse
from integrations.simulator.company import Company
from integrations.simulator.nouns import Issue

SEARCH_KEYS = frozenset(
    {"jql", "fields", "expand", "maxResults", "nextPageToken", "fieldsByKeys", "properties", "reconcileIssues"}
)
FETCH_KEYS = frozenset({"issueIdsOrKeys", "fields", "expand", "fieldsByKeys", "properties"})
CHANGES_KEYS = frozenset({"issueIdsOrKeys", "fieldIds", "maxResults", "nextPageToken"})
MOST_ISSUES = 100
"""Issues per page when more than ids and keys are asked for."""

MOST_BARE = 5000
GATEWAY = "/ex/jira/"
"""In a path, this is Atlassian's gateway: ``api.atlassian.com/ex/jira/{cloudId}``."""

GONE = "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API."
NO_ISSUE = "Issue does not exist or you do not have permission to see it."


class Jira:
    """The routes of the platform API; ``me`` is the account whose token is used."""

    def __init__(self, company: Company, *, email: str, token: str, me: str) -> None:
        self.company, self.me, self.email = company, me, email
        self._token = token
        self.base = ""
        """The address of this Jira; set when its port is known."""
        self.scoped = False
        """Whether the token is one with scopes: then it works through the gateway (``/ex/jira/...``) alone."""
        self.deployment = "Cloud"
        """Anything else makes this a Data Center, which has no version 3."""
        self.denied = {"ADMINISTER"}
        """Permissions the token's account does not have."""
        self.screens: dict[str, tuple[str, ...]] = {}
        """Fields demanded on the way into a status, by its name."""
        self.withheld: dict[str, str] = {}
        """Issue ids that bulk fetch cannot give just now, with the reason."""

    @property
    def shapes(self) -> Shapes:
        """Shapes with links to this Jira."""
        return Shapes(self.company, self.base)

    def routes(self) -> list[web.RouteDef]:
        """What to serve."""
        v3 = "/jira/rest/api/3"
        return [
            self.route("POST", f"{v3}/search/jql", self.search),
            self.route("GET", f"{v3}/search/jql", self.search_by_query),
            self.route("POST", f"{v3}/search/approximate-count", self.count),
            *(self.route(m, f"/jira/rest/api/{v}/search", self.gone) for v in "32" for m in ("GET", "POST")),
            self.route("POST", f"{v3}/issue/bulkfetch", self.fetch),
            self.route("POST", f"{v3}/changelog/bulkfetch", self.changes),
            self.route("GET", f"{v3}/issue/{{issue}}", self.one),
            self.route("GET", f"{v3}/issue/{{issue}}/changelog", self.history),
            self.route("PUT", f"{v3}/issue/{{issue}}/assignee", self.assign),
        ]

    def route(self, method: str, path: str, handler: Handler) -> web.RouteDef:
        """A route behind the credentials."""
        return web.route(method, path, guarded(handler, self._refusal))

    def need(self, permission: str, words: str = "You do not have the permission to do this.") -> None:
        """Raise ``Refused`` unless the token's account has this permission."""
        if permission in self.denied:
            raise jira_error(403, words)

    def _refusal(self, request: web.Request) -> Refused | None:
        if self.deployment != "Cloud" and "/rest/api/3/" in request.path:
            return Refused(404, None)
        if not basic(request, self.email, self._token) or self.scoped != (GATEWAY in request.path):
            return jira_error(401, "Client must be authenticated to access this resource.")
        return None

    # --- searching ----------------------------------------------------------------------------------------

    async def search(self, request: web.Request) -> web.Response:
        """``POST /search/jql``: pages by token, never a total."""
        given = await body(request, SEARCH_KEYS)
        fields = list(given.get("fields") or ["id"])
        found = self.find(str(given.get("jql") or ""))
        page = self.page(found, str(given.get("nextPageToken") or ""), given.get("maxResults"), fields)
        expand = str(given.get("expand") or "")
        return web.json_response({**page, "issues": [self.shapes.issue(i, fields, expand) for i in page["issues"]]})

    async def search_by_query(self, request: web.Request) -> web.Response:
        """``GET /search/jql``."""
        query = request.query
        fields = query.getall("fields", ["id"])
        found, token = self.find(query.get("jql", "")), query.get("nextPageToken", "")
        page = self.page(found, token, query.get("maxResults"), fields)
        expand = query.get("expand", "")
        return web.json_response({**page, "issues": [self.shapes.issue(i, fields, expand) for i in page["issues"]]})

    async def count(self, request: web.Request) -> web.Response:
        """``POST /search/approximate-count``."""
        given = await body(request, {"jql"})
        return web.json_response({"count": len(self.find(str(given.get("jql") or "")))})

    async def gone(self, _request: web.Request) -> web.Response:
        """What Atlassian has removed."""
        raise jira_error(410, GONE)

    def find(self, jql: str) -> list[Issue]:
        """Evaluate a query. Raises ``Refused``."""
        try:
            return parse(jql, self.company, self.me).over(self.company)
        except BadQuery as bad:
            raise jira_error(400, str(bad)) from None

    def page(self, found: Sequence[Issue], token: str, most: Any, fields: Sequence[str]) -> dict[str, Any]:
        """One page: ``issues``, ``isLast`` and the token of the next. Raises ``Refused``."""
        limit = MOST_BARE if not self.shapes.chosen(fields) else MOST_ISSUES
        size = _size(most, 50, limit)
        start = from_token(token)
        after = start + size
        page: dict[str, Any] = {"issues": list(found[start:after]), "isLast": after >= len(found)}
        return page if page["isLast"] else page | {"nextPageToken": to_token(after)}

    # --- issues -------------------------------------------------------------------------------------------

    def issue(self, request: web.Request) -> Issue:
        """The issue in the path. Raises ``Refused``."""
        issue = self.company.issue(request.match_info["issue"])
        if issue is None:
            raise jira_error(404, NO_ISSUE)
        return issue

    async def one(self, request: web.Request) -> web.Response:
        """``GET /issue/{key}``."""
        fields = request.query.getall("fields", ["*all"])
        return web.json_response(self.shapes.issue(self.issue(request), fields, request.query.get("expand", "")))

    async def fetch(self, request: web.Request) -> web.Response:
        """``POST /issue/bulkfetch``: up to a hundred; those not found are left out without a word."""
        given = await body(request, FETCH_KEYS, {"issueIdsOrKeys"})
        wanted = [str(w) for w in given["issueIdsOrKeys"]]
        if len(wanted) > MOST_ISSUES:
            raise jira_error(400, f"The number of issues must not exceed {MOST_ISSUES}.")
        fields, expand = list(given.get("fields") or ["*navigable"]), ",".join(given.get("expand") or [])
        found = {i.id: i for w in wanted if (i := self.company.issue(w)) is not None}
        errors = [{"id": i, "errorMessage": why} for i, why in self.withheld.items() if int(i) in found]
        given_now = [found[i] for i in sorted(found) if str(i) not in self.withheld]
        issues = [self.shapes.issue(i, fields, expand) for i in given_now]
        return web.json_response({"issues": issues, "issueErrors": errors})

    async def changes(self, request: web.Request) -> web.Response:
        """``POST /changelog/bulkfetch``: oldest first, paged by token over all histories."""
        given = await body(request, CHANGES_KEYS, {"issueIdsOrKeys"})
        wanted, only = list(given["issueIdsOrKeys"]), frozenset(given.get("fieldIds") or ())
        if not 1 <= len(wanted) <= 1000 or len(only) > 10:
            raise jira_error(400, "Between 1 and 1000 issues and at most 10 fields can be asked for.")
        issues = {i.id: i for w in wanted if (i := self.company.issue(str(w))) is not None}
        rows = [(i, c) for i in issues.values() for c in i.changes if not only or only & {r.field_id for r in c.items}]
        start = from_token(str(given.get("nextPageToken") or ""))
        after = start + _size(given.get("maxResults"), 1000, 10_000)
        logs: dict[int, list[dict[str, Any]]] = {}
        for issue, change in rows[start:after]:
            logs.setdefault(issue.id, []).append(self.shapes.change(change, only))
        reply: dict[str, Any] = {
            "issueChangeLogs": [{"issueId": str(id_), "changeHistories": log} for id_, log in logs.items()]
        }
        return web.json_response(reply | ({"nextPageToken": to_token(after)} if after < len(rows) else {}))

    async def history(self, request: web.Request) -> web.Response:
        """``GET /issue/{key}/changelog``: oldest first, paged by offset."""
        changes = [self.shapes.change(change) for change in self.issue(request).changes]
        return web.json_response(offset_page(request, changes, 100))

    async def assign(self, request: web.Request) -> web.Response:
        """``PUT /issue/{key}/assignee``: to somebody who may have it, or to nobody."""
        issue, given = self.issue(request), await body(request, {"accountId", "name", "key"})
        self.need("ASSIGN_ISSUES")
        if "accountId" not in given:
            raise jira_error(400, "", assignee="accountId must be provided.")
        account = given["accountId"]
        if account == "-1":
            account = self.company.members[issue.project][0]
        if account is not None and account not in self.company.members[issue.project]:
            raise jira_error(400, assignee=f"User '{account}' cannot be assigned issues.")
        self.company.edit(issue.key, self.me, assignee=account)
        return web.Response(status=204)


def to_token(start: int) -> str:
    """An opaque page token."""
    return base64.urlsafe_b64encode(f"at:{start}".encode()).decode()


def from_token(token: str) -> int:
    """Where the page of ``token`` begins. Raises ``Refused``."""
    try:
        word, _, start = base64.urlsafe_b64decode(token).decode().partition(":")
        if not token or word == "at":
            return int(start or 0)
    except ValueError:
        pass
    raise jira_error(400, "The provided next page token is invalid.")


def offset_page(request: web.Request, items: Sequence[Any], most: int) -> dict[str, Any]:
    """A page by ``startAt`` and ``maxResults``."""
    start, size = _size(request.query.get("startAt"), 0, 10**9, 0), _size(request.query.get("maxResults"), 50, most)
    return {
        "self": str(request.url),
        "maxResults": size,
        "startAt": start,
        "total": len(items),
        "isLast": start + size >= len(items),
        "values": list(items[start : start + size]),
    }


def _size(given: Any, default: int, most: int, least: int = 1) -> int:
    try:
        return max(least, min(int(default if given is None else given), most))
    except (TypeError, ValueError):
        raise jira_error(400, f"'{given}' is not a number.") from None
