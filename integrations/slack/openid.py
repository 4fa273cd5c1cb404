"""Sign in with Slack (OpenID Connect): where to send a browser, and who came back with a code.

The answer to a code comes from Slack itself over TLS, to whoever has the app's secret: OpenID Connect allows to go by
that instead of the token's signature (Core 1.0, 3.1.3.7). What the token says is checked in full. Slack takes no PKCE
from an app with a secret: switching it on makes the app a public client, which cannot be undone.
"""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

import aiohttp

from integrations.slack.client import OFFICIAL
from models.errors import Refused, Unclear
from models.ids import SlackUserId

PATIENCE = 10.0
"""Seconds Slack may take to exchange a code."""

ISSUER = "https://slack.com"
SLACK = "https://slack.com/"
"""Before its own claims."""

SKEW = 60.0
"""Seconds two clocks may differ by."""

LONGEST = 100_000
"""Bytes of an answer."""


@dataclass(frozen=True, slots=True)
class Known:
    """Whom Slack has named."""

    user: SlackUserId
    workspace: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenId:
    """One Slack app, as a client of Slack's sign-in."""

    client: str
    secret: str
    api_url: str = ""
    """As ``SLACK_API_URL``."""

    @property
    def _api(self) -> str:
        return (self.api_url or OFFICIAL).rstrip("/")

    @property
    def is_safe(self) -> bool:
        """Whether what Slack says cannot be changed on its way: over TLS, or inside this machine."""
        parts = urlsplit(self._api)
        return parts.scheme == "https" or parts.hostname in ("127.0.0.1", "localhost", "::1")

    def address(self, *, back: str, state: str, nonce: str, workspace: str) -> str:
        """Where a browser is sent; it comes back to ``back`` with a code and the same ``state``."""
        asked = {"response_type": "code", "scope": "openid", "client_id": self.client, "redirect_uri": back}
        asked |= {"state": state, "nonce": nonce, **({"team": workspace} if workspace else {})}
        return f"{self._api.removesuffix('/api')}/openid/connect/authorize?{urlencode(asked)}"

    async def who(self, code: str, *, back: str, nonce: str, now: datetime) -> Known:
        """Whom Slack names for ``code``. ``now`` is real time.

        Raises ``Refused`` where the code or what comes for it is no good, ``Unclear`` where Slack does not answer.
        """
        if not self.is_safe:
            raise Refused("SLACK_API_URL is not https, so nobody can be signed in over it", code="not_safe")
        said = await self._exchange(code, back)
        if said.get("ok") is not True:
            raise Refused(f"Slack refuses the code: {str(said.get('error'))[:60]}", code=str(said.get("error"))[:60])
        return _known(_claims(said.get("id_token")), self.client, nonce, now)

    async def _exchange(self, code: str, back: str) -> Mapping[str, Any]:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back}
        form |= {"client_id": self.client, "client_secret": self.secret}
        limit = aiohttp.ClientTimeout(total=PATIENCE)
        try:
            async with (
                aiohttp.ClientSession(timeout=limit) as session,
                session.post(f"{self._api}/openid.connect.token", data=form, allow_redirects=False) as answer,
            ):
                said = json.loads(await _whole(answer))
        except (TimeoutError, aiohttp.ClientError, ValueError, RecursionError) as error:
            raise Unclear(f"Slack's sign-in did not answer: {type(error).__name__}") from None
        return said if isinstance(said, dict) else {}


async def _whole(answer: aiohttp.ClientResponse) -> bytes:
    """The body to its end, in however many pieces it comes. Raises ``ValueError`` for one that is too long."""
    body = bytearray()
    async for piece in answer.content.iter_any():
        body += piece
        if len(body) > LONGEST:
            raise ValueError("too long")
    return bytes(body)


def _claims(token: object) -> Mapping[str, Any]:
    """What an id_token says. Raises ``Refused``."""
    try:
        _, body, _ = str(token).split(".")
        said = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise Refused("Slack's id_token cannot be read", code="bad_token")
    return said


def _known(claims: Mapping[str, Any], client: str, nonce: str, now: datetime) -> Known:
    """Raises ``Refused`` for a token that is another's, another app's, of another sign-in, or too old."""
    user, workspace = claims.get(f"{SLACK}user_id"), claims.get(f"{SLACK}team_id")
    ends, made = claims.get("exp"), claims.get("iat")
    wrong = {
        "issuer": claims.get("iss") != ISSUER,
        "audience": claims.get("aud") != client,
        "nonce": not hmac.compare_digest(_bytes(claims.get("nonce")), _bytes(nonce)),
        "time": not _is_number(ends) or not _is_number(made) or not _holds(made, ends, now),
        "user": not isinstance(user, str) or not user,
        "workspace": not isinstance(workspace, str) or not workspace,
    }
    if found := [name for name, is_wrong in wrong.items() if is_wrong]:
        raise Refused(f"Slack's id_token does not fit: {', '.join(found)}", code="bad_token")
    return Known(SlackUserId(str(user)), str(workspace))


def _bytes(value: object) -> bytes:
    return str(value).encode("utf-8", "surrogatepass")


def _is_number(value: object) -> bool:
    """Of seconds that a clock can show: with a larger whole number no float can be compared."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e12


def _holds(made: Any, ends: Any, now: datetime) -> bool:
    seconds = now.timestamp()
    return bool(made - SKEW <= seconds < ends + SKEW)
