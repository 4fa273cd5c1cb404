"""What Slack sends to the app is signed by real time, shaped as Slack's, and comes again until it is taken."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from jsonschema import Draft7Validator

from integrations.simulator.server import Simulator, company_clock
from integrations.simulator.slack.wire import NotThere
from integrations.simulator.slack.workspace import Message
from integrations.slack.signature import verify
from models.directives import Directives
from tests.integrations.simulator.conftest import Product, Received

pytestmark = pytest.mark.anyio


@cache
def schema() -> dict[str, Any]:
    file = Path(__file__).resolve().parents[3].parent / "shared" / "slack" / "schemas" / "inbound-payloads.schema.json"
    if not file.is_file():
        pytest.skip("Slack's descriptions (folder shared/slack beside the checkout) are absent")
    return dict(json.loads(file.read_text()))


def shaped(kind: str, payload: Any) -> None:
    whole = schema()
    root = {"$ref": f"#/definitions/{whole['x-roots'][kind]}", "definitions": whole["definitions"]}
    wrong = [f"{e.json_path}: {e.message[:300]}" for e in Draft7Validator(root).iter_errors(payload)]
    assert not wrong, (kind, wrong)


def somebody(simulator: Simulator) -> str:
    return next(u.id for u in simulator.workspace.users.values() if not u.bot and not u.guest)


def team_channel(simulator: Simulator, directives: Directives) -> str:
    name = directives.teams[0].channels["team"]
    return next(c.id for c in simulator.workspace.channels.values() if c.name == name)


def card(simulator: Simulator, channel: str, only_for: str | None = None) -> Message:
    """A message of the app with one button."""
    world = simulator.workspace
    words = {"type": "plain_text", "text": "Approve"}
    button = {"type": "button", "action_id": "approve", "text": words, "value": '{"a": "1"}', "style": "primary"}
    blocks = world.numbered([{"type": "actions", "block_id": "card", "elements": [button]}])
    said = Message(
        ts=world.stamp(),
        channel=channel,
        user=world.bot,
        text="Please decide",
        at=world.now(),
        blocks=tuple(blocks),
        only_for=only_for,
    )
    return world.post(said)


def checked(simulator: Simulator, received: Received) -> None:
    verify(simulator.secrets.slack_signing_secret, received.headers, received.body, simulator.clock.real())


async def until(product: Product, count: int) -> list[Received]:
    for _ in range(200):
        if len(product.got) >= count:
            break
        await asyncio.sleep(0.01)
    return product.got


async def test_a_command_arrives_as_a_signed_form(
    simulator: Simulator, product: Product, directives: Directives
) -> None:
    simulator.clock.advance(timedelta(days=3))  # type: ignore[attr-defined]
    user, channel = somebody(simulator), team_channel(simulator, directives)
    product.says = "Looking"
    answered = await simulator.slack_out.command(user, channel, "/pm", "status sprint 24")
    (received,) = product.at("/slack/events")
    checked(simulator, received)
    assert answered.ok
    shaped("SlashCommand", received.form)
    assert (received.form["command"], received.form["text"]) == ("/pm", "status sprint 24")
    assert received.form["response_url"].startswith(f"{simulator.url}/slack/response/")
    assert [m.text for m in simulator.workspace.shown(channel, user)] == ["Looking"]


async def test_a_click_carries_the_stored_button_and_the_message(
    simulator: Simulator, product: Product, directives: Directives
) -> None:
    user, channel = somebody(simulator), team_channel(simulator, directives)
    said = card(simulator, channel)
    used = {"block_id": "card", "action_id": "approve", "value": "forged"}
    await simulator.slack_out.click(user, {"channel": channel, "ts": said.ts}, used)
    (received,) = product.at("/slack/events")
    checked(simulator, received)
    payload = json.loads(received.form["payload"])
    shaped("BlockAction", payload)
    assert payload["actions"][0]["value"] == '{"a": "1"}'
    assert payload["container"]["message_ts"] == payload["message"]["ts"] == said.ts
    assert payload["user"]["id"] == user


async def test_only_what_one_can_see_can_be_clicked(
    simulator: Simulator, product: Product, directives: Directives
) -> None:
    world, channel = simulator.workspace, team_channel(simulator, directives)
    owner, guest = somebody(simulator), next(u.id for u in world.users.values() if u.guest)
    used = {"action_id": "approve"}
    private = card(simulator, world.direct(owner).id)
    ephemeral = card(simulator, channel, only_for=owner)
    for where, what in [
        ({"channel": private.channel, "ts": private.ts}, used),
        ({"channel": channel, "ts": ephemeral.ts}, used),
        ({"channel": channel, "ts": "1.000001"}, used),
        ({"channel": channel, "ts": card(simulator, channel).ts}, {"action_id": "gone"}),
        ({"channel": "home"}, used),
    ]:
        with pytest.raises(NotThere):
            await simulator.slack_out.click(guest, where, what)
    assert not product.got


async def test_a_click_on_an_ephemeral_answer_can_replace_it(
    simulator: Simulator, product: Product, directives: Directives
) -> None:
    import aiohttp

    user, channel = somebody(simulator), team_channel(simulator, directives)
    said = card(simulator, channel, only_for=user)
    await simulator.slack_out.click(user, {"channel": channel, "ts": said.ts}, {"action_id": "approve"})
    payload = json.loads(product.got[0].form["payload"])
    shaped("BlockAction", payload)
    assert payload["container"]["is_ephemeral"]
    async with aiohttp.ClientSession() as http:
        body = {"replace_original": True, "text": "Done"}
        async with http.post(payload["response_url"], json=body) as reply:
            assert reply.status == 200
    (left,) = simulator.workspace.shown(channel, user)
    assert (left.ts, left.text, left.blocks) == (said.ts, "Done", ())


async def test_a_modal_is_submitted_and_may_be_refused_by_the_app(simulator: Simulator, product: Product) -> None:
    user, world = somebody(simulator), simulator.workspace
    title = {"type": "plain_text", "text": "Why?"}
    view = world.keep_view({"type": "modal", "callback_id": "edit", "title": title, "submit": title, "blocks": []})
    world.open_views[user] = view["id"]
    values = {"b": {"words": {"type": "plain_text_input", "value": "because"}}}
    product.says = json.dumps({"response_action": "errors", "errors": {"b": "Say more"}})
    assert await simulator.slack_out.submit(user, view["id"], values) == {"errors": {"b": "Say more"}}
    payload = json.loads(product.got[0].form["payload"])
    shaped("ViewSubmitAction", payload)
    assert payload["view"]["state"]["values"] == values
    product.says = ""
    assert await simulator.slack_out.submit(user, view["id"], values) == {"view": None}
    with pytest.raises(NotThere):
        await simulator.slack_out.submit(user, view["id"], values)


async def test_a_mention_a_direct_message_and_an_opened_home_are_events(
    simulator: Simulator, product: Product, directives: Directives
) -> None:
    user, world = somebody(simulator), simulator.workspace
    simulator.slack_out.hears = False
    simulator.slack_out.say(user, team_channel(simulator, directives), f"<@{world.bot}> status")
    simulator.slack_out.say(user, world.direct(user).id, "status")
    simulator.slack_out.open_home(user)
    simulator.slack_out.say(user, team_channel(simulator, directives), "nothing for the app")
    received = await until(product, 3)
    await asyncio.sleep(0.05)
    bodies = {each.json["event"]["type"]: each.json for each in received}
    assert len(received) == 3
    assert set(bodies) == {"app_mention", "message", "app_home_opened"}
    for each in received:
        checked(simulator, each)
        shaped("EnvelopedEvent", each.json)
    shaped("AppMentionEvent", bodies["app_mention"]["event"])
    shaped("AppHomeOpenedEvent", bodies["app_home_opened"]["event"])
    assert bodies["message"]["event"]["channel_type"] == "im"


async def test_an_event_comes_again_with_the_same_id_at_most_three_times(
    simulator: Simulator, product: Product
) -> None:
    product.statuses = [500] * 9
    simulator.slack_out.open_home(somebody(simulator))
    received = await until(product, 4)
    await asyncio.sleep(0.2)
    assert [each.headers.get("X-Slack-Retry-Num") for each in received] == [None, "1", "2", "3"]
    assert {each.headers.get("X-Slack-Retry-Reason") for each in received} == {None, "http_error"}
    assert len({each.json["event_id"] for each in received}) == 1
    for each in received:
        checked(simulator, each)


async def test_a_silent_app_is_told_to_the_person_as_a_timeout(
    tmp_path: Path, directives: Directives, law: str
) -> None:
    async def sleep(_: web.Request) -> web.Response:
        await asyncio.sleep(10)
        return web.Response()

    app = web.Application()
    app.router.add_post("/slack/events", sleep)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    simulator = Simulator(directives, law, company_clock(tmp_path / "clock.json", directives), url)
    await simulator.start()
    user, channel = somebody(simulator), team_channel(simulator, directives)
    began = simulator.clock.monotonic()
    answered = await simulator.slack_out.command(user, channel, "/pm", "status")
    assert 2.5 < simulator.clock.monotonic() - began < 4.5
    assert not answered.ok
    assert "operation_timeout" in simulator.workspace.shown(channel, user)[0].text
    await simulator.stop()
    await runner.cleanup()
