"""Sign in with the simulated Slack: a page that asks who you are, a code for the app, an id_token for the code."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import escape
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from integrations.simulator.slack.workspace import User, Workspace
from models.ids import unguessable

ISSUER, SLACK = "https://slack.com", "https://slack.com/"
"""Who says it, and what stands before claims of Slack's own."""

CODE_LIFE = timedelta(minutes=10)
"""How long a code works (Slack: ten minutes, once)."""

TOKEN_LIFE = timedelta(minutes=5)
"""How long an id_token is to be believed."""

ASKED = ("client_id", "redirect_uri", "state", "nonce", "scope", "response_type")


@dataclass(frozen=True, slots=True)
class Granted:
    """What a code stands for."""

    user: str
    back: str
    nonce: str
    until: datetime


@dataclass
class OpenIdDoors:
    """``/slack/openid/connect/authorize`` and ``openid.connect.token``. Nobody signs: there is no key to check with."""

    workspace: Workspace
    client: str
    secret: str
    codes: dict[str, Granted] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    """Said instead of what is true; tests add to them."""

    def routes(self) -> list[web.RouteDef]:
        """What to serve; before the other methods, because these take no token."""
        return [
            web.get("/slack/openid/connect/authorize", self.authorize),
            web.post("/slack/api/openid.connect.token", self.token),
        ]

    async def authorize(self, request: web.Request) -> web.Response:
        """Who are you? With ``user`` in the address that is answered, and the browser goes back with a code."""
        asked = {name: request.query.get(name, "") for name in ASKED}
        if asked["client_id"] != self.client or "openid" not in asked["scope"] or asked["response_type"] != "code":
            return web.Response(text="invalid_client_id or scope", status=400)
        user = self.workspace.users.get(request.query.get("user", ""))
        if user is None:
            return web.Response(text=self._page(asked), content_type="text/html")
        code, until = unguessable(), self.workspace.clock.real() + CODE_LIFE
        self.codes[code] = Granted(user.id, asked["redirect_uri"], asked["nonce"], until)
        raise web.HTTPFound(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}")

    async def token(self, request: web.Request) -> web.Response:
        """``openid.connect.token``: an id_token for a code, once, for the app that asked."""
        form = await request.post()
        given = self.codes.pop(str(form.get("code")), None)
        if (form.get("client_id"), form.get("client_secret")) != (self.client, self.secret):
            return _refused("bad_client_secret")
        if given is None or self.workspace.clock.real() > given.until:
            return _refused("invalid_code")
        if form.get("redirect_uri") != given.back:
            return _refused("bad_redirect_uri")
        token = self._token(self.workspace.users[given.user], given.nonce)
        answer = {"ok": True, "access_token": f"xoxp-{unguessable()}", "token_type": "Bearer", "id_token": token}
        return web.json_response(answer)

    def _token(self, user: User, nonce: str) -> str:
        now = int(self.workspace.clock.real().timestamp())
        said = {
            "iss": ISSUER,
            "sub": user.id,
            "aud": self.client,
            "iat": now,
            "exp": now + int(TOKEN_LIFE.total_seconds()),
            "auth_time": now,
            "nonce": nonce,
            f"{SLACK}team_id": self.workspace.team,
            f"{SLACK}user_id": user.id,
        }
        head = {"alg": "RS256", "typ": "JWT", "kid": "simulated"}
        return ".".join((_part(head), _part(said | self.claims), base64.urlsafe_b64encode(b"nobody signs").decode()))

    def _page(self, asked: dict[str, str]) -> str:
        """Everybody of the workspace, to be whoever one likes."""
        people = sorted((u for u in self.workspace.users.values() if not u.bot and not u.deleted), key=lambda u: u.name)
        rows = "".join(
            f'<li><a href="?{escape(urlencode({**asked, "user": user.id}))}">{escape(user.name)}</a> '
            f"<small>{escape(user.title)}</small></li>"
            for user in people
        )
        return (
            '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
            "<title>Sign in with the simulated Slack</title>"
            "<style>:root{color-scheme:light dark}body{font:16px/1.6 system-ui;max-width:30rem;margin:2rem auto;"
            "padding:0 1rem}li{margin:.4rem 0}</style>"
            f"<h1>{escape(self.workspace.name)}</h1><p>PM Agent wants to know who you are. You are:</p><ul>{rows}</ul>"
        )


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def _refused(code: str) -> web.Response:
    return web.json_response({"ok": False, "error": code})
