"""Every set-up mistake is told in one line that names it and says what to do; a healthy company hears of none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import anyio
import pytest
from pydantic import SecretStr

from bot.app import build
from bot.cli.connect import line, summary
from bot.connections import mcp
from bot.connections.company import JiraAddress, JiraPort
from bot.connections.jira import site
from bot.connections.outside import reached
from bot.connections.probes import Finding, Probe, State, constant, examine
from bot.connections.quick import quick
from bot.connections.wiring import company_of, outside_of
from bot.doors.arrivals import Arrivals
from integrations.health import Check
from integrations.jira.nouns import Server
from models.events import Source
from tests.bot.defects import DEFECTS, company, findings, register
from tests.bot.planting import Defect, somebody_asks, something_changes
from tests.contracts.openapi import AVAILABLE, MISSING, check_request

pytestmark = pytest.mark.anyio


def wrong(found: Mapping[str, Finding]) -> list[Finding]:
    return [f for f in found.values() if f.state in (State.FAILED, State.WARNING)]


async def test_a_healthy_company_has_no_fault(tmp_path: Path) -> None:
    async with company(tmp_path) as world:
        await register(world)
        found = await findings(world)
    assert [line(f) for f in wrong(found)] == []
    assert {f.state for f in found.values()} <= {State.OK, State.OFF} and len(found) > 40
    assert found["jira webhook"].state is found["bitbucket webhook payments-api"].state is State.OK


async def test_over_socket_mode_no_secret_and_no_address_is_asked_for(tmp_path: Path) -> None:
    none = {name: SecretStr("") for name in ("slack_signing_secret", "jira_webhook_secret", "bitbucket_webhook_secret")}
    by_socket = Defect(line="", says="", remedy="", both={"socket": True, **none})
    async with company(tmp_path, by_socket) as world:
        with anyio.fail_after(5):
            while not world.simulator.slack_socket.connected:
                await anyio.sleep(0.01)
        found = await findings(world, by_socket)
        outside = replace(outside_of(world.app), public_url="")
    assert found["slack app token"].state is found["slack socket"].state is State.OK
    assert found["slack signing secret"].state is State.OFF and not outside.address_wanted
    assert (await reached(outside)).off


async def test_what_was_left_out_at_the_installation_is_told_and_nothing_is_wrong(tmp_path: Path) -> None:
    async with company(tmp_path) as world:
        left = world.simulator.slack.scopes.replace("channels:history,", "").replace("groups:history,", "")
        world.simulator.slack.scopes = left
        found = await findings(world)
    told = found["slack optional scopes"]
    assert told.state is State.OFF and "needs a mention" in told.detail and "channels:history" in told.detail
    assert found["slack scopes"].state is State.OK


async def test_what_vendors_deliver_shows_that_both_sides_hold_the_same_secret(tmp_path: Path) -> None:
    async with company(tmp_path) as world:
        await somebody_asks(world)
        await something_changes(world)
        found = await findings(world)
    for name in ("slack signing secret", "jira webhook secret"):
        assert found[name].state is State.OK and "taken since the start" in found[name].detail


async def test_asking_leaves_nothing_behind(tmp_path: Path) -> None:
    async with company(tmp_path) as world:
        await findings(world)
        rows = "SELECT (SELECT count(*) FROM inbox), (SELECT count(*) FROM jobs), (SELECT count(*) FROM effects)"
        left = await world.app.database.read(lambda c: tuple(c.exec_driver_sql(rows).one()))
        said = world.simulator.workspace.messages
    assert left == (0, 0, 0) and not said


@pytest.mark.skipif(not AVAILABLE, reason=MISSING)
async def test_all_it_asks_is_what_the_vendors_describe(tmp_path: Path) -> None:
    asked: list[tuple[str, str, dict[str, str], bytes]] = []

    def note(request: Any, body: bytes, reply: Any) -> None:
        if not request.path.startswith("/slack"):
            asked.append((request.method, f"http://127.0.0.1{request.path_qs}", dict(request.headers), body))

    async with company(tmp_path) as world:
        world.simulator.traffic.taps.append(note)
        await register(world)
        await findings(world)
    calls = [each for each in asked if not each[1].endswith(("/jira", "/bitbucket"))]  # those only ask for the time
    assert len(calls) > 20
    for method, url, headers, body in calls:
        check_request(method, url, headers, body or None)


@pytest.mark.parametrize("name", DEFECTS)
async def test_a_mistake_is_named_in_one_line_with_its_remedy(tmp_path: Path, name: str) -> None:
    defect = DEFECTS[name]
    async with company(tmp_path, defect) as world:
        await register(world)
        if defect.happens is not None and (waiting := defect.happens(world)) is not None:
            await waiting
        found = await findings(world, defect)
    told = [line(f) for f in wrong(found)]
    assert [f.name for f in wrong(found)] == [defect.line], told
    assert found[defect.line].state is defect.state
    assert "\n" not in told[0] and defect.says in told[0] and defect.remedy in found[defect.line].remedy


async def test_what_waits_for_a_failed_check_is_not_asked_and_names_it() -> None:
    asked: list[str] = []

    async def ask() -> Check:
        asked.append("b")
        return Check("b", True, "")

    probes = [constant(Check("a", False, "no")), Probe("b", ask, ("a",)), Probe("c", ask, ("b",))]
    found = {f.name: f async for f in examine(probes)}
    assert asked == [] and {found["b"].cause, found["c"].cause} == {"a"}
    assert "2 not asked before this is right: a" in summary(list(found.values()))


async def test_a_check_that_hangs_ends_at_its_deadline_and_holds_nobody_up() -> None:
    import anyio

    async def hang() -> Check:
        await anyio.sleep(60)
        raise AssertionError

    probes = [Probe("slow", hang), constant(Check("quick", True, "yes"))]
    with anyio.fail_after(5):
        found = [f async for f in examine(probes, patience=0.05)]
    assert [f.name for f in found] == ["quick", "slow"]
    assert found[1].state is State.FAILED and "no answer in 0.05 s" in found[1].detail


async def test_whatever_a_check_raises_is_its_finding() -> None:
    async def broken() -> Check:
        raise RuntimeError("surprise")

    [found] = [f async for f in examine([Probe("x", broken)])]
    assert found.state is State.FAILED and "surprise" in found.detail


class Elsewhere:
    """A Jira that says it is another site."""

    def __init__(self, url: str) -> None:
        self.url = url

    async def server(self) -> Server:
        return Server("Cloud", "1001", self.url)


@pytest.mark.parametrize(
    ("url", "cloud_id", "state"),
    [
        ("https://other.atlassian.net", "cloud-1234", "failed"),
        ("https://renamed.atlassian.net", "", "warning"),
        ("https://acme.atlassian.net", "cloud-1234", "ok"),
        ("https://jira.acme.com", "cloud-1234", "ok"),
    ],
    ids=["another site's cloud id", "a renamed site", "the site", "the site's own domain"],
)
async def test_the_site_that_answers_is_the_one_that_is_named(url: str, cloud_id: str, state: str) -> None:
    address = JiraAddress(base="https://api.atlassian.com/x", site="https://acme.atlassian.net", cloud_id=cloud_id)
    check = await site(cast(JiraPort, Elsewhere(url)), address)
    assert check.state == state and (check.ok or url.removeprefix("https://") in check.detail)


class Hub:
    """Two MCP servers, one of which cannot answer anything."""

    def __init__(self) -> None:
        self.started = 0
        self.names = ("atlassian", "chat")

    def start(self) -> None:
        self.started += 1

    async def wait(self) -> None: ...

    def checks(self) -> list[Check]:
        if not self.started:
            return [Check(f"mcp {name}", False, "connecting") for name in self.names]
        tools = Check("mcp atlassian", True, "search_issues, get_issue (2 tools)")
        return [tools, Check("mcp chat", False, "none of its 3 tools answers a question of ours", "Check its token")]


async def test_mcp_servers_are_connected_once_and_never_needed() -> None:
    hub = Hub()
    found = {f.name: f async for f in examine(mcp.probes(hub))}
    assert hub.started == 1 and found["mcp atlassian"].state is State.OK
    assert found["mcp chat"].state is State.WARNING and "none of its 3 tools" in found["mcp chat"].detail


@pytest.mark.parametrize(("here", "states"), [(True, ["failed", "failed"]), (False, ["off", "off"])])
async def test_a_process_without_the_worker_connects_to_no_mcp_server(here: bool, states: list[str]) -> None:
    checks = [await dependency.ask() for dependency in mcp.quick(Hub(), lambda: here)]
    assert [check.state.replace("warning", "failed") for check in checks] == states


async def test_ready_tells_when_reading_finds_what_no_webhook_told(tmp_path: Path) -> None:
    async with company(tmp_path) as world:
        app = build(world.settings)

        async def gaps(source: Source, name: str) -> Check:
            return Check(name, False, "3 of 4 came to light by reading", "Run: pm webhooks list")

        looked_at = replace(company_of(app), gaps=gaps)
        [dependency] = [d for d in quick(looked_at, Arrivals(app.clock), lambda: True) if d.name == "jira webhooks"]
        check = await dependency.ask()
        await app.database.close()
    assert check.state == "warning" and "came to light by reading" in check.detail and "pm webhooks" in check.hint
