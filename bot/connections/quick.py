"""The quick part, for ``/ready``: each dependency by name, asked within three seconds and remembered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date
from functools import partial

from bot.connections import claude, house, mcp, slack
from bot.connections.company import Company, SlackPort
from bot.connections.outside import ARRIVALS
from bot.doors.arrivals import Arrivals
from bot.doors.readiness import LASTING, Dependency, known, switched_off
from integrations.health import Check
from integrations.slack.socket import NAME as SOCKET
from models.clock import Clock
from models.errors import VendorError
from models.events import Source


def quick(
    company: Company,
    arrivals: Arrivals,
    working_here: Callable[[], bool],
    socket: Callable[[], Awaitable[Check]] | None = None,
) -> list[Dependency]:
    """Everything but the database and the worker, which the server itself knows best; ``socket`` tells of its own."""
    clients = {"slack": company.slack, "jira": company.jira, "bitbucket": company.bitbucket}
    found = [Dependency("directives", partial(_directives, company)), claude.quick(company.claude, company.off)]
    for name, client in clients.items():
        off = switched_off(name, company.off.get(name, "not configured"))
        found.append(off if client is None else Dependency(name, client.check, fresh=LASTING))
    if company.slack is not None:
        found.append(Dependency(slack.SCOPES, partial(_scopes, company.slack), fresh=LASTING))
        found.append(Dependency(SOCKET, socket, fresh=1.0) if socket else _no_socket(company))
    for vendor, day in company.expiries.items():
        found.append(Dependency(f"{vendor} token expiry", partial(_expiry, vendor, day, company.clock)))
    if company.mcp is None:
        found.append(switched_off("mcp", company.off.get("mcp", "not configured")))
    else:
        found += mcp.quick(company.mcp, working_here)
    came = [_arrivals(company, arrivals, source, by_socket=socket is not None) for source in Source]
    return [*found, *came, known(_public_url(company))]


async def _directives(company: Company) -> Check:
    """The constitution in force now, and what is wrong with the file if it has another."""
    return house.directives(*company.in_force()) if company.in_force else house.directives(company.directives)


async def _scopes(client: SlackPort) -> Check:
    """What Slack granted; while it does not answer at all, ``slack`` says so."""
    try:
        return await slack.scopes(client)
    except VendorError:
        return Check(slack.SCOPES, True, "not known while Slack does not answer", off=True)


async def _expiry(vendor: str, day: date | None, clock: Clock) -> Check:
    return house.expiry(vendor, day, clock)


def _no_socket(company: Company) -> Dependency:
    return switched_off(SOCKET, company.off.get("socket mode", "Slack speaks over HTTP"))


def _arrivals(company: Company, arrivals: Arrivals, source: Source, *, by_socket: bool) -> Dependency:
    name = ARRIVALS[source]
    if not company.outside.secrets.get(source) and not (by_socket and source is Source.SLACK):
        return switched_off(name, company.off.get(name, company.off.get(source.value, "no secret is set")))

    async def ask() -> Check:
        arrived = arrivals.check(source, name)
        if not arrived.ok or company.gaps is None or source is Source.SLACK:
            return arrived
        gaps = await company.gaps(source, name)
        return replace(gaps, detail=f"{arrived.detail}; {gaps.detail}", grave=False)

    return Dependency(name, ask)


def _public_url(company: Company) -> Check:
    url = company.outside.public_url
    words = f"{url}; whether it leads here: pm test-connections"
    return Check("public url", True, words if url else "PUBLIC_URL is not set", off=not url)
