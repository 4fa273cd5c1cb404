"""What people do besides talking and pressing reaches the app in Slack's shapes, and only what it asked for."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from integrations.simulator.server import Simulator
from integrations.simulator.slack import doing
from integrations.simulator.slack.manifest import promised
from integrations.simulator.slack.wire import NotThere, subscription
from integrations.simulator.slack.workspace import Message
from models.directives import Directives
from tests.integrations.simulator.conftest import Asking, Product
from tests.integrations.simulator.test_slack_out import checked, shaped, somebody, team_channel, until

pytestmark = pytest.mark.anyio


def words(simulator: Simulator, user: str, channel: str, **more: Any) -> Message:
    world = simulator.workspace
    return world.post(Message(ts=world.stamp(), channel=channel, user=user, text="words", at=world.now(), **more))


def view(simulator: Simulator, user: str, below: str | None = None, **more: Any) -> dict[str, Any]:
    title = {"type": "plain_text", "text": "Why?"}
    kept = simulator.workspace.keep_view({"type": "modal", "callback_id": "edit", "title": title, "blocks": [], **more})
    kept |= {"previous_view_id": below}
    simulator.workspace.open_views[user] = kept["id"]
    return kept


async def heard(simulator: Simulator, product: Product) -> Any:
    """The one event that reached the app."""
    await simulator.slack_out.idle()
    (received,) = product.got
    checked(simulator, received)
    shaped("EnvelopedEvent", received.json)
    return received.json["event"]


async def test_a_shortcut_brings_the_whole_message(ask: Asking, simulator: Simulator, product: Product) -> None:
    user = somebody(simulator)
    said = words(simulator, user, simulator.workspace.direct(user).id)
    callback = promised().shortcuts[0].callback_id
    where = {"user": user, "channel": said.channel, "ts": said.ts}
    status, _ = await ask.sim("POST", "shortcut", {**where, "callback_id": callback})
    payload = json.loads(product.got[0].form["payload"])
    shaped("MessageShortcut", payload)
    assert (status, payload["callback_id"], payload["message"]["text"]) == (200, callback, "words")
    assert (await ask.sim("POST", "shortcut", {**where, "callback_id": "made-up"}))[0] == 404


async def test_closing_a_modal_is_told_when_asked_for_and_brings_back_what_is_below(
    simulator: Simulator, product: Product
) -> None:
    user = somebody(simulator)
    below = view(simulator, user, notify_on_close=True)
    above = view(simulator, user, below["id"])
    assert await doing.close(simulator.slack_out, user, above["id"]) == below
    assert product.got == []
    assert await doing.close(simulator.slack_out, user, below["id"]) is None
    shaped("ViewClosedAction", json.loads(product.got[0].form["payload"]))
    with pytest.raises(NotThere):
        await doing.close(simulator.slack_out, user, below["id"])


async def test_an_edit_is_told_with_what_was_said_before(simulator: Simulator, product: Product) -> None:
    user = somebody(simulator)
    said = words(simulator, user, simulator.workspace.direct(user).id)
    doing.edit(simulator.slack_out, user, said, "better words")
    event = await heard(simulator, product)
    assert (event["message"]["text"], event["previous_message"]["text"]) == ("better words", "words")
    assert event["subtype"] == "message_changed"
    with pytest.raises(NotThere):
        doing.edit(simulator.slack_out, simulator.workspace.bot, said, "forged")


async def test_stopping_names_the_messages_that_were_growing(simulator: Simulator, product: Product) -> None:
    user, world = somebody(simulator), simulator.workspace
    room = world.direct(user)
    root = words(simulator, user, room.id)
    growing = words(simulator, world.bot, room.id, thread=root.ts, streaming=True)
    words(simulator, world.bot, room.id, thread=root.ts)
    doing.stop(simulator.slack_out, user, room, root.ts)
    event = await heard(simulator, product)
    shaped("AgentSessionStoppedEvent", event)
    assert event["streaming_message_ts"] == [growing.ts]


async def test_who_joins_becomes_a_member_and_the_app_hears_where_it_is(
    simulator: Simulator, product: Product, directives: Directives
) -> None:
    user, world = somebody(simulator), simulator.workspace
    general = next(c for c in world.channels.values() if world.bot not in c.members)
    doing.join(simulator.slack_out, "U0NEW", general, user)
    assert "U0NEW" in world.channels[general.id].members
    doing.join(simulator.slack_out, world.bot, general, user)
    event = await heard(simulator, product)
    assert (event["type"], event["user"], event["inviter"]) == ("member_joined_channel", world.bot, user)


async def test_only_what_the_app_asked_for_is_told(
    simulator: Simulator, product: Product, directives: Directives
) -> None:
    user, channel = somebody(simulator), team_channel(simulator, directives)
    simulator.slack_out.events = frozenset({"message.im"})
    simulator.slack_out.say(user, channel, "channel talk")
    simulator.slack_out.open_home(user)
    doing.look(simulator.slack_out, user, simulator.workspace.channels[channel])
    simulator.slack_out.say(user, simulator.workspace.direct(user).id, "to you")
    assert (await heard(simulator, product))["text"] == "to you"


async def test_a_mention_where_the_app_hears_everything_is_two_events(
    simulator: Simulator, product: Product, directives: Directives
) -> None:
    world, channel = simulator.workspace, team_channel(simulator, directives)
    simulator.slack_out.events = None
    simulator.slack_out.say(somebody(simulator), channel, f"<@{world.bot}> status")
    bodies = [each.json for each in await until(product, 2)]
    assert {subscription(body["event"]) for body in bodies} == {"app_mention", "message.channels"}
    assert len({body["event_id"] for body in bodies}) == 2
    assert len({body["event"]["ts"] for body in bodies}) == 1


async def test_looking_elsewhere_is_a_hint_in_slacks_shape(simulator: Simulator, product: Product) -> None:
    user, world = somebody(simulator), simulator.workspace
    simulator.slack_out.events = None
    doing.look(simulator.slack_out, user, next(iter(world.channels.values())))
    shaped("AppContextChangedEvent", await heard(simulator, product))


async def test_a_status_goes_with_the_next_message_of_its_thread(ask: Asking, simulator: Simulator) -> None:
    user, world = somebody(simulator), simulator.workspace
    room = world.direct(user).id
    root = words(simulator, user, room)
    world.set_status(room, root.ts, "is searching Jira …", ["Reading the sprint …"])

    async def shown() -> Any:
        _, state = await ask.sim("GET", f"state?user={user}")
        return next(each for each in state["channels"] if each["id"] == room)["statuses"]

    assert [(s["status"], s["loading"]) for s in await shown()] == [("is searching Jira …", ["Reading the sprint …"])]
    words(simulator, world.bot, room)
    assert len(await shown()) == 1
    words(simulator, world.bot, room, thread=root.ts)
    assert await shown() == []


async def test_what_else_is_chosen_in_a_message_comes_with_the_press(simulator: Simulator, product: Product) -> None:
    user, world = somebody(simulator), simulator.workspace
    press = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}, "value": "1"}
    blocks = tuple(world.numbered([{"type": "actions", "block_id": "b", "elements": [press]}]))
    said = words(simulator, world.bot, world.direct(user).id, blocks=blocks)
    chosen = {"b": {"which": {"type": "checkboxes", "selected_options": []}}}
    where = {"channel": said.channel, "ts": said.ts, "values": chosen}
    await simulator.slack_out.click(user, where, {"action_id": "go"})
    payload = json.loads(product.got[0].form["payload"])
    shaped("BlockAction", payload)
    assert payload["state"]["values"] == chosen


async def test_a_doubled_press_arrives_twice_at_once_and_then_no_more(simulator: Simulator, product: Product) -> None:
    user, world = somebody(simulator), simulator.workspace
    press = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}, "value": "1"}
    blocks = tuple(world.numbered([{"type": "actions", "elements": [press]}]))
    said = words(simulator, world.bot, world.direct(user).id, blocks=blocks)
    where, used = {"channel": said.channel, "ts": said.ts}, {"action_id": "go"}
    simulator.slack_out.twice = 1
    await simulator.slack_out.click(user, where, used)
    both = [json.loads(each.form["payload"]) for each in product.got]
    assert len({each["trigger_id"] for each in both}) == 2
    await simulator.slack_out.click(user, where, used)
    await asyncio.sleep(0)
    assert len(product.got) == 3
