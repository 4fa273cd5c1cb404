"""Where the constitution names a site or a workspace too, it must be the one of the settings: those are called."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from bot.connections.company import Company
from bot.connections.probes import Probe, constant
from integrations.health import Check


def site(company: Company) -> list[Probe]:
    """``jira.site`` of each team beside ATLASSIAN_DOMAIN; nothing when none names one."""
    named = ((str(team.id), _host(team.jira.site)) for team in company.directives.teams)
    return _compared("jira site name", "jira.site", named, "ATLASSIAN_DOMAIN", company.jira_domain)


def workspace(company: Company) -> list[Probe]:
    """``bitbucket.workspace`` of each team beside BITBUCKET_WORKSPACE; nothing when none names one."""
    named = ((str(team.id), team.bitbucket.workspace) for team in company.directives.teams)
    used = company.bitbucket_workspace
    return _compared("bitbucket workspace", "bitbucket.workspace", named, "BITBUCKET_WORKSPACE", used)


def _compared(label: str, key: str, named: Iterable[tuple[str, str]], setting: str, used: str) -> list[Probe]:
    told = [(team, value) for team, value in named if value and used]
    other = [f"{key} of {team} is {value}" for team, value in told if value.lower() != used.lower()]
    if other:
        detail = f"{'; '.join(other)} in directives.yaml, but {setting} is {used}; {used} is used"
        return [constant(Check(label, False, detail, f"Correct {key} in directives.yaml, or {setting}"))]
    return [constant(Check(label, True, f"{used}, as in directives.yaml"))] if told else []


def _host(address: str) -> str:
    """The host alone, also of an address pasted from the browser."""
    return (urlsplit(address).netloc if "://" in address else address.partition("/")[0]).strip()
