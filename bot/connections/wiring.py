"""From the app that was built to what the checks look at."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import date

import aiohttp

from bot.app import App
from bot.connections.company import Company, Elsewhere, JiraAddress, Outside, nowhere
from bot.sync.gaps import webhooks_check
from integrations.health import Check
from integrations.jira import Jira
from integrations.slack.client import OFFICIAL
from integrations.slack.socket import Opening
from models.events import Source

GATEWAY = "https://api.atlassian.com/ex/jira"
TELLING = 5.0
"""Seconds a site has to tell its cloud id."""


def company_of(app: App) -> Company:
    """Everything the checks look at. Opens no connection."""
    settings = app.settings
    off = dict(settings.off_services())
    if app.finding.trouble:
        off["mcp"] = app.finding.trouble
    return Company(
        directives=app.directives,
        clock=app.clock,
        database=app.database,
        no_database=settings.no_database_yet(),
        off=off,
        outside=outside_of(app),
        slack=app.slack,
        open_socket=_open_socket(app),
        jira=app.jira,
        jira_at=_jira_at(app),
        jira_domain=settings.atlassian_domain,
        bitbucket=app.bitbucket,
        bitbucket_as=_whose(app),
        bitbucket_workspace=settings.bitbucket_workspace,
        vendors=_vendors(app),
        expiries=_expiries(app),
        claude=app.claude,
        worker=app.worker,
        mcp=app.finding.hub,
        redis=app.bells.redis,
        in_force=lambda: (app.directives, app.constitution.trouble.first if app.constitution.trouble else ""),
        gaps=_gaps(app),
    )


def outside_of(app: App) -> Outside:
    """Where vendors reach us and what they sign with."""
    settings = app.settings
    return Outside(
        public_url=settings.public_url,
        here=f"http://127.0.0.1:{settings.port}",
        secrets={
            Source.SLACK: settings.slack_signing_secret.get_secret_value(),
            Source.JIRA: settings.jira_webhook_secret.get_secret_value(),
            Source.BITBUCKET: settings.bitbucket_webhook_secret.get_secret_value(),
        },
        by_socket=settings.slack_on and bool(settings.slack_app_token),
    )


def _open_socket(app: App) -> Callable[[], Awaitable[str]] | None:
    settings = app.settings
    token = settings.slack_app_token.get_secret_value()
    if not (settings.slack_on and token):
        return None

    async def address() -> str:
        opening = Opening(token, settings.slack_api_url)
        try:
            return await opening.address()
        finally:
            await opening.close()

    return address


def _jira_at(app: App) -> JiraAddress:
    settings = app.settings
    return JiraAddress(
        base=settings.jira_base_url,
        site=settings.jira_site_url,
        cloud_id="" if settings.jira_api_url else settings.atlassian_cloud_id,
        elsewhere=_elsewhere(app),
    )


def _elsewhere(app: App) -> Callable[[], Awaitable[Elsewhere | None]]:
    """The site for who calls the gateway, the gateway for who calls the site; none where calls are redirected."""
    settings = app.settings
    if settings.jira_api_url:
        return nowhere

    async def other() -> Elsewhere | None:
        if settings.atlassian_cloud_id:
            return Elsewhere(_jira(app, settings.jira_site_url), settings.atlassian_cloud_id)
        cloud_id = await cloud_id_of(settings.jira_site_url)
        return Elsewhere(_jira(app, f"{GATEWAY}/{cloud_id}"), cloud_id) if cloud_id else None

    return other


def _jira(app: App, base: str) -> Jira:
    settings = app.settings
    token = settings.atlassian_api_token.get_secret_value()
    return Jira(base_url=base, site_url=base, email=settings.atlassian_email, token=token, threads=1)


async def cloud_id_of(site: str) -> str:
    """What the gateway calls a site, which the site tells everybody; empty when it does not."""
    limit = aiohttp.ClientTimeout(total=TELLING)
    try:
        async with aiohttp.ClientSession(timeout=limit) as session, session.get(f"{site}/_edge/tenant_info") as answer:
            said = await answer.json(content_type=None)
    except (aiohttp.ClientError, TimeoutError, ValueError):
        return ""
    found = said.get("cloudId") if isinstance(said, dict) else None
    return found if isinstance(found, str) and re.fullmatch(r"[A-Za-z0-9-]{8,64}", found) else ""


def _whose(app: App) -> str:
    email = app.settings.bitbucket_email
    return f"API token of {email}" if email else "access token (Bearer)"


def _vendors(app: App) -> Mapping[str, str]:
    settings = app.settings
    known = {
        "Slack": (settings.slack_on, settings.slack_api_url or OFFICIAL),
        "Jira": (settings.jira_on, settings.jira_base_url),
        "Bitbucket": (settings.bitbucket_on, settings.bitbucket_base_url),
    }
    return {name: url for name, (on, url) in known.items() if on}


def _expiries(app: App) -> Mapping[str, date | None]:
    settings = app.settings
    known = {
        "jira": (settings.jira_on, settings.atlassian_token_expires),
        "bitbucket": (settings.bitbucket_on, settings.bitbucket_token_expires),
    }
    return {name: day for name, (on, day) in known.items() if on}


def _gaps(app: App) -> Callable[[Source, str], Awaitable[Check]]:
    signed = {source: bool(secret) for source, secret in outside_of(app).secrets.items()}

    async def check(source: Source, name: str) -> Check:
        return await webhooks_check(app.store, app.directives, source, name, signed=signed[source])

    return check
