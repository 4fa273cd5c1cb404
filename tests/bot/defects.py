"""The mistakes people make when they set the agent up, each planted in the simulated company."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from pydantic import SecretStr

from bot.app import build
from bot.cli.hooking import Choice, register_all
from bot.connections.everything import all_probes
from bot.connections.probes import Finding, State, examine
from bot.connections.wiring import company_of
from integrations.simulator.server import Simulator
from models.clock import SystemClock
from models.errors import OperatorError, VendorError
from models.events import Source
from tests.bot.planting import (
    SARAH,
    TEXT,
    Defect,
    bitbucket_hook_unsigned,
    board,
    data_center,
    deactivate_in_jira,
    deny,
    gateway_for_a_plain_token,
    hook_changed,
    late,
    leave_channel,
    leave_project,
    rename_repository,
    scoped,
    secret,
    share_channel,
    site_and_gateway,
    somebody_asks,
    told_with_another_secret,
    user_info,
    without_field,
)
from tests.world import World, running

DEFECTS: Mapping[str, Defect] = {
    "a wrong Slack token": Defect(
        line="slack token", says="invalid_auth", remedy="SLACK_BOT_TOKEN", both=secret("slack_bot_token")
    ),
    "a missing Slack scope": Defect(
        line="slack scopes",
        says="missing: users:read",
        remedy="deploy/slack-manifest.yaml",
        company=lambda simulator: setattr(
            simulator.slack, "scopes", simulator.slack.scopes.replace(",users:read,", ",")
        ),
    ),
    "a bot token for the app-level token": Defect(
        line="slack app token",
        says="not_allowed_token_type",
        remedy="connections:write",
        ours={"slack_app_token": SecretStr("xoxb-1")},
    ),
    "an app-level token without its scope": Defect(
        line="slack app token",
        says="missing_scope",
        remedy="connections:write",
        company=lambda simulator: vars(simulator.slack_socket).update(scoped=False, token="xapp-1"),
        ours={"slack_app_token": SecretStr("xapp-1")},
    ),
    "the running agent was not restarted with its app-level token": Defect(
        line="slack socket",
        says="the agent that runs has none",
        remedy="Restart the agent",
        company=lambda simulator: vars(simulator.slack_socket).update(token="xapp-1"),
        ours={"slack_app_token": SecretStr("xapp-1")},
    ),
    "Socket Mode is switched off in the app": Defect(
        line="slack app token",
        says="socket_mode_disabled",
        remedy="Switch Socket Mode on",
        company=lambda simulator: vars(simulator.slack_socket).update(on=False, token="xapp-1"),
        ours={"slack_app_token": SecretStr("xapp-1")},
    ),
    "the bot is not in a channel": Defect(
        line="slack channel leadership", says="not in #leadership", remedy="/invite", company=leave_channel
    ),
    "a channel that another organisation reads": Defect(
        line="slack channel leadership",
        says="shared with another organisation",
        remedy="channels.leadership",
        company=share_channel,
    ),
    "a channel that does not exist": Defect(
        line="slack channel enginering",
        says="no channel #enginering",
        remedy="channels.team in directives.yaml",
        text=lambda text: text.replace("team: engineering", "team: enginering"),
        company=lambda simulator: (
            [
                simulator.workspace.channels.pop(id_)
                for id_, room in list(simulator.workspace.channels.items())
                if room.name == "enginering"
            ]
            and None
        ),
    ),
    "a member deactivated in Slack": Defect(
        line="slack member sarah", says="deactivated", remedy="directives.yaml", company=user_info(deleted=True)
    ),
    "a member's Slack id that is a bot's": Defect(
        line="slack member sarah", says="is a bot", remedy="Copy member ID", company=user_info(bot=True)
    ),
    "a member's Slack id misspelt": Defect(
        line="slack member sarah",
        says="knows no member U07SARAH5Q4",
        remedy="Copy member ID",
        text=lambda text: text.replace(SARAH, "U07SARAH5Q4"),
        company=lambda simulator: simulator.workspace.users.pop("U07SARAH5Q4") and None,
    ),
    "a member who lives in another zone": Defect(
        line="slack member sarah",
        state=State.WARNING,
        says="Europe/Berlin by Slack",
        remedy="Correct zone",
        company=user_info(zone="Europe/Berlin"),
    ),
    "another signing secret than the running agent's": Defect(
        line="slack signing secret", says="refuses", remedy="restart", ours=secret("slack_signing_secret")
    ),
    "another signing secret than Slack's": Defect(
        line="slack signing secret",
        state=State.WARNING,
        says="signs with another secret",
        remedy="Basic Information",
        both=secret("slack_signing_secret"),
        happens=somebody_asks,
    ),
    "another webhook secret than the running agent's": Defect(
        line="jira webhook secret", says="refuses", remedy="JIRA_WEBHOOK_SECRET", ours=secret("jira_webhook_secret")
    ),
    "another webhook secret than Jira's": Defect(
        line="jira webhook secret",
        state=State.WARNING,
        says="1 refused, none accepted so far",
        remedy="Change an issue and look again",
        happens=told_with_another_secret,
    ),
    "a wrong Jira token": Defect(
        line="jira token", says="refuses it (401)", remedy="ATLASSIAN_API_TOKEN", both=secret("atlassian_api_token")
    ),
    "a token with scopes at the site": Defect(
        line="jira token",
        says="the gateway accepts it",
        remedy="ATLASSIAN_CLOUD_ID=cloud-1234",
        company=scoped,
        looked_at=site_and_gateway,
    ),
    "a token without scopes at the gateway": Defect(
        line="jira token",
        says="the site accepts it",
        remedy="Take ATLASSIAN_CLOUD_ID out",
        looked_at=gateway_for_a_plain_token,
    ),
    "Data Center": Defect(line="jira site", says="Data Center", remedy="Cloud", company=data_center),
    "a project the account does not see": Defect(
        line="jira project PAY", says="does not see PAY", remedy="Browse Projects", company=deny("BROWSE_PROJECTS")
    ),
    "no permission to assign": Defect(
        line="jira permissions PAY", says="missing: ASSIGN_ISSUES", remedy="PAY", company=deny("ASSIGN_ISSUES")
    ),
    "a board of another project": Defect(
        line="jira board 7", says="does not show PAY", remedy="8 (Payments sprints)", company=board(project="OPS")
    ),
    "a kanban board": Defect(
        line="jira board 7", says="kanban", remedy="8 (Payments sprints)", company=board(kind="kanban")
    ),
    "a board that does not exist": Defect(
        line="jira board 70",
        says="no such board",
        remedy="jira.boards of payments",
        text=lambda text: text.replace("boards: [7]", "boards: [70]"),
        company=lambda simulator: simulator.company.boards.pop(70) and None,
    ),
    "no board at all": Defect(
        line="jira board",
        says="payments names no board: no sprint is watched",
        remedy="1 (PAY board) for payments",
        text=lambda text: text.replace("boards: [7]", "boards: []"),
    ),
    "another site in the constitution": Defect(
        line="jira site name",
        says="acme.atlassian.net in directives.yaml, but ATLASSIAN_DOMAIN is other.atlassian.net",
        remedy="jira.site",
        ours={"atlassian_domain": "other.atlassian.net"},
    ),
    "another workspace in the constitution": Defect(
        line="bitbucket workspace",
        says="bitbucket.workspace of payments is acme in directives.yaml, but BITBUCKET_WORKSPACE is other",
        remedy="BITBUCKET_WORKSPACE",
        looked_at=lambda world, company: replace(company, bitbucket_workspace="other"),
    ),
    "no database yet": Defect(
        line="database",
        state=State.WARNING,
        says="no database yet",
        remedy="pm start",
        ours={"database_url": "sqlite:////nonexistent/folder/pm.db"},
    ),
    "no sprint field": Defect(
        line="jira sprint field",
        says="no field of the kind Sprint",
        remedy="Sprints",
        company=without_field("gh-sprint"),
    ),
    "no field Flagged": Defect(
        line="jira flagged field",
        state=State.WARNING,
        says="no field Flagged",
        remedy="Add the field",
        company=without_field("Flagged"),
    ),
    "a member deactivated in Jira": Defect(
        line="jira member sarah", says="deactivated", remedy="directives.yaml", company=deactivate_in_jira
    ),
    "a member who cannot be given tickets": Defect(
        line="jira member sarah",
        state=State.WARNING,
        says="cannot be given tickets of PAY",
        remedy="Assignable User",
        company=leave_project,
    ),
    "a wrong Bitbucket token": Defect(
        line="bitbucket token", says="401", remedy="BITBUCKET_TOKEN", both=secret("bitbucket_token")
    ),
    "a repository misspelt": Defect(
        line="bitbucket repository payment-api",
        says="404",
        remedy="bitbucket.repositories",
        text=lambda text: text.replace("[payments-api]", "[payment-api]"),
        company=rename_repository,
    ),
    "a clock ten minutes behind": Defect(line="clock", says="behind", remedy="timedatectl", looked_at=late),
    "a public address nobody answers at": Defect(
        line="public url",
        says="cannot be reached",
        remedy="firewall",
        ours={"public_url": "http://127.0.0.1:9"},
    ),
    "a webhook that points to an old address": Defect(
        line="jira webhook",
        says="points to https://old.example.com",
        remedy="pm webhooks register",
        happens=hook_changed(url="https://old.example.com/webhooks/jira"),
    ),
    "a webhook without all events": Defect(
        line="jira webhook",
        says="comment_created",
        remedy="pm webhooks register",
        happens=hook_changed(events=("jira:issue_updated",)),
    ),
    "a webhook that is switched off": Defect(
        line="jira webhook", says="switched off", remedy="pm webhooks register", happens=hook_changed(active=False)
    ),
    "a webhook without a secret": Defect(
        line="bitbucket webhook payments-api",
        says="has no secret",
        remedy="pm webhooks register",
        happens=bitbucket_hook_unsigned,
    ),
    "a token that ends soon": Defect(
        line="jira token expiry",
        state=State.WARNING,
        says="in 5 days",
        remedy="new token",
        ours={"atlassian_token_expires": (SystemClock().real() + timedelta(days=5)).date()},
    ),
}


@contextlib.asynccontextmanager
async def company(folder: Path, defect: Defect | None = None) -> AsyncIterator[World]:
    """The simulated company with its webhooks registered, and the agent's doors open."""
    plan = defect or Defect(line="", says="", remedy="")

    def prepare(simulator: Simulator) -> None:
        simulator.jira.denied.discard("ADMINISTER")
        plan.company(simulator)

    async with running(folder, text=plan.text(TEXT), work=False, prepare=prepare, **plan.both) as world:
        yield world


async def findings(world: World, defect: Defect | None = None) -> dict[str, Finding]:
    """What ``pm test-connections`` finds, in a process of its own."""
    plan = defect or Defect(line="", says="", remedy="")
    url = f"http://127.0.0.1:{world.settings.port}"
    app = build(world.settings.model_copy(update={"public_url": url, **plan.ours}))
    looked_at = plan.looked_at(world, company_of(app))
    try:
        return {finding.name: finding async for finding in examine(all_probes(looked_at))}
    finally:
        for service in (app.slack, app.jira, app.bitbucket, looked_at.jira):
            if service is not None:
                await service.close()
        await app.database.close()


async def register(world: World) -> None:
    """The webhooks, as an admin registers them; where the token may not, none is there."""
    app, url = build(world.settings), f"http://127.0.0.1:{world.settings.port}"
    choice = Choice(services=(Source.JIRA, Source.BITBUCKET), url=url, workspace=False, repos=(), name="PM Agent")
    for service in choice.services:
        with contextlib.suppress(OperatorError, VendorError):
            await register_all(app, replace(choice, services=(service,)), dry_run=False, renew=False, show=False)
    for each in (app.slack, app.jira, app.bitbucket):
        if each is not None:
            await each.close()
    await app.database.close()
