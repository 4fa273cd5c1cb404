"""How a connection begins: an address from Slack, good for one try, and a websocket to it, never through a stranger."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import partial
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from integrations.slack.complaints import FAILURES, obstacle, understand
from integrations.slack.wire import TIMEOUT, new_session
from models.errors import NotDone, OperatorError, Refused, Unclear

METHOD = "apps.connections.open"
OFFICIAL = "https://slack.com/api/"

MOST = 4 * 2**20
"""Bytes of one message at most; Slack's largest are well below one megabyte."""

_GENERATE = (
    "Under Basic Information of the Slack app, App-Level Tokens, generate one with the scope connections:write, put it"
    " into SLACK_APP_TOKEN and restart"
)
_SWITCH = "Switch Socket Mode on in the Slack app's settings, or take SLACK_APP_TOKEN out to be reached over HTTP"
REMEDIES: Mapping[str, str] = {
    "invalid_auth": _GENERATE,
    "not_authed": _GENERATE,
    "account_inactive": _GENERATE,
    "token_revoked": _GENERATE,
    "token_expired": _GENERATE,
    "not_allowed_token_type": _GENERATE,
    "missing_scope": _GENERATE,
    "forbidden_team": "This workspace does not let the app use Socket Mode: ask a workspace admin",
    "access_denied": "This workspace does not let the app use Socket Mode: ask a workspace admin",
    "link_disabled": _SWITCH,
    "socket_mode_disabled": _SWITCH,
    "too_many_websockets": "Slack takes ten connections of one app: run fewer web processes",
}
"""What to do, by Slack's word for its refusal."""


def remedy_for(code: str) -> str:
    """What to do about Slack's refusal."""
    return REMEDIES.get(code, f"Look up {code} in Slack's description of {METHOD}")


def is_here(address: str) -> bool:
    """Whether an address is on this very machine."""
    return urlsplit(address).hostname in {"127.0.0.1", "localhost", "::1"}


def proxy_for(address: str) -> str | None:
    """The web proxy the environment names for ``address``; none for this machine, nor where NO_PROXY says so.

    aiohttp itself looks for ``WSS_PROXY`` only, which nobody sets.
    """
    host = urlsplit(address).hostname or ""
    if is_here(address) or proxy_bypass(host):
        return None
    return getproxies().get("https" if urlsplit(address).scheme in {"wss", "https"} else "http")


class Opening:
    """Opens connections with one app-level token."""

    def __init__(
        self,
        token: str,
        base_url: str,
        *,
        seconds: float = TIMEOUT,
        session: Callable[[], aiohttp.ClientSession] | None = None,
    ) -> None:
        self._token, self._base, self._seconds = token, base_url or OFFICIAL, seconds
        self._new_session = session or partial(new_session, seconds)
        self._session: aiohttp.ClientSession | None = None

    async def address(self) -> str:
        """A websocket address that is good for one connection.

        Raises ``OperatorError`` with the remedy when Slack refuses, ``NotDone`` or ``Unclear`` when it does not answer.
        """
        client = AsyncWebClient(
            base_url=self._base, session=self._web(), retry_handlers=[], logger=_quiet(), timeout=int(self._seconds)
        )
        client.proxy = proxy_for(self._base)
        try:
            answer = await client.apps_connections_open(app_token=self._token)
        except FAILURES as failure:
            error = understand(failure, METHOD)
            if isinstance(error, Refused):
                words = f"Slack refuses SLACK_APP_TOKEN ({error.code})"
                raise OperatorError(words, hint=remedy_for(error.code)) from None
            raise error from None
        return self._believed(answer.get("url"))

    def _believed(self, url: object) -> str:
        """Only an encrypted address, or one of this machine for somebody who talks to this machine."""
        if isinstance(url, str) and (url.startswith("wss://") or (is_here(url) and is_here(self._base))):
            return url
        raise Unclear(f"{METHOD} named no address we would connect to")

    async def connect(self, close: float) -> aiohttp.ClientWebSocketResponse:
        """A websocket on which nothing was said yet. Raises as ``address``."""
        url = await self.address()
        try:
            return await self._web().ws_connect(
                url,
                autoping=False,
                max_msg_size=MOST,
                proxy=proxy_for(url),
                timeout=aiohttp.ClientWSTimeout(ws_close=close),
            )
        except aiohttp.WSServerHandshakeError as no:  # its words hold the address, which is a secret
            raise NotDone(f"Slack's socket answers {no.status}") from None
        except (aiohttp.ClientError, OSError) as failure:
            raise NotDone(f"Slack's socket cannot be reached: {obstacle(failure)}") from None

    async def close(self) -> None:
        """Let go of the session."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _web(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = self._new_session()
        return self._session


def _quiet() -> logging.Logger:
    logger = logging.getLogger("slack_sdk.socket")
    logger.setLevel(logging.ERROR)
    return logger
