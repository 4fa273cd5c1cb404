"""There is one way out to Slack, and nothing that calls anybody gets through it, whichever method carries it."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from integrations.slack import Slack
from models.clock import SystemClock
from models.errors import LostLease
from models.held import held
from tests.integrations.slack.loopback import Answer, Loopback

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[4]
WRITES = re.compile(
    r"\b(chat[._](post|update|schedule|startStream|delete|meMessage)|views[._](open|push|update|publish))"
)
HOSTILE = "<!channel> <!subteam^S1> <@U1> ＜!here＞ @everyone &#60;!here>"
BLOCKS: list[dict[str, Any]] = [
    {"type": "section", "text": {"type": "mrkdwn", "text": HOSTILE}},
    {"type": "context", "elements": [{"type": "mrkdwn", "text": HOSTILE}]},
]

WRITERS = ("client", "views", "outgoing/pacing", "outgoing/mentions", "streams")
PRETENDING = ("integrations/simulator/", "bot/views/", "bot/chaos/")
"""Slack itself as we play it, what draws and sends nothing, and the people who use the simulated Slack."""

TITLE = {"type": "plain_text", "text": "A window"}

WAYS: dict[str, Callable[[Slack, str], Awaitable[Any]]] = {
    "post": lambda slack, url: slack.post("C1", HOSTILE, BLOCKS),
    "stream": lambda slack, url: slack.assistant.streams.end("C1", "1.1", "", BLOCKS, marker="m"),
    "update": lambda slack, url: slack.update("C1", "1.1", HOSTILE, BLOCKS),
    "ephemeral": lambda slack, url: slack.ephemeral("C1", "U1", HOSTILE, BLOCKS),
    "respond": lambda slack, url: slack.respond(url.replace("/slack/api/", "/respond"), HOSTILE, BLOCKS),
    "home": lambda slack, url: slack.publish_home("U1", {"type": "home", "blocks": BLOCKS}),
    "window": lambda slack, url: slack.open_window("T1", {"type": "modal", "title": TITLE, "blocks": BLOCKS}),
    "window again": lambda slack, url: slack.update_window("W1", {"type": "modal", "title": TITLE, "blocks": BLOCKS}),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
async def test_no_way_out_carries_a_call(
    slack: Slack, server: Loopback, way: Callable[[Slack, str], Awaitable[Any]]
) -> None:
    server.say("respond", Answer("ok"))
    await way(slack, server.url)
    sent = json.dumps([arguments for _, arguments in server.calls], ensure_ascii=False)
    assert "channel> &lt;!subteam" in sent
    assert not re.search(r"<[!@]|＜!|@everyone|#60;", sent.replace("&amp;#60;", ""))


async def test_what_is_anothers_work_when_its_turn_has_come_is_not_posted(slack: Slack, server: Loopback) -> None:
    async def taken_over() -> None:
        raise LostLease("job 7 has been taken over")

    with held(taken_over, SystemClock()), pytest.raises(LostLease):
        await slack.post("C1", "Hello")
    assert "chat.postMessage" not in [method for method, _ in server.calls]
    await slack.post("C1", "Hello")
    assert "chat.postMessage" in [method for method, _ in server.calls]


def test_nothing_else_of_the_product_writes_to_slack() -> None:
    named = {
        str(file.relative_to(ROOT))
        for room in ("bot", "planner", "integrations", "models")
        for file in (ROOT / room).rglob("*.py")
        if WRITES.search(file.read_text(encoding="utf-8"))
    }
    outside = {name for name in named if not name.startswith(PRETENDING)}
    assert named and outside <= {f"integrations/slack/{name}.py" for name in WRITERS}
