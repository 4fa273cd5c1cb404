"""What Jira's and Bitbucket's doors share: basic credentials, JSON bodies, and refusals in the vendor's shape."""

from __future__ import annotations

import base64
import json
from collections.abc import Awaitable, Callable, Collection
from typing import Any

from aiohttp import web

from integrations.simulator.traffic import WORDS

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Refused(Exception):
    """Answer ``status`` with ``body``."""

    def __init__(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        super().__init__(status)
        self.status, self.body, self.headers = status, body, headers or {}


def jira_error(status: int, *messages: str, **errors: str) -> Refused:
    """Jira's ``ErrorCollection``."""
    return Refused(status, {"errorMessages": list(messages), "errors": errors})


def bitbucket_error(status: int, message: str) -> Refused:
    """Bitbucket's ``error``."""
    return Refused(status, {"type": "error", "error": {"message": message}})


def guarded(handler: Handler, refusal: Callable[[web.Request], Refused | None]) -> Handler:
    """``handler`` behind its credentials; whatever it refuses becomes the answer."""

    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            not_welcome = refusal(request)
            if not_welcome is not None:
                raise not_welcome
            return await handler(request)
        except Refused as refused:
            request[WORDS] = _words(refused.body)
            return web.json_response(refused.body, status=refused.status, headers=refused.headers)

    return answer


def basic(request: web.Request, user: str, secret: str) -> bool:
    """Whether the request carries exactly these basic credentials."""
    expected = base64.b64encode(f"{user}:{secret}".encode()).decode()
    return request.headers.get("Authorization", "") == f"Basic {expected}"


async def body(request: web.Request, allowed: Collection[str], needed: Collection[str] = ()) -> dict[str, Any]:
    """The JSON object that was sent; keys Jira does not know are refused, as there. Raises ``Refused``."""
    wrong = "Invalid request payload. Refer to the REST API documentation and try again."
    try:
        given = json.loads(await request.read())
    except ValueError:
        raise jira_error(400, wrong) from None
    if not isinstance(given, dict) or set(given) - set(allowed) or set(needed) - set(given):
        raise jira_error(400, wrong)
    return given


def _words(body: Any) -> str:
    if isinstance(body, dict):
        messages = [*body.get("errorMessages", []), *map(str, dict(body.get("errors") or {}).values())]
        return "; ".join(messages) or str(dict(body.get("error") or {}).get("message", ""))
    return ""
