"""How a mistake is planted in the simulated company, in its settings, or in what happens there."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from pydantic import SecretStr

from bot.connections.company import Company, Elsewhere, JiraAddress
from bot.connections.probes import State
from integrations.jira import Jira
from integrations.simulator.nouns import Board
from integrations.simulator.server import Simulator
from models.clock import SystemClock
from tests.world import CONSTITUTION, World

TEXT = CONSTITUTION.read_text(encoding="utf-8")
SARAH = "U07SARAH5Q3"


@dataclass(frozen=True, kw_only=True)
class Defect:
    """One mistake: where it is planted, the line that must name it, and words of the remedy."""

    line: str
    says: str
    remedy: str
    state: State = State.FAILED
    company: Callable[[Simulator], None] = lambda simulator: None
    text: Callable[[str], str] = lambda text: text
    both: Mapping[str, Any] = field(default_factory=dict)
    """Settings of the running agent and of the command."""
    ours: Mapping[str, Any] = field(default_factory=dict)
    """Settings of the command alone."""
    looked_at: Callable[[World, Company], Company] = lambda world, company: company
    happens: Callable[[World], Any] | None = None


def secret(name: str) -> Mapping[str, Any]:
    return {name: SecretStr("something-else")}


def user_info(**changes: Any) -> Callable[[Simulator], None]:
    """Slack says this about Sarah."""

    def plant(simulator: Simulator) -> None:
        known = simulator.workspace.users
        known[SARAH] = replace(known[SARAH], **changes)

    return plant


def deny(permission: str) -> Callable[[Simulator], None]:
    return lambda simulator: simulator.jira.denied.add(permission)


def board(**changes: Any) -> Callable[[Simulator], None]:
    """Board 7 is something else."""

    def plant(simulator: Simulator) -> None:
        company = simulator.company
        company.boards[8] = Board(8, "Payments sprints", "PAY")
        company.boards[7] = replace(company.boards[7], **changes)
        company.projects.setdefault("OPS", "10999")
        company.members.setdefault("OPS", ())

    return plant


def without_field(schema: str) -> Callable[[Simulator], None]:
    """The site has no field of that kind."""

    def plant(simulator: Simulator) -> None:
        from integrations.simulator.atlassian.jira_shapes import FIELDS

        left = [f for f in FIELDS if schema not in json.dumps(f)]
        simulator.faults.add(r"GET /jira/rest/api/3/field$", times=99, status=200, body=json.dumps(left))

    return plant


def leave_channel(simulator: Simulator) -> None:
    channels, bot = simulator.workspace.channels, simulator.workspace.bot
    for id_, room in channels.items():
        if room.name == "leadership":
            channels[id_] = replace(room, members=room.members - {bot})


def share_channel(simulator: Simulator) -> None:
    channels = simulator.workspace.channels
    for id_, room in channels.items():
        if room.name == "leadership":
            channels[id_] = replace(room, shared=True)


def deactivate_in_jira(simulator: Simulator) -> None:
    account = next(a for a, who in simulator.company.people.items() if who.name == "Sarah Okafor")
    simulator.company.people[account] = replace(simulator.company.people[account], active=False)


def leave_project(simulator: Simulator) -> None:
    account = next(a for a, who in simulator.company.people.items() if who.name == "Sarah Okafor")
    members = simulator.company.members
    members["PAY"] = tuple(each for each in members["PAY"] if each != account)


def rename_repository(simulator: Simulator) -> None:
    known = simulator.company.repositories
    known["acme/payments-api"] = known.pop("acme/payment-api")


def data_center(simulator: Simulator) -> None:
    simulator.jira.deployment = "Data Center"


def scoped(simulator: Simulator) -> None:
    simulator.jira.scoped = True


def site_and_gateway(world: World, company: Company) -> Company:
    """The token has scopes, but calls go to the site; the gateway would take it."""
    secrets = world.simulator.secrets
    gateway = f"{world.simulator.url}/jira/ex/jira/cloud-1234"

    async def elsewhere() -> Elsewhere:
        jira = Jira(
            base_url=gateway,
            site_url=world.simulator.url,
            email=secrets.atlassian_email,
            token=secrets.atlassian_token,
            threads=1,
        )
        return Elsewhere(jira, "cloud-1234")

    at = JiraAddress(base=company.jira_at.base, site=company.jira_at.site, elsewhere=elsewhere)
    return replace(company, jira_at=at)


def gateway_for_a_plain_token(world: World, company: Company) -> Company:
    """The other way round: a plain token is sent to the gateway."""
    assert company.jira is not None
    secrets, plain = world.simulator.secrets, company.jira
    gateway = f"{world.simulator.url}/jira/ex/jira/cloud-1234"
    jira = Jira(
        base_url=gateway,
        site_url=world.simulator.url,
        email=secrets.atlassian_email,
        token=secrets.atlassian_token,
        threads=1,
    )

    async def elsewhere() -> Elsewhere:
        return Elsewhere(plain, "cloud-1234")

    at = JiraAddress(base=gateway, site=world.simulator.url, cloud_id="cloud-1234", elsewhere=elsewhere)
    return replace(company, jira=jira, jira_at=at)


class Late(SystemClock):
    """A machine's clock ten minutes behind."""

    def real(self) -> datetime:
        return super().real() - timedelta(minutes=10)


def late(world: World, company: Company) -> Company:
    return replace(company, clock=Late())


async def somebody_asks(world: World) -> None:
    """A slash command, signed by Slack."""
    await world.simulator.slack_out.command(SARAH, _channel(world, "engineering"), "/pm", "help")


def _channel(world: World, name: str) -> str:
    return next(c.id for c in world.simulator.workspace.channels.values() if c.name == name)


async def something_changes(world: World) -> None:
    """An issue is edited, and Jira tells."""
    world.lose_an_owner()
    assert world.simulator.webhooks is not None
    for _ in range(3):
        await world.simulator.webhooks.idle()


def hook_changed(**changes: Any) -> Callable[[World], None]:
    def change(world: World) -> None:
        hooks = world.simulator.jira_doors.admin_hooks.registered
        for number, hook in hooks.items():
            hooks[number] = replace(hook, **changes)

    return change


async def told_with_another_secret(world: World) -> None:
    """Jira's webhook was registered with a secret that is no longer ours."""
    hook_changed(secret="of-last-year")(world)
    await something_changes(world)


def bitbucket_hook_unsigned(world: World) -> None:
    hooks = world.simulator.bitbucket.hooks.registered
    for uuid, hook in hooks.items():
        hooks[uuid] = replace(hook, secret="")
