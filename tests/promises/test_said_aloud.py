"""A day of the simulated company, with every write to Slack heard as somebody hears it who sees nothing of it."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from aiohttp import web

from tests.bot.views.aloud import RULES, Exhibit
from tests.contracts.blockkit import check_message, check_view
from tests.promises.test_every_surface import judge
from tests.stories.scene import MORNING
from tests.world import World, in_memory, running

pytestmark = pytest.mark.anyio

MESSAGES = ("chat.postMessage", "chat.update", "chat.postEphemeral")
VIEWS = ("views.open", "views.update", "views.publish")

ASKED = ("status", "blockers", "mine", "reviews", "forecast", "digest", "why", "directives", "help", "held", "me", "hm")


@dataclass
class Ear:
    """Everything the product wrote to Slack."""

    heard: list[Exhibit] = field(default_factory=list)

    def tap(self, request: web.Request, body: bytes, response: web.StreamResponse) -> None:
        method = request.path.removeprefix("/slack/api/").removeprefix("/slack/").partition("/")[0]
        if method in (*MESSAGES, "response"):
            self.heard.append(Exhibit(method, "message", _written(request, body)))
        elif method in VIEWS:
            view = _written(request, body)["view"]
            view = json.loads(view) if isinstance(view, str) else view
            self.heard.append(Exhibit(method, view["type"], view))

    @property
    def counts(self) -> Counter[str]:
        return Counter(exhibit.name for exhibit in self.heard)


def _written(request: web.Request, body: bytes) -> dict[str, Any]:
    said = json.loads(body) if request.content_type == "application/json" else dict(parse_qsl(body.decode()))
    blocks = said.get("blocks") or []
    return {**said, "blocks": json.loads(blocks) if isinstance(blocks, str) else blocks}


async def test_all_that_is_written_on_a_day_can_be_heard_and_is_safe(tmp_path: Path) -> None:
    ear = Ear()
    with in_memory(tmp_path) as folder:
        async with running(folder, at=MORNING - timedelta(hours=1), speed=0.0) as world:
            world.simulator.traffic.taps.append(ear.tap)
            await a_day(world)
    assert {"chat.postMessage", "chat.update", "response", "views.publish"} <= set(ear.counts), ear.counts
    assert len(ear.heard) > 15, ear.counts
    for exhibit in ear.heard:
        assert [found for rule in RULES for found in rule(exhibit)] == [], exhibit.sent
        check_message(exhibit.sent) if exhibit.surface == "message" else check_view(exhibit.sent)
        judge(exhibit.surface, exhibit.sent)


async def a_day(world: World) -> None:
    """The digest, reminders, a question that is answered, and everybody who asks."""
    key, out = world.lose_an_owner(), world.simulator.slack_out
    await world.live(timedelta(hours=2))
    card = next(m for m in world.direct_messages("dana") if key in m.text and "approve" in str(m.blocks))
    await world.click("dana", card, "approve")
    await world.settle(parked=True)
    room = next(r.id for r in world.simulator.workspace.channels.values() if r.name == world.team.channels["team"])
    for typed in ASKED:
        await out.command(world.slack_id("li"), room, "/pm", typed)
    for person in ("dana", "li"):
        out.open_home(world.slack_id(person))
    await world.live(timedelta(hours=5))
