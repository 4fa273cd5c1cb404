"""Jira's comments: written in Atlassian Document Format, with properties that a program can leave on them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from aiohttp import web

from integrations.simulator.atlassian.door import body, jira_error
from integrations.simulator.atlassian.jira import Jira
from integrations.simulator.nouns import Comment, Issue

COMMENT_KEYS = frozenset({"body", "properties", "visibility", "jsdPublic"})
NO_COMMENT = "Can not find a comment for the given id."


class Comments:
    """The comment paths of ``jira``."""

    def __init__(self, jira: Jira) -> None:
        self._jira = jira

    def routes(self) -> list[web.RouteDef]:
        """What to serve."""
        v3, route = "/jira/rest/api/3", self._jira.route
        return [
            route("POST", f"{v3}/comment/list", self.listed),
            route("GET", f"{v3}/issue/{{issue}}/comment", self.of_issue),
            route("POST", f"{v3}/issue/{{issue}}/comment", self.add),
            route("GET", f"{v3}/issue/{{issue}}/comment/{{comment}}", self.one),
            route("GET", f"{v3}/comment/{{comment}}/properties", self.keys),
            route("GET", f"{v3}/comment/{{comment}}/properties/{{key}}", self.property),
            route("PUT", f"{v3}/comment/{{comment}}/properties/{{key}}", self.set_property),
        ]

    async def add(self, request: web.Request) -> web.Response:
        """``POST /issue/{key}/comment``."""
        issue, given = self._jira.issue(request), await body(request, COMMENT_KEYS, {"body"})
        self._jira.need("ADD_COMMENTS")
        if any(document_faults(given["body"])):
            raise jira_error(400, comment="INVALID_INPUT")
        properties = given.get("properties") or []
        if not all(isinstance(p, dict) and set(p) == {"key", "value"} for p in properties):
            raise jira_error(400, properties="Each property has a key and a value.")
        comment = self._jira.company.comment(issue.key, self._jira.me, given["body"], properties)
        return web.json_response(self._jira.shapes.comment(issue, comment), status=201)

    async def of_issue(self, request: web.Request) -> web.Response:
        """``GET /issue/{key}/comment``: oldest first, or newest with ``orderBy=-created``."""
        issue, query = self._jira.issue(request), request.query
        found = list(issue.comments)
        if query.get("orderBy") == "-created":
            found.reverse()
        start, size = int(query.get("startAt", 0)), min(int(query.get("maxResults", 5000)), 5000)
        with_properties = "properties" in query.get("expand", "").split(",")
        shapes = self._jira.shapes
        shown = [shapes.comment(issue, c, properties=with_properties) for c in found[start : start + size]]
        return web.json_response({"startAt": start, "maxResults": size, "total": len(found), "comments": shown})

    async def listed(self, request: web.Request) -> web.Response:
        """``POST /comment/list``."""
        given = await body(request, {"ids"}, {"ids"})
        with_properties = "properties" in request.query.get("expand", "").split(",")
        ids = {int(id_) for id_ in given["ids"]}
        shapes = self._jira.shapes
        shown = [shapes.comment(i, c, properties=with_properties) for i, c in self._all() if c.id in ids]
        page = {"self": str(request.url), "startAt": 0, "maxResults": 1000, "total": len(shown), "isLast": True}
        return web.json_response({**page, "values": shown})

    async def one(self, request: web.Request) -> web.Response:
        """``GET /issue/{key}/comment/{id}``."""
        issue, comment = self._found(request)
        with_properties = "properties" in request.query.get("expand", "").split(",")
        return web.json_response(self._jira.shapes.comment(issue, comment, properties=with_properties))

    async def keys(self, request: web.Request) -> web.Response:
        """``GET /comment/{id}/properties``."""
        _, comment = self._found(request)
        url = f"{self._jira.base}/rest/api/3/comment/{comment.id}/properties"
        return web.json_response({"keys": [{"self": f"{url}/{p['key']}", "key": p["key"]} for p in comment.properties]})

    async def property(self, request: web.Request) -> web.Response:
        """``GET /comment/{id}/properties/{key}``."""
        _, comment = self._found(request)
        key = request.match_info["key"]
        found = next((p for p in comment.properties if p["key"] == key), None)
        if found is None:
            raise jira_error(404, f"The property with key '{key}' does not exist.")
        return web.json_response(dict(found))

    async def set_property(self, request: web.Request) -> web.Response:
        """``PUT /comment/{id}/properties/{key}``."""
        issue, comment = self._found(request)
        key, value = request.match_info["key"], await request.json()
        others = tuple(p for p in comment.properties if p["key"] != key)
        changed = replace(comment, properties=(*others, {"key": key, "value": value}))
        kept = tuple(changed if c.id == comment.id else c for c in issue.comments)
        self._jira.company.issues[issue.key] = replace(issue, comments=kept)
        return web.json_response(status=201 if len(others) == len(comment.properties) else 200, data=None)

    def _all(self) -> Iterator[tuple[Issue, Comment]]:
        return ((issue, comment) for issue in self._jira.company.issues.values() for comment in issue.comments)

    def _found(self, request: web.Request) -> tuple[Issue, Comment]:
        wanted = request.match_info["comment"]
        found = next(((i, c) for i, c in self._all() if str(c.id) == wanted), None)
        if found is None:
            raise jira_error(404, NO_COMMENT)
        return found


def document_faults(document: Any) -> Iterator[str]:
    """Why ``document`` is no Atlassian document: the mistakes a plain string or a wrong mention makes."""
    if not isinstance(document, dict) or document.get("type") != "doc" or document.get("version") != 1:
        yield "not a document of version 1"
        return
    for node in document.get("content", [None]):
        if not isinstance(node, dict) or node.get("type") not in _TOP:
            yield "not a block at the top"
        else:
            yield from _node_faults(node)


_TOP = frozenset(
    {"paragraph", "heading", "bulletList", "orderedList", "panel", "rule", "blockquote", "codeBlock", "table"}
)


def _node_faults(node: dict[str, Any]) -> Iterator[str]:
    kind = node.get("type")
    if kind == "text" and not node.get("text"):
        yield "an empty text"
    if kind == "mention" and not isinstance(dict(node.get("attrs") or {}).get("id"), str):
        yield "a mention of nobody"
    for inner in node.get("content", ()):
        if isinstance(inner, dict) and isinstance(inner.get("type"), str):
            yield from _node_faults(inner)
        else:
            yield "a node without a type"
