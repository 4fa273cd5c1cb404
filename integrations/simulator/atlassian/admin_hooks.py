"""Jira's admin webhooks: registered, listed and removed by whoever may administer; the secret never comes back.

What is registered is also told: each hook gets the events it asked for, signed with its own secret.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web

from integrations.simulator.atlassian.door import body, jira_error
from integrations.simulator.atlassian.jira import Jira
from integrations.simulator.atlassian.jql import BadQuery, parse
from integrations.simulator.atlassian.webhooks import Delivery
from integrations.simulator.nouns import News
from models.ids import fresh

KEYS = frozenset({"name", "url", "events", "filters", "excludeBody", "secret", "description", "enabled"})
FILTER = "issue-related-events-section"
FORBIDDEN = "You do not have permission to administer webhooks."


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminHook:
    """One registration. ``secret`` is known to Jira alone."""

    id: int
    name: str
    url: str
    events: tuple[str, ...]
    jql: str
    secret: str
    by: str
    active: bool = True

    def signature(self, raw: bytes) -> Mapping[str, str]:
        """The header that proves a delivery, when there is a secret."""
        digest = hmac.new(self.secret.encode(), raw, hashlib.sha256).hexdigest()
        return {"X-Hub-Signature": f"sha256={digest}"} if self.secret else {}


class AdminHooks:
    """The webhook paths of ``jira``."""

    def __init__(self, jira: Jira) -> None:
        self._jira = jira
        self.registered: dict[int, AdminHook] = {}

    def routes(self) -> list[web.RouteDef]:
        """What to serve."""
        here, route = "/jira/rest/webhooks/1.0/webhook", self._jira.route
        return [
            route("GET", here, self._administered(self.listed)),
            route("POST", here, self._administered(self.register)),
            route("GET", f"{here}/{{hook}}", self._administered(self.one)),
            route("DELETE", f"{here}/{{hook}}", self._administered(self.remove)),
        ]

    async def listed(self, _request: web.Request) -> web.Response:
        """``GET /webhook``."""
        return web.json_response([self._shape(hook) for hook in self.registered.values()])

    async def one(self, request: web.Request) -> web.Response:
        """``GET /webhook/{id}``."""
        return web.json_response(self._shape(self._found(request)))

    async def register(self, request: web.Request) -> web.Response:
        """``POST /webhook``: a second one to the same address is a second one."""
        given = await body(request, KEYS, {"name", "url"})
        jql = str(dict(given.get("filters") or {}).get(FILTER) or "")
        if not str(given["url"]).startswith(("http://", "https://")):
            raise jira_error(400, "The URL is invalid.")
        self._check(jql)
        hook = AdminHook(
            id=max(self.registered, default=0) + 1,
            name=str(given["name"]),
            url=str(given["url"]),
            events=tuple(map(str, given.get("events") or ())),
            jql=jql,
            secret=str(given.get("secret") or ""),
            by=self._jira.me,
            active=given.get("enabled") is not False,
        )
        self.registered[hook.id] = hook
        return web.json_response(self._shape(hook), status=201)

    async def remove(self, request: web.Request) -> web.Response:
        """``DELETE /webhook/{id}``."""
        del self.registered[self._found(request).id]
        return web.Response(status=204)

    def wanting(self, news: News) -> list[AdminHook]:
        """The hooks that are told of ``news``: JQL narrows issue and comment events alone."""
        return [h for h in self.registered.values() if h.active and news.event in h.events and self._fits(h, news)]

    def retold(self, own: Delivery, news: News) -> list[Delivery]:
        """Where ``own`` goes: as set up by hand, and to every hook that wants it, signed with that hook's secret.

        Once the address of ``own`` is registered, that registration alone decides.
        """
        known = any(hook.url == own.url for hook in self.registered.values())
        return [*([] if known else [own]), *(_to(hook, own) for hook in self.wanting(news))]

    def _fits(self, hook: AdminHook, news: News) -> bool:
        if not hook.jql or news.issue is None:
            return True
        return parse(hook.jql, self._jira.company, self._jira.me).holds(news.issue)

    def _check(self, jql: str) -> None:
        try:
            parse(jql, self._jira.company, self._jira.me) if jql else None
        except BadQuery as bad:
            raise jira_error(400, str(bad)) from None

    def _administered(self, handler: Callable[[web.Request], Any]) -> Callable[[web.Request], Any]:
        async def asked(request: web.Request) -> web.StreamResponse:
            if self._jira.scoped:  # registering with a scoped token is reported not to work
                raise jira_error(401, "Unauthorized; scope does not match")
            self._jira.need("ADMINISTER", FORBIDDEN)
            answer: web.StreamResponse = await handler(request)
            return answer

        return asked

    def _found(self, request: web.Request) -> AdminHook:
        given = request.match_info["hook"]
        hook = self.registered.get(int(given)) if given.isdigit() else None
        if hook is None:
            raise jira_error(404, "The webhook does not exist.")
        return hook

    def _shape(self, hook: AdminHook) -> dict[str, Any]:
        return {
            "name": hook.name,
            "url": hook.url,
            "excludeBody": False,
            "filters": {FILTER: hook.jql},
            "events": list(hook.events),
            "enabled": hook.active,
            "isSigned": bool(hook.secret),
            "self": f"{self._jira.base}/rest/webhooks/1.0/webhook/{hook.id}",
            "lastUpdatedUser": hook.by,
            "lastUpdatedDisplayName": self._jira.company.people[hook.by].name,
        }


def _to(hook: AdminHook, own: Delivery) -> Delivery:
    """``own`` as it goes to one hook."""
    headers = {name: value for name, value in own.headers.items() if name != "X-Hub-Signature"}
    headers |= {"X-Atlassian-Webhook-Identifier": fresh(), **hook.signature(own.body)}
    return replace(own, url=hook.url, headers=headers)
