"""The page's control API: see what each person sees, act as them, and keep other sites out."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from integrations.simulator.server import HOST, Simulator
from integrations.simulator.slack.workspace import Message
from models.directives import Directives
from models.errors import OperatorError
from tests.integrations.simulator.conftest import Asking, Product

pytestmark = pytest.mark.anyio


def people(simulator: Simulator) -> tuple[str, str, str]:
    """A first member, a second one, and the guest."""
    users = list(simulator.workspace.users.values())
    members = [u.id for u in users if not u.bot and not u.guest]
    return members[0], members[1], next(u.id for u in users if u.guest)


def say(simulator: Simulator, channel: str, text: str, only_for: str | None = None) -> Message:
    world = simulator.workspace
    said = Message(ts=world.stamp(), channel=channel, user=world.bot, text=text, at=world.now(), only_for=only_for)
    return world.post(said)


async def test_the_state_has_everything_the_page_draws(ask: Asking, simulator: Simulator, product: Product) -> None:
    _, state = await ask.sim("GET", "state")
    assert {"me", "workspace", "app", "users", "channels", "clock", "home", "view", "happenings", "product"} <= set(
        state
    )
    assert state["me"] == people(simulator)[0]
    assert state["product"] == {"url": product.url, "ok": True}
    assert {"now", "company", "speed", "zone"} <= set(state["clock"])
    labels = {u["label"] for u in state["users"]}
    assert {"approver", "engineer", "guest", "app"} <= labels


async def test_a_guest_sees_only_the_channels_they_are_in(
    ask: Asking, simulator: Simulator, directives: Directives
) -> None:
    member, _, guest = people(simulator)
    _, mine = await ask.sim("GET", f"state?user={member}")
    _, theirs = await ask.sim("GET", f"state?user={guest}")
    leadership = directives.teams[0].channels["leadership"]
    assert leadership in {c["name"] for c in mine["channels"]}
    assert leadership not in {c["name"] for c in theirs["channels"]}
    hidden = next(c["id"] for c in mine["channels"] if c["name"] == leadership)
    status, _ = await ask.sim("GET", f"messages?user={guest}&channel={hidden}")
    assert status == 404


async def test_direct_messages_and_private_answers_are_for_one_person(ask: Asking, simulator: Simulator) -> None:
    ada, bo, _ = people(simulator)
    world = simulator.workspace
    room = next(c.id for c in world.channels.values() if ada in c.members and bo in c.members)
    say(simulator, room, "for everybody")
    say(simulator, room, "for one", only_for=ada)
    say(simulator, world.direct(ada).id, "in private")
    _, hers = await ask.sim("GET", f"messages?user={ada}&channel={room}")
    _, his = await ask.sim("GET", f"messages?user={bo}&channel={room}")
    assert [m["text"] for m in hers["messages"]] == ["for everybody", "for one"]
    assert [m["ephemeral"] for m in hers["messages"]] == [False, True]
    assert [m["text"] for m in his["messages"]] == ["for everybody"]
    status, _ = await ask.sim("GET", f"messages?user={bo}&channel={world.direct(ada).id}")
    assert status == 404


async def test_unread_counts_until_one_has_looked(ask: Asking, simulator: Simulator) -> None:
    ada = people(simulator)[0]
    direct = simulator.workspace.direct(ada).id
    say(simulator, direct, "one")
    say(simulator, direct, "two")

    async def unread() -> int:
        _, state = await ask.sim("GET", f"state?user={ada}")
        return next(int(c["unread"]) for c in state["channels"] if c["id"] == direct)

    assert await unread() == 2
    await ask.sim("GET", f"messages?user={ada}&channel={direct}")
    assert await unread() == 0


async def test_an_edit_that_asks_something_is_news_and_another_edit_is_not(ask: Asking, simulator: Simulator) -> None:
    ada, _, _ = people(simulator)
    world, direct = simulator.workspace, simulator.workspace.direct(ada).id
    said = say(simulator, direct, "nothing to decide")
    approve = {"type": "button", "action_id": "approve", "value": "PAY-7"}
    seen = f"messages?user={ada}&channel={direct}"

    async def room() -> tuple[int, str | None]:
        _, state = await ask.sim("GET", f"state?user={ada}")
        return next((c["unread"], c["asked"]) for c in state["channels"] if c["id"] == direct)

    await ask.sim("GET", seen)
    said = world.change(said, text="an edited word")
    assert await room() == (0, None)
    said = world.change(said, blocks=({"type": "actions", "elements": [approve]},))
    assert await room() == (1, said.ts)
    await ask.sim("GET", seen)
    world.change(said, blocks=())
    assert await room() == (0, None)


async def test_the_stream_tells_each_person_what_they_may_know(ask: Asking, simulator: Simulator) -> None:
    ada, bo, _ = people(simulator)
    direct = simulator.workspace.direct(ada).id

    async def first(user: str) -> dict[str, object]:
        async with ask.http.get(f"{simulator.url}/sim/stream?user={user}") as stream:
            async for line in stream.content:
                if line.startswith(b"data: "):
                    event = json.loads(line[6:])
                    if event["type"] in ("message", "unread"):
                        return dict(event)
        raise AssertionError("the stream ended")

    listening = [asyncio.create_task(first(user)) for user in (ada, bo)]
    await asyncio.sleep(0.1)
    said = say(simulator, direct, "secret")
    heard = await asyncio.wait_for(asyncio.gather(*listening), 5)
    assert heard[0] == {"type": "message", "channel": direct, "ts": said.ts, "user": simulator.workspace.bot}
    assert heard[1] == {"type": "unread", "user": ada}


async def test_words_commands_clicks_and_home_leave_as_requests_to_the_app(
    ask: Asking, simulator: Simulator, product: Product
) -> None:
    ada = people(simulator)[0]
    world = simulator.workspace
    direct = world.direct(ada).id
    button = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}, "value": "1"}
    blocks = world.numbered([{"type": "actions", "elements": [button]}])
    card = Message(ts=world.stamp(), channel=direct, user=world.bot, text="Go?", at=world.now(), blocks=tuple(blocks))
    world.post(card)
    click = {"user": ada, "channel": direct, "ts": card.ts, "block_id": blocks[0]["block_id"], "action_id": "go"}
    for path, body in [
        ("command", {"user": ada, "channel": direct, "text": "status"}),
        ("message", {"user": ada, "channel": direct, "text": "hello"}),
        ("click", click),
        ("home", {"user": ada}),
    ]:
        status, reply = await ask.sim("POST", path, body)
        assert (status, reply["ok"]) == (200, True), path
    await asyncio.sleep(0.1)
    assert len(product.at("/slack/events")) == 4
    assert len([e for e in simulator.traffic.log if e.way == "out"]) == 4


async def test_a_click_the_app_does_not_take_is_said_to_the_page(
    ask: Asking, simulator: Simulator, product: Product
) -> None:
    ada = people(simulator)[0]
    status, reply = await ask.sim("POST", "click", {"user": ada, "channel": "home", "action_id": "go"})
    assert (status, bool(reply["error"])) == (409, True)


async def test_a_happening_changes_jira_and_says_what_happened(ask: Asking, simulator: Simulator) -> None:
    _, listed = await ask.sim("GET", "happenings")
    assert all({"name", "title", "says"} <= set(h) for h in listed["happenings"])
    _, before = await ask.sim("GET", "jira")
    status, reply = await ask.sim("POST", "happen", {"name": "orphan"})
    _, after = await ask.sim("GET", "jira")
    lost = [i["key"] for i in after["issues"] if i["assignee"] is None]
    assert status == 200
    assert any(key in reply["told"] for key in lost)
    assert before != after
    assert (await ask.sim("POST", "happen", {"name": "earthquake"}))[0] == 404


async def test_the_constitution_is_the_file_as_it_is(ask: Asking, law: str) -> None:
    _, reply = await ask.sim("GET", "constitution")
    assert reply["text"] == law


async def test_company_time_goes_faster_and_forward_but_never_back(
    ask: Asking, simulator: Simulator, directives: Directives
) -> None:
    before = simulator.clock.now()
    _, hour = await ask.sim("POST", "clock", {"advance_seconds": 3600})
    assert datetime.fromisoformat(hour["now"]) - before >= timedelta(hours=1)
    _, fast = await ask.sim("POST", "clock", {"speed": 60})
    assert fast["speed"] == 60
    _, morning = await ask.sim("POST", "clock", {"to": "next_morning", "speed": 1})
    local = datetime.fromisoformat(morning["now"]).astimezone(ZoneInfo(directives.teams[0].zone))
    assert (local.hour, local.weekday() < 5, local.date() > before.date()) == (9, True, True)
    for wrong in ({"advance_seconds": -1}, {"speed": -1}, {"speed": "fast"}, {"advance_seconds": 1e12}):
        assert (await ask.sim("POST", "clock", wrong))[0] == 400
    assert abs(float(simulator.workspace.stamp()) - simulator.clock.real().timestamp()) < 5


async def test_other_sites_and_rebound_names_are_refused(ask: Asking, simulator: Simulator) -> None:
    url, body = f"{simulator.url}/sim/happen", json.dumps({"name": "block"})
    before = dict(simulator.company.issues)
    for headers in (
        {"Host": "evil.example", "Content-Type": "application/json"},
        {"Origin": "https://evil.example", "Content-Type": "application/json"},
        {"Content-Type": "text/plain"},
    ):
        async with ask.http.post(url, data=body, headers=headers) as reply:
            assert reply.status in (403, 415)
    async with ask.http.get(f"{simulator.url}/", headers={"Host": "evil.example:80"}) as reply:
        assert reply.status == 403
    assert simulator.company.issues == before


async def test_the_page_and_nothing_outside_its_folder_is_served(ask: Asking, simulator: Simulator) -> None:
    for path, status in [
        ("/", 200),
        ("/static/main.js", 200),
        ("/static/none.js", 404),
        ("/static/..%2Fserver.py", 404),
        ("/static/%2Fetc%2Fpasswd", 404),
    ]:
        async with ask.http.get(simulator.url + path) as reply:
            assert reply.status == status, path


async def test_it_listens_on_loopback_only(simulator: Simulator) -> None:
    assert simulator.url.startswith(f"http://{HOST}:")
    with pytest.raises(OperatorError):
        await simulator.start("0.0.0.0")
