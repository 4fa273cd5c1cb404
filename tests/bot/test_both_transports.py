"""What Slack sends is one row of the inbox, by whichever way and however often it comes, and acknowledged when kept."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp

from bot.doors.arrivals import Arrivals
from bot.doors.socket import SocketDoor
from bot.listeners import Intake, make_bolt
from bot.metrics import Metrics
from integrations.slack.socket import Envelope
from models.clock import SystemClock
from models.directives_file import load
from models.errors import DatabaseNotReady
from models.events import Source
from tests.bot.knocking import ROOT, SHARED, Kept
from tests.world import World, running

pytestmark = pytest.mark.anyio

RECORDED = [f for f in sorted((SHARED / "slack" / "payloads").glob("*.json")) if f.stem != "index"]
SAID = {file.stem: json.loads(file.read_text()) for file in RECORDED}
KINDS = {"event_callback": "events_api", "app_rate_limited": "events_api", "url_verification": "events_api"}


@dataclass
class Door:
    """The socket's door over an inbox that remembers."""

    door: SocketDoor
    bolt: AsyncApp
    metrics: Metrics

    async def take(self, payload: dict[str, Any], **more: Any) -> Any:
        kind = "slash_commands" if "command" in payload else KINDS.get(str(payload.get("type")), "interactive")
        envelope = Envelope(id="e1", kind=kind, payload=payload, answerable=kind != "events_api", **more)
        return await self.door.take(self.bolt, envelope)


@contextlib.asynccontextmanager
async def door(inbox: Kept) -> AsyncIterator[Door]:
    clock, metrics, law = SystemClock(), Metrics(), load(ROOT / "directives.yaml")
    intake = Intake(inbox=inbox, directives=lambda: law, clock=clock, metrics=metrics, forgotten=lambda group: None)
    bolt = make_bolt(intake, token="xoxb-test", api_url="http://127.0.0.1:9/")
    yield Door(SocketDoor("xapp-test", "http://127.0.0.1:9/", clock, metrics, Arrivals(clock)), bolt, metrics)


@pytest.mark.skipif(not RECORDED, reason="needs the recorded Slack payloads in the folder shared beside the checkout")
@pytest.mark.parametrize("name", SAID)
async def test_what_slack_really_sent_is_acknowledged_over_the_socket_and_kept_once(name: str) -> None:
    inbox, payload = Kept(), SAID[name]
    async with door(inbox) as at:
        answers = [await at.take(payload), await at.take(payload, retried=1, reason="timeout")]
    assert None not in answers
    assert len(inbox.deliveries) <= 1


MENTION = {"type": "app_mention", "user": "U1", "text": "<@UBOT> status", "channel": "C1", "ts": "1.1"}
EVENT = {"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event": MENTION}
CLICK = {
    "type": "block_actions",
    "user": {"id": "U1"},
    "team": {"id": "T1"},
    "trigger_id": "1.2",
    "actions": [{"type": "button", "action_id": "approve", "block_id": "b", "value": '{"a": "ap1"}'}],
}


@pytest.mark.parametrize("payload", [EVENT, CLICK], ids=["an event", "a click"])
async def test_what_cannot_be_kept_is_not_acknowledged(payload: dict[str, Any]) -> None:
    async with door(Kept(DatabaseNotReady("gone"))) as at:
        assert await at.take(payload) is None
        assert 'result="unavailable"' in at.metrics.render().decode()


async def test_a_command_that_cannot_be_kept_says_so_to_the_asker_in_the_acknowledgement() -> None:
    async with door(Kept(DatabaseNotReady("gone"))) as at:
        said = await at.take({"command": "/pm", "text": "status", "user_id": "U1", "trigger_id": "1.2"})
    assert "try again" in said["text"]


async def test_faults_of_a_window_travel_in_the_acknowledgement_and_nothing_is_kept() -> None:
    view = {"type": "modal", "callback_id": "reject_why", "private_metadata": "{}", "state": {"values": {}}, "id": "V1"}
    inbox = Kept()
    async with door(inbox) as at:
        said = await at.take({"type": "view_submission", "user": {"id": "U1"}, "team": {"id": "T1"}, "view": view})
    assert said["response_action"] == "errors" and said["errors"] and inbox.deliveries == []


async def test_a_shape_slack_never_sends_is_neither_taken_nor_a_stumble() -> None:
    inbox = Kept()
    async with door(inbox) as at:
        assert await at.take({"type": "event_callback", "event": "words"}) is None
        assert await at.take({}) is None
    assert inbox.deliveries == []


async def test_an_event_that_comes_up_to_five_times_over_both_ways_is_one_row(tmp_path: Path) -> None:
    async with over_both(tmp_path) as world:
        out = world.simulator.slack_out
        for times in range(1, 6):
            body = json.dumps({**EVENT, "event_id": f"Ev{times}", "event": {"type": "reaction_added"}}).encode()
            for number in range(times):
                out.socket = world.simulator.slack_socket if (number + times) % 2 else None
                again = {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": "http_timeout"} if number else {}
                assert (await out.send(body, "application/json", "event", again)).ok
            assert await rows(world, f"Ev{times}") == 1


async def test_a_command_is_answered_over_the_socket_and_the_http_route_is_served_beside_it(tmp_path: Path) -> None:
    async with over_both(tmp_path, work=True) as world:
        user, room = world.slack_id("sarah"), world.simulator.workspace.direct(world.slack_id("sarah")).id
        for way in (world.simulator.slack_socket, None):
            world.simulator.slack_out.socket = way
            assert (await world.simulator.slack_out.command(user, room, "/pm", "help")).ok
            await world.settle()
        told = [m for m in world.simulator.workspace.shown(room, user) if m.only_for == user]
        assert len(told) == 2
        socket = (await ready(world))["slack socket"]
        assert socket["state"] == "ok" and "connected since" in socket["detail"]
        assert (await metric(world, "pm_slack_socket_connected")).endswith(" 1.0")
        assert await metric(world, "pm_slack_socket_silent_seconds")


async def test_what_came_while_the_database_was_away_comes_again_and_is_kept_then() -> None:
    inbox = Kept(DatabaseNotReady("gone"))
    async with door(inbox) as at:
        assert await at.take(EVENT) is None
        inbox.trouble = None
        assert await at.take(EVENT, retried=1, reason="timeout") == {}
    assert len(inbox.deliveries) == 1


@contextlib.asynccontextmanager
async def over_both(folder: Path, *, work: bool = False) -> AsyncIterator[World]:
    """A world whose app has its socket open, and its HTTP route beside it."""
    async with running(folder, work=work, socket=True) as world:
        async with asyncio.timeout(5):
            while not world.simulator.slack_socket.connected:
                await asyncio.sleep(0.01)
        yield world


async def rows(world: World, id: str) -> int:
    wanted = "SELECT count(*) FROM inbox WHERE source = ? AND delivery_id = ?"
    found = await world.app.database.read(lambda c: c.exec_driver_sql(wanted, (Source.SLACK.value, id)).scalar())
    return int(found or 0)


async def ready(world: World) -> dict[str, dict[str, Any]]:
    """What ``/ready`` says, by name."""
    async with aiohttp.ClientSession() as session, session.get(f"{world.simulator.product_url}/ready") as answer:
        return {row["name"]: row for row in (await answer.json())["checks"]}


async def metric(world: World, name: str) -> str:
    async with aiohttp.ClientSession() as session, session.get(f"{world.simulator.product_url}/metrics") as answer:
        return next(line for line in (await answer.text()).splitlines() if line.startswith(name))
