"""Changing an issue as its screens and workflow allow: transitions, fields, links."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from integrations.simulator.atlassian.door import body, jira_error
from integrations.simulator.atlassian.jira import NO_ISSUE, Jira
from integrations.simulator.atlassian.jira_shapes import FIELDS, LINK_TYPES
from integrations.simulator.nouns import FLAGGED, IMPEDIMENT, PRIORITY_IDS, Issue, Link, Status

UPDATE_KEYS = frozenset({"fields", "update", "historyMetadata", "properties", "transition"})
EDITABLE = ("summary", "priority", "labels", FLAGGED)
"""What the edit screen of every issue has."""


class Workflow:
    """The changing paths of ``jira``."""

    def __init__(self, jira: Jira) -> None:
        self._jira, self._company = jira, jira.company

    def routes(self) -> list[web.RouteDef]:
        """What to serve."""
        v3, route = "/jira/rest/api/3", self._jira.route
        return [
            route("GET", f"{v3}/issue/{{issue}}/transitions", self.ways),
            route("POST", f"{v3}/issue/{{issue}}/transitions", self.go),
            route("GET", f"{v3}/issue/{{issue}}/editmeta", self.screen),
            route("PUT", f"{v3}/issue/{{issue}}", self.edit),
            route("GET", f"{v3}/issueLinkType", self.kinds),
            route("POST", f"{v3}/issueLink", self.link),
        ]

    # --- transitions --------------------------------------------------------------------------------------

    async def ways(self, request: web.Request) -> web.Response:
        """``GET /issue/{key}/transitions``: to every other status; screens only when asked for."""
        issue = self._jira.issue(request)
        if "TRANSITION_ISSUES" in self._jira.denied:
            return web.json_response({"expand": "transitions", "transitions": []})
        screens = "transitions.fields" in request.query.get("expand", "").split(",")
        ways = [self._way(id_, status, screens) for id_, status in self._ways(issue).items()]
        return web.json_response({"expand": "transitions", "transitions": ways})

    async def go(self, request: web.Request) -> web.Response:
        """``POST /issue/{key}/transitions``."""
        issue, given = self._jira.issue(request), await body(request, UPDATE_KEYS, {"transition"})
        self._jira.need("TRANSITION_ISSUES")
        id_ = dict(given["transition"] or {}).get("id")
        status = self._ways(issue).get(id_) if isinstance(id_, str) else None
        if status is None:
            raise jira_error(400, "It is not possible to transition the issue: the transition is not available.")
        left = [n for n in self._jira.screens.get(status.name, ()) if n not in dict(given.get("fields") or {})]
        if left:
            raise jira_error(400, **{name: f"{name.capitalize()} is required." for name in left})
        self._company.edit(issue.key, self._jira.me, status=status.name)
        return web.Response(status=204)

    def _ways(self, issue: Issue) -> Mapping[str, Status]:
        statuses = self._company.statuses.values()
        return {str(11 + 10 * n): s for n, s in enumerate(statuses) if s.name != issue.status}

    def _way(self, id_: str, status: Status, screens: bool) -> dict[str, Any]:
        needs = self._jira.screens.get(status.name, ())
        way = {
            "id": id_,
            "name": status.name,
            "to": self._jira.shapes.status(status.name),
            "hasScreen": bool(needs),
            "isGlobal": True,
            "isInitial": False,
            "isAvailable": True,
            "isConditional": False,
            "looped": False,
        }
        return way | ({"fields": {name: _field(name, required=True) for name in needs}} if screens else {})

    # --- fields -------------------------------------------------------------------------------------------

    async def screen(self, request: web.Request) -> web.Response:
        """``GET /issue/{key}/editmeta``."""
        self._jira.issue(request)
        if "EDIT_ISSUES" in self._jira.denied:
            return web.json_response({"fields": {}})
        fields = {name: _field(name, required=name == "summary") for name in EDITABLE}
        fields["priority"] |= {"allowedValues": [self._jira.shapes.priority(name) for name in PRIORITY_IDS]}
        fields[FLAGGED] |= {"allowedValues": [{"id": IMPEDIMENT, "value": "Impediment"}]}
        return web.json_response({"fields": fields})

    async def edit(self, request: web.Request) -> web.Response:
        """``PUT /issue/{key}``: fields of its screen, others are refused."""
        issue, given = self._jira.issue(request), await body(request, UPDATE_KEYS, {"fields"})
        self._jira.need("EDIT_ISSUES")
        fields = dict(given["fields"] or {})
        if unknown := [name for name in fields if name not in EDITABLE]:
            wrong = "cannot be set. It is not on the appropriate screen, or unknown."
            raise jira_error(400, **{name: f"Field '{name}' {wrong}" for name in unknown})
        changes: dict[str, Any] = {}
        if "priority" in fields:
            changes["priority"] = _priority(fields["priority"])
        if "summary" in fields:
            changes["title"] = str(fields["summary"])
        if "labels" in fields:
            changes["labels"] = tuple(map(str, fields["labels"]))
        if FLAGGED in fields:
            changes["flagged"] = _flagged(fields[FLAGGED])
        self._company.edit(issue.key, self._jira.me, **changes)
        return web.Response(status=204)

    # --- links --------------------------------------------------------------------------------------------

    async def kinds(self, _request: web.Request) -> web.Response:
        """``GET /issueLinkType``."""
        return web.json_response({"issueLinkTypes": [self._jira.shapes.link_type(kind) for kind in LINK_TYPES]})

    async def link(self, request: web.Request) -> web.Response:
        """``POST /issueLink``: the inward issue *blocks* the outward one. One that is there stays."""
        given = await body(request, {"type", "inwardIssue", "outwardIssue", "comment"}, {"type"})
        self._jira.need("LINK_ISSUES")
        asked = dict(given["type"] or {})
        kind = next((k for k in LINK_TYPES if asked.get("id") == LINK_TYPES[k][0] or asked.get("name") == k), None)
        if kind is None:
            raise jira_error(404, f"No issue link type with name '{asked.get('name')}' found.")
        inward, outward = self._end(given, "inwardIssue"), self._end(given, "outwardIssue")
        if kind == "Blocks":
            blocked_by = tuple(dict.fromkeys((*outward.blocked_by, inward.key)))
            self._company.edit(outward.key, self._jira.me, blocked_by=blocked_by)
        elif (link := Link(kind, inward.key, outward.key)) not in self._company.links:
            self._company.links.append(link)
        return web.Response(status=201)

    def _end(self, given: Mapping[str, Any], side: str) -> Issue:
        named = dict(given.get(side) or {})
        issue = self._company.issue(str(named.get("key") or named.get("id") or ""))
        if issue is None:
            raise jira_error(404, NO_ISSUE)
        return issue


def _priority(value: Any) -> str:
    """A priority by id or name. Raises ``Refused``."""
    given = value if isinstance(value, dict) else {}
    found = next((n for n, id_ in PRIORITY_IDS.items() if given.get("id") == id_ or given.get("name") == n), None)
    if found is None:
        raise jira_error(400, priority="The priority selected is invalid.")
    return found


def _flagged(value: Any) -> bool:
    """Whether a list of options flags it; no list, or none in it, takes the flag off. Raises ``Refused``."""
    given = value or []
    known = isinstance(given, list) and all(isinstance(o, dict) and o.get("id") == IMPEDIMENT for o in given)
    if not known:
        raise jira_error(400, **{FLAGGED: "Option id is not valid."})
    return bool(given)


def _field(name: str, *, required: bool) -> dict[str, Any]:
    known = {str(field["id"]): field for field in FIELDS}.get(name)
    words, schema = (known["name"], known["schema"]) if known else (name.capitalize(), {"type": name, "system": name})
    return {
        "required": required,
        "schema": schema,
        "name": words,
        "key": name,
        "hasDefaultValue": False,
        "operations": ["set"],
    }
