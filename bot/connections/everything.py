"""All probes of a company, in the order a person sets it up."""

from __future__ import annotations

from bot.connections import agreement, bitbucket, claude, hooks, house, jira, mcp, outside, slack, socket
from bot.connections.company import Company
from bot.connections.offices import at_bitbucket, at_jira
from bot.connections.probes import Probe, off
from models.errors import OperatorError
from models.events import Source


def all_probes(company: Company) -> list[Probe]:
    """What ``pm test-connections`` asks."""
    wanted = {
        Source.SLACK: company.slack is not None,
        Source.JIRA: company.jira is not None,
        Source.BITBUCKET: company.bitbucket is not None,
    }
    return [
        *house.probes(company),
        *_slack(company),
        *_jira(company),
        *_bitbucket(company),
        *outside.probes(company.outside, company.clock, wanted),
        *_mcp(company),
        *claude.probes(company.claude, company.off.get("claude", "not configured")),
        claude.worker(company.worker, company.off.get("claude code", "not configured")),
    ]


def _slack(company: Company) -> list[Probe]:
    if company.slack is None:
        return [off("slack", company.off.get("slack", "not configured"))]
    return [*slack.probes(company.slack, company.directives, company.clock), *socket.probes(company)]


def _jira(company: Company) -> list[Probe]:
    if company.jira is None:
        return [off("jira", company.off.get("jira", "not configured"))]
    office = at_jira(company.jira, company.jira_at.site, hooks.jql_of(company.directives))
    want = _want(company, Source.JIRA)
    found = jira.probes(company.jira, company.jira_at, company.directives)
    webhook = hooks.probe("jira webhook", [office], want, (jira.TOKEN, outside.REACHED))
    return [*agreement.site(company), *found, webhook]


def _bitbucket(company: Company) -> list[Probe]:
    if company.bitbucket is None:
        return [off("bitbucket", company.off.get("bitbucket", "not configured"))]
    names: list[str | None] = [*bitbucket.repositories(company.directives)]
    want, found = _want(company, Source.BITBUCKET), []
    for name in names:
        offices = [at_bitbucket(company.bitbucket, each, company.bitbucket_workspace) for each in (name, None)]
        before = (f"bitbucket repository {name}", outside.REACHED)
        found.append(hooks.probe(f"bitbucket webhook {name}", offices, want, before))
    asked = bitbucket.probes(company.bitbucket, company.bitbucket_as, company.directives)
    return [*agreement.workspace(company), *asked, *found]


def _mcp(company: Company) -> list[Probe]:
    if company.mcp is None:
        return [off("mcp", company.off.get("mcp", "not configured"))]
    return mcp.probes(company.mcp)


def _want(company: Company, service: Source) -> hooks.Wanted | None:
    """Our webhook, when vendors could reach it at all."""
    try:
        return hooks.wanted(service, company.outside.public_url, company.directives)
    except OperatorError:
        return None
