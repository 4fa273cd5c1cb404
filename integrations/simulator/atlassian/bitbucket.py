"""Bitbucket Cloud's REST 2.0 over the company: repositories and pull requests, paged by ``next``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from integrations.simulator.atlassian.bitbucket_shapes import Shapes
from integrations.simulator.atlassian.door import Handler, Refused, basic, bitbucket_error, guarded
from integrations.simulator.company import Company
from integrations.simulator.nouns import PullRequest

MOST = 50
"""Pull requests per page (``pagelen``)."""

STATES = frozenset({"OPEN", "MERGED", "DECLINED", "SUPERSEDED"})
SORTS: Mapping[str, Callable[[PullRequest], Any]] = {
    "created_on": lambda p: p.created,
    "updated_on": lambda p: p.updated,
    "id": lambda p: p.number,
}
WITH_PEOPLE = frozenset({"+values.reviewers", "+values.participants", "+values.*", "*"})


class Bitbucket:
    """The routes of the API."""

    def __init__(self, company: Company, *, email: str, token: str) -> None:
        self.company = company
        self._email, self._token = email, token
        self.base = ""
        """The address of this API with its version; set when its port is known."""

    @property
    def shapes(self) -> Shapes:
        """Shapes with links to this Bitbucket."""
        return Shapes(self.company, self.base)

    def routes(self) -> list[web.RouteDef]:
        """What to serve; one slash at the end is welcome, as there."""
        repositories = "/bitbucket/2.0/repositories"
        one = f"{repositories}/{{workspace}}/{{slug}}"
        pull = f"{one}/pullrequests/{{number:\\d+}}"
        paths: list[tuple[str, Handler]] = [
            ("/bitbucket/2.0/user", self.user),
            (f"{repositories}/{{workspace}}", self.repositories),
            (one, self.repository),
            (f"{one}/pullrequests", self.pull_requests),
            (pull, self.pull_request),
            (f"{pull}/activity", self.activity),
            (f"{pull}/statuses", self.statuses),
            (f"{one}/commit/{{commit}}/pullrequests", self.of_commit),
        ]
        served = [(f"{path}{end}", handler) for path, handler in paths for end in ("", "/")]
        return [web.get(path, guarded(handler, self._refusal)) for path, handler in served]

    def _refusal(self, request: web.Request) -> Refused | None:
        bearer = request.headers.get("Authorization", "") == f"Bearer {self._token}"
        if bearer or basic(request, self._email, self._token):
            return None
        return bitbucket_error(401, "Token is invalid, expired, or not supported for this endpoint.")

    async def user(self, request: web.Request) -> web.Response:
        """``GET /user``: not for access tokens."""
        if request.headers.get("Authorization", "").startswith("Bearer "):
            raise bitbucket_error(403, "This endpoint does not support token-based authentication.")
        app = next(account for account, who in self.company.people.items() if who.app)
        return web.json_response(self.shapes.account(app))

    async def repositories(self, request: web.Request) -> web.Response:
        """``GET /repositories/{workspace}``."""
        workspace = request.match_info["workspace"]
        names = [name for name in self.company.repositories if name.partition("/")[0] == workspace]
        if not names:
            raise bitbucket_error(404, f"No workspace with identifier '{workspace}'.")
        return web.json_response(self._page(request, [self.shapes.whole_repository(name) for name in names]))

    async def repository(self, request: web.Request) -> web.Response:
        """``GET /repositories/{workspace}/{slug}``."""
        return web.json_response(self.shapes.whole_repository(self._name(request)))

    async def pull_requests(self, request: web.Request) -> web.Response:
        """``GET …/pullrequests``: open ones unless said; no reviewers unless asked for."""
        name, query = self._name(request), request.query
        states = set(query.getall("state", [])) or {"OPEN"}
        if states - STATES:
            raise bitbucket_error(400, f"Invalid state: {', '.join(sorted(states - STATES))}")
        kept = _filter(query.get("q", ""))
        here = [p for p in self.company.pull_requests.values() if p.repository == name]
        found = [p for p in here if p.state in states and kept(p)]
        sort = query.get("sort", "-updated_on")
        if sort.lstrip("-") not in SORTS:
            raise bitbucket_error(400, f"Invalid sort field: {sort}")
        found.sort(key=SORTS[sort.lstrip("-")], reverse=sort.startswith("-"))
        fields = query.get("fields", "").split(",")
        shown = [self.shapes.pull_request(p, people=bool(WITH_PEOPLE & set(fields))) for p in found]
        return web.json_response(_narrowed(self._page(request, shown), fields))

    async def pull_request(self, request: web.Request) -> web.Response:
        """``GET …/pullrequests/{id}``: with reviewers and participants."""
        return web.json_response(self.shapes.pull_request(self._pull(request), people=True))

    async def activity(self, request: web.Request) -> web.Response:
        """``GET …/activity``: newest first."""
        pull = self._pull(request)
        return web.json_response(self._page(request, [self.shapes.step(pull, s) for s in reversed(pull.steps)]))

    async def statuses(self, request: web.Request) -> web.Response:
        """``GET …/statuses``."""
        pull = self._pull(request)
        return web.json_response(self._page(request, [self.shapes.build(pull, b) for b in pull.builds]))

    async def of_commit(self, request: web.Request) -> web.Response:
        """``GET …/commit/{hash}/pullrequests``."""
        name, commit = self._name(request), request.match_info["commit"]
        found = [p for p in self.company.pull_requests.values() if p.repository == name and p.commit == commit[:12]]
        return web.json_response(self._page(request, [self.shapes.pull_request(p, people=False) for p in found]))

    def _name(self, request: web.Request) -> str:
        name = f"{request.match_info['workspace']}/{request.match_info['slug']}"
        if name not in self.company.repositories:
            raise bitbucket_error(404, f"Repository {name} not found")
        return name

    def _pull(self, request: web.Request) -> PullRequest:
        pull = self.company.pull_requests.get((self._name(request), int(request.match_info["number"])))
        if pull is None:
            raise bitbucket_error(404, "Pull request not found")
        return pull

    def _page(self, request: web.Request, items: Sequence[Any]) -> dict[str, Any]:
        number, size = _count(request, "page", 1, 10**6), _count(request, "pagelen", 10, MOST)
        end = number * size
        page: dict[str, Any] = {
            "size": len(items),
            "page": number,
            "pagelen": size,
            "values": list(items[end - size : end]),
        }
        if end < len(items):
            here = f"{self.base}{request.path.removeprefix('/bitbucket/2.0')}"
            query = request.url.update_query(page=str(number + 1)).raw_query_string
            page["next"] = f"{here}?{query}"
        return page


def _count(request: web.Request, name: str, default: int, most: int) -> int:
    given = request.query.get(name, str(default))
    if not given.isdigit() or not 1 <= int(given) <= most:
        raise bitbucket_error(400, f"Invalid {name}")
    return int(given)


_CLAUSE = re.compile(r'\s*(state|updated_on|created_on)\s*(=|>=|>|<=|<)\s*"?([^"\s]+)"?\s*', re.IGNORECASE)
_HOLDS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: bool(a == b),
    ">": lambda a, b: bool(a > b),
    ">=": lambda a, b: bool(a >= b),
    "<": lambda a, b: bool(a < b),
    "<=": lambda a, b: bool(a <= b),
}


def _filter(text: str) -> Callable[[PullRequest], bool]:
    """``q``: state and times joined by AND. Raises ``Refused`` for anything else."""
    clauses = [_CLAUSE.fullmatch(part) for part in re.split(r"\s+AND\s+", text)] if text else []
    if not all(clauses):
        raise bitbucket_error(400, f"Invalid query: {text}")
    parsed = [(c[1].lower(), _HOLDS[c[2]], c[3]) for c in clauses if c is not None]

    def kept(pull: PullRequest) -> bool:
        values = {"state": pull.state, "updated_on": pull.updated, "created_on": pull.created}
        return all(holds(values[name], wanted if name == "state" else _time(wanted)) for name, holds, wanted in parsed)

    return kept


def _time(text: str) -> Any:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise bitbucket_error(400, f"Invalid date: {text}") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _narrowed(page: dict[str, Any], fields: Sequence[str]) -> dict[str, Any]:
    """Partial responses: plain names keep only themselves, ``-names`` take away, ``+names`` were added before."""
    plain = {f for f in fields if f and f[0] not in "+-*"}
    gone = {f[1:] for f in fields if f.startswith("-")}
    if plain:
        inside = {f.split(".")[1] for f in plain if f.startswith("values.")}
        page = {name: value for name, value in page.items() if name in {f.split(".")[0] for f in plain}}
        if inside and "values" in page:
            page["values"] = [{n: v for n, v in item.items() if n in inside} for item in page["values"]]
    for name in gone:
        page.pop(name, None)
    return page
