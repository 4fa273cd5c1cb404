"""Slack's socket: may the app-level token open one, and does the running agent hold one?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from bot.connections.company import Company, Outside
from bot.connections.outside import row
from bot.connections.probes import Probe, off
from integrations.health import Check
from integrations.slack.socket import NAME
from models.errors import OperatorError, VendorError

TOKEN = "slack app token"  # noqa: S105 - the name of a check


def probes(company: Company) -> list[Probe]:
    """What is asked about Socket Mode; one line that it is off where there is no token for it."""
    if company.open_socket is None:
        return [off(TOKEN, company.off.get("socket mode", "not configured"))]
    return [
        Probe(TOKEN, partial(token, company.open_socket)),
        Probe(NAME, partial(held, company.outside), (TOKEN,)),
    ]


async def token(open_socket: Callable[[], Awaitable[str]]) -> Check:
    """Slack gives an address for it. It is not used, and ends by itself after half a minute."""
    try:
        await open_socket()
    except OperatorError as refused:
        return Check(TOKEN, False, str(refused.args[0]), refused.hint)
    except VendorError as failure:
        return Check(TOKEN, False, str(failure), "Check that slack.com (or SLACK_API_URL) can be reached from here")
    return Check(TOKEN, True, "Slack opens a socket for it")


async def held(outside: Outside) -> Check:
    """What the running agent says of its own."""
    told = await row(outside, NAME)
    if told is None:
        return Check(NAME, True, f"not tried: no agent answers at {outside.url}", off=True)
    detail = str(told.get("detail", ""))
    if told.get("state") == "off":
        remedy = "Restart the agent with the SLACK_APP_TOKEN of this .env"
        return Check(NAME, False, f"the agent that runs has none: {detail}", remedy)
    if told.get("ok") is False:
        return Check(NAME, False, detail, str(told.get("remedy") or ""), grave=told.get("state") != "warning")
    return Check(NAME, True, detail)
