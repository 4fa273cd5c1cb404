"""Bitbucket Cloud's REST 2.0 over the company: repositories, pull requests, people and webhooks, paged by ``next``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from integrations.simulator.atlassian.bitbucket_hooks import Hooks
from integrations.simulator.atlassian.bitbucket_people import default_reviewers, members
from integrations.simulator.atlassian.bitbucket_shapes import Shapes
from integrations.simulator.atlassian.door import Handler, Refused, basic, bitbucket_error, guarded
from integrations.simulator.company import Company
from integrations.simulator.nouns import PullRequest

MOST = 50
"""Pull requests per page (``pagelen``)."""

MOST_ELSE = 100
"""Other things per page."""

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
        self.hooks = Hooks(company.clock)
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
            (f"{one}/commit/{{commit}}/statuses", self.statuses_of_commit),
            (f"{one}/effective-default-reviewers", self.reviewers),
            ("/bitbucket/2.0/workspaces/{workspace}/members", self.members),
        ]
        served = [(f"{path}{end}", handler) for path, handler in paths for end in ("", "/")]
        reads = [web.get(path, guarded(handler, self._refusal)) for path, handler in served]
        return (
            reads + self._hook_routes(f"{one}/hooks") + self._hook_routes("/bitbucket/2.0/workspaces/{workspace}/hooks")
        )

    def _hook_routes(self, path: str) -> list[web.RouteDef]:
        one = f"{path}/{{uid:[^/]+}}"  # the default refuses braces
        return [
            web.get(path, guarded(self.list_hooks, self._refusal)),
            web.post(path, guarded(self.add_hook, self._refusal)),
            web.get(one, guarded(self.hook, self._refusal)),
            web.put(one, guarded(self.change_hook, self._refusal)),
            web.delete(one, guarded(self.delete_hook, self._refusal)),
        ]

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
        self._workspace(request)
        names = [name for name in self.company.repositories if name.partition("/")[0] == workspace]
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
        """``GET …/activity``: newest first, but approvals before all else; nobody may lean on an order."""
        pull = self._pull(request)
        steps = sorted(reversed(pull.steps), key=lambda step: step.kind != "approval")
        return web.json_response(self._page(request, [self.shapes.step(pull, step) for step in steps]))

    async def statuses(self, request: web.Request) -> web.Response:
        """``GET …/statuses``: the builds of its newest commit."""
        pull = self._pull(request)
        builds = [b for b in pull.builds if (b.commit or pull.commit) == pull.commit]
        return web.json_response(self._page(request, [self.shapes.build(pull, b) for b in builds], MOST_ELSE))

    async def statuses_of_commit(self, request: web.Request) -> web.Response:
        """``GET …/commit/{hash}/statuses``."""
        commit = request.match_info["commit"][:12]
        found = [
            self.shapes.build(pull, build)
            for pull in self._at(request)
            for build in pull.builds
            if (build.commit or pull.commit) == commit
        ]
        return web.json_response(self._page(request, found, MOST_ELSE))

    async def of_commit(self, request: web.Request) -> web.Response:
        """``GET …/commit/{hash}/pullrequests``."""
        found = [self.shapes.pull_request(pull, people=False) for pull in self._at(request)]
        return web.json_response(self._page(request, found))

    async def reviewers(self, request: web.Request) -> web.Response:
        """``GET …/effective-default-reviewers``."""
        found = default_reviewers(self.company, self.shapes, self._name(request))
        return web.json_response(self._page(request, found, MOST_ELSE))

    async def members(self, request: web.Request) -> web.Response:
        """``GET /workspaces/{workspace}/members``."""
        workspace, query = self._workspace(request), request.query
        fields = frozenset(query.get("fields", "").split(","))
        found = members(self.company, self.shapes, workspace, query.get("q", ""), fields)
        return web.json_response(self._page(request, found, MOST_ELSE))

    # --- webhooks -----------------------------------------------------------------------------------------

    async def list_hooks(self, request: web.Request) -> web.Response:
        """``GET …/hooks``."""
        found = [self.hooks.shape(hook, self.base) for hook in self.hooks.of(self._subject(request))]
        return web.json_response(self._page(request, found, MOST_ELSE))

    async def add_hook(self, request: web.Request) -> web.Response:
        """``POST …/hooks``: the same address twice makes two, as there."""
        hook = await self.hooks.add(self._subject(request), request)
        return web.json_response(self.hooks.shape(hook, self.base), status=201)

    async def hook(self, request: web.Request) -> web.Response:
        """``GET …/hooks/{uid}``."""
        found = self.hooks.one(self._subject(request), request.match_info["uid"])
        return web.json_response(self.hooks.shape(found, self.base))

    async def change_hook(self, request: web.Request) -> web.Response:
        """``PUT …/hooks/{uid}``."""
        changed = await self.hooks.change(self._subject(request), request.match_info["uid"], request)
        return web.json_response(self.hooks.shape(changed, self.base))

    async def delete_hook(self, request: web.Request) -> web.Response:
        """``DELETE …/hooks/{uid}``."""
        self.hooks.remove(self._subject(request), request.match_info["uid"])
        return web.Response(status=204)

    # --- what a request means -----------------------------------------------------------------------------

    def _subject(self, request: web.Request) -> str:
        return self._name(request) if "slug" in request.match_info else self._workspace(request)

    def _workspace(self, request: web.Request) -> str:
        workspace = request.match_info["workspace"]
        if all(name.partition("/")[0] != workspace for name in self.company.repositories):
            raise bitbucket_error(404, f"No workspace with identifier '{workspace}'.")
        return workspace

    def _at(self, request: web.Request) -> list[PullRequest]:
        """The pull requests of this repository that a commit is part of."""
        name, commit = self._name(request), request.match_info["commit"][:12]
        here = (p for p in self.company.pull_requests.values() if p.repository == name)
        return [p for p in here if commit in {p.commit, *(step.commit for step in p.steps if step.commit)}]

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

    def _page(self, request: web.Request, items: Sequence[Any], most: int = MOST) -> dict[str, Any]:
        number, size = _count(request, "page", 1, 10**6), _count(request, "pagelen", 10, most)
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
