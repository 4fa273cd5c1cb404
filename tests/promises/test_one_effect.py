"""However often, in whatever order and with whichever headers Slack delivers a deed: it has one effect."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy import func, select

from integrations.simulator.slack.workspace import Message
from models.tables.queue import inbox, jobs
from tests.world import World, in_memory, running

pytestmark = pytest.mark.anyio

READS = ("conversations.", "users.", "auth.", "dnd.", "usergroups.", "apps.", "chat.getPermalink")
READ_BY_POST = ("/search", "/bulkfetch")

Delivery = tuple[bytes, str]


class Holding:
    """A wire on which nothing arrives: what would have been sent is kept, to be delivered as a test wants it."""

    def __init__(self) -> None:
        self.sent: list[Delivery] = []

    async def carry(self, body: bytes, content_type: str, retried: Mapping[str, str]) -> tuple[int, str]:
        self.sent.append((body, content_type))
        return 200, ""


@dataclass
class Stage:
    """The world, and what the product has done in it since that was last asked."""

    world: World
    writes: Counter[str] = field(default_factory=Counter)

    def tap(self, request: web.Request, body: bytes, response: web.StreamResponse) -> None:
        what = request.path.removeprefix("/slack/api/").removeprefix("/slack/")
        if request.path.startswith("/slack") and not what.startswith(READS):
            self.writes[what.partition("/")[0]] += 1
        elif not request.path.startswith("/slack") and request.method != "GET":
            reads = any(word in request.path for word in READ_BY_POST)
            self.writes[f"{request.method} in Jira or Bitbucket"] += not reads

    @property
    def dana(self) -> str:
        return self.world.slack_id("dana")

    @property
    def room(self) -> str:
        rooms = self.world.simulator.workspace.channels.values()
        return next(room.id for room in rooms if room.name == self.world.team.channels["team"])

    async def deed(self, act: Callable[[Stage], Awaitable[None]]) -> Delivery:
        """What Slack would send for what somebody does."""
        out, holding = self.world.simulator.slack_out, Holding()
        out.socket = holding  # type: ignore[assignment]
        try:
            await act(self)
            await out.idle()
        finally:
            out.socket = None
        return holding.sent[0]

    async def deliver(self, delivery: Delivery, retry: int = 0) -> None:
        body, kind = delivery
        more = {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": "http_timeout"} if retry else {}
        assert (await self.world.simulator.slack_out.send(body, kind, "again", more)).ok

    async def settled(self) -> Counter[str]:
        """What has been written to the vendors since the last time, once everything is done."""
        await self.world.settle(30, parked=True)
        written, self.writes = self.writes, Counter()
        return written

    async def kept(self) -> tuple[int, int]:
        """Deliveries of Slack's on disk, and jobs ever made."""

        def count(connection: Any) -> tuple[int, int]:
            rows = connection.execute(select(func.count(inbox.c.id)).where(inbox.c.source == "slack")).scalar_one()
            made = connection.execute(select(func.max(jobs.c.id))).scalar_one()
            return int(rows), int(made or 0)

        return await self.world.app.database.read(count)


@pytest.fixture(scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    with in_memory(tmp_path_factory.mktemp("once")) as folder:
        async with running(Path(folder)) as world:
            world.lose_an_owner()
            await world.settle()
            await world.later(timedelta(minutes=20))
            made = Stage(world)
            world.simulator.traffic.taps.append(made.tap)
            yield made


# --- the deeds --------------------------------------------------------------------------------------------------


async def command(stage: Stage) -> None:
    await stage.world.simulator.slack_out.command(stage.dana, stage.room, "/pm", "status")


async def mention(stage: Stage) -> None:
    bot = stage.world.simulator.workspace.bot
    stage.world.simulator.slack_out.say(stage.dana, stage.room, f"<@{bot}> help")


async def direct(stage: Stage) -> None:
    room = stage.world.simulator.workspace.direct(stage.dana).id
    stage.world.simulator.slack_out.say(stage.dana, room, "status")


async def home(stage: Stage) -> None:
    stage.world.simulator.slack_out.open_home(stage.dana)


async def why(stage: Stage) -> None:
    await press(stage, "why")


async def ask(stage: Stage) -> None:
    await pressed(stage, "ask:0", "blockers")


async def post_to_channel(stage: Stage) -> None:
    await pressed(stage, "post_to_channel", "status")


async def unknown_button(stage: Stage) -> None:
    await pressed(stage, "launch_rockets", "1")


async def window(stage: Stage) -> None:
    """The window *How I may contact you*, opened."""
    await pressed(stage, "contact", "{}")


async def filled_in(stage: Stage) -> None:
    """The same window, sent with nothing of one's own in it."""
    out = stage.world.simulator.slack_out
    sent = out.sender(stage.dana, "view_submission")
    view = {"id": sent["trigger_id"], "type": "modal", "callback_id": "contact", "private_metadata": "{}", "blocks": []}
    await out.interact({**sent, "view": {**view, "state": {"values": {}}}}, "submit")


async def shortcut(stage: Stage) -> None:
    out = stage.world.simulator.slack_out
    channel, message = {"id": stage.room, "name": "engineering"}, {"type": "message", "text": "x", "ts": "1.1"}
    sent = {**out.sender(stage.dana, "message_action"), "callback_id": "track_this", "channel": channel}
    await out.interact({**sent, "message": message, "message_ts": "1.1"}, "shortcut")


DEEDS: Mapping[str, Callable[[Stage], Awaitable[None]]] = {
    "a command": command,
    "a mention": mention,
    "a direct message": direct,
    "an opened Home": home,
    "Why?": why,
    "a button that asks": ask,
    "Post to channel": post_to_channel,
    "a button nobody knows": unknown_button,
    "a button that opens a window": window,
    "a window that is sent": filled_in,
    "a shortcut": shortcut,
}


async def press(stage: Stage, button: str) -> None:
    """A real button of the card that waits for Dana."""
    await stage.world.click("dana", card(stage), button)


async def pressed(stage: Stage, action: str, value: str) -> None:
    """A button in the team's channel."""
    out = stage.world.simulator.slack_out
    button = {"action_id": action, "block_id": "b", "type": "button", "value": value}
    where = {"type": "message", "message_ts": "1.1", "channel_id": stage.room, "is_ephemeral": False}
    payload = {**out.sender(stage.dana, "block_actions"), "container": where, "actions": [button]}
    await out.interact({**payload, "response_url": out.answer_at(stage.room, stage.dana)}, f"click {action}")


def card(stage: Stage) -> Message:
    """What waits for Dana's answer."""
    return next(m for m in stage.world.direct_messages("dana") if "approve" in actions(m))


def actions(message: Message) -> list[str]:
    return [part.get("action_id", "") for block in message.blocks for part in block.get("elements", ())]


# --- the ways in which one delivery comes -----------------------------------------------------------------------


async def once(stage: Stage, delivery: Delivery) -> None:
    await stage.deliver(delivery)


async def with_every_retry(stage: Stage, delivery: Delivery) -> None:
    for retry in range(4):
        await stage.deliver(delivery, retry)


async def five_at_once(stage: Stage, delivery: Delivery) -> None:
    await asyncio.gather(*(stage.deliver(delivery) for _ in range(5)))


async def the_first_is_lost(stage: Stage, delivery: Delivery) -> None:
    await stage.deliver(delivery, 1)


async def the_last_overtakes_the_first(stage: Stage, delivery: Delivery) -> None:
    for retry in (3, 1, 0, 2):
        await stage.deliver(delivery, retry)


async def again_when_all_is_done(stage: Stage, delivery: Delivery) -> None:
    await stage.deliver(delivery)
    await stage.world.settle(30, parked=True)
    for retry in (1, 2, 3):
        await stage.deliver(delivery, retry)


WAYS = (with_every_retry, five_at_once, the_first_is_lost, the_last_overtakes_the_first, again_when_all_is_done)


@pytest.mark.parametrize("deed", DEEDS)
async def test_it_has_one_effect_however_it_is_delivered(stage: Stage, deed: str) -> None:
    written, rows, work = await effect_of(stage, DEEDS[deed], once)
    assert rows == 1, "it is kept"
    for way in WAYS:
        assert await effect_of(stage, DEEDS[deed], way) == (written, rows, work), way.__name__


async def effect_of(
    stage: Stage, deed: Callable[[Stage], Awaitable[None]], way: Callable[[Stage, Delivery], Awaitable[None]]
) -> tuple[Counter[str], int, int]:
    """What one more of this deed comes to: writes to the vendors, rows, jobs."""
    delivery = await stage.deed(deed)
    await stage.settled()
    rows, work = await stage.kept()
    await way(stage, delivery)
    written = await stage.settled()
    rows_now, work_now = await stage.kept()
    return written, rows_now - rows, work_now - work


async def test_two_deeds_that_arrive_in_turns_have_two_effects(stage: Stage) -> None:
    first, second = await stage.deed(command), await stage.deed(direct)
    await stage.settled()
    for retry, delivery in enumerate((second, first, second, first, second)):
        await stage.deliver(delivery, retry // 2)
    assert await stage.settled() == Counter({"response": 1, "chat.postMessage": 1})


async def test_a_yes_that_comes_five_times_is_carried_out_once(stage: Stage) -> None:
    """Slack gives each press its own trigger; the same press again is the same delivery."""
    asked = card(stage)
    key = json.loads(values(asked)[actions(asked).index("approve")])["a"]
    delivery = await stage.deed(lambda stage: stage.world.click("dana", asked, "approve"))
    await stage.settled()
    await five_at_once(stage, delivery)
    await the_last_overtakes_the_first(stage, delivery)
    written = await stage.settled()
    assert written["PUT in Jira or Bitbucket"] == 1, written
    approval = await stage.world.app.ledger.approval(key)
    assert approval is not None and approval.by == "dana"


def values(message: Message) -> list[str]:
    return [str(part.get("value", "")) for block in message.blocks for part in block.get("elements", ())]
