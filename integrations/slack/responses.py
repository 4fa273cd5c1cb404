"""Answer at a ``response_url``: only where Slack itself listens, and never following a redirect."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from integrations.slack.complaints import FAILURES, pause, understand
from models.errors import NotDone, Refused, Unclear

_HOSTS = frozenset({"hooks.slack.com", "hooks.slack-gov.com"})


def check_address(url: str, base_url: str) -> None:
    """Raise ``Refused`` unless ``url`` is Slack's, or on the server ``SLACK_API_URL`` names."""
    given, base = urlsplit(url), urlsplit(base_url)
    if given.scheme == "https" and given.netloc in _HOSTS:
        return
    if base.hostname not in {"slack.com", None} and (given.scheme, given.netloc) == (base.scheme, base.netloc):
        return
    raise Refused("the response_url does not lead to Slack", code="bad_response_url")


async def send(session: aiohttp.ClientSession, url: str, body: Mapping[str, Any]) -> None:
    """One try. Raises ``NotDone``, ``Unclear`` or ``Refused`` with Slack's word as ``code``."""
    try:
        async with session.post(url, json=body, allow_redirects=False) as reply:
            text = await reply.text(errors="replace")
    except FAILURES as failure:
        raise understand(failure, "an answer") from failure
    _judge(reply.status, text, reply.headers)


def _judge(status: int, text: str, headers: Mapping[str, str]) -> None:
    code = _code(text)
    if status == 429 or code in {"ratelimited", "rate_limited"}:
        raise NotDone("Slack asked us to slow down", retry_after=pause(headers))
    if status == 200 and not code:
        return
    if status >= 500 and not code:
        raise Unclear(f"Slack may or may not have shown the answer: HTTP {status}")
    raise Refused(f"Slack refused the answer: {code or f'HTTP {status}'}", code=code or f"http_{status}")


def _code(text: str) -> str:
    """Slack's word for what is wrong, from JSON or from a bare word; empty when all is well."""
    short = text.strip()
    if short in {"ok", ""}:
        return ""
    try:
        data = json.loads(short)
    except (ValueError, RecursionError):
        return short if len(short) <= 60 and short.replace("_", "").isalnum() else ""
    if isinstance(data, dict) and data.get("ok") is not True:
        return str(data.get("error") or "")
    return ""
