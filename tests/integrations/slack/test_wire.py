"""A call to Slack reads no more than it can hold, and a look-up does not trust our own clock."""

from __future__ import annotations

import gzip
from datetime import datetime, timedelta
from email.utils import format_datetime

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from integrations.rest import MAX_REPLY
from integrations.slack import Slack
from integrations.slack.wire import TooLarge, new_session
from models.clock import SystemClock
from models.errors import Unclear
from tests.integrations.slack.loopback import Answer, Loopback

pytestmark = pytest.mark.anyio


class FastClock(SystemClock):
    """A machine whose clock is three hours ahead."""

    def real(self) -> datetime:
        return super().real() + timedelta(hours=3)


async def test_an_answer_larger_than_can_be_held_is_lost(slack: Slack, server: Loopback) -> None:
    server.say("chat.postMessage", Answer({"ok": True, "pad": "x" * (MAX_REPLY + 1)}))
    with pytest.raises(Unclear, match="too large"):
        await slack.post("C1", "t")


async def test_a_packed_answer_is_measured_unpacked() -> None:
    async def pack(request: web.Request) -> web.Response:
        packed = gzip.compress(b"0" * (3 * MAX_REPLY))
        return web.Response(body=packed, headers={"Content-Encoding": "gzip"}, content_type="application/json")

    app = web.Application()
    app.router.add_route("*", "/", pack)
    async with TestServer(app) as vendor, new_session(10.0) as session:
        with pytest.raises(TooLarge):
            async with session.get(vendor.make_url("/")) as answer:
                await answer.json()


async def test_what_was_posted_by_slacks_clock_is_found_by_ours_that_is_ahead(server: Loopback) -> None:
    clock = FastClock()
    slack = Slack("xoxb-test", server.url, clock)
    posted = {"ts": "1.1", "metadata": {"event_type": "pm_agent_effect", "event_payload": {"effect": "e1"}}}
    date = {"Date": format_datetime(SystemClock().real(), usegmt=True)}
    server.say("conversations.history", Answer({"ok": True, "messages": []}, headers=date), {"messages": [posted]})
    assert await slack.find("C1", "e1", clock.real()) == {"channel": "C1", "ts": "1.1"}
    first, second = (float(asked["oldest"]) for asked in server.of("conversations.history"))
    assert first - second == pytest.approx(3 * 3600, abs=60)
    await slack.close()


async def test_a_clock_that_is_right_asks_once(slack: Slack, server: Loopback) -> None:
    date = {"Date": format_datetime(SystemClock().real(), usegmt=True)}
    server.say("conversations.history", Answer({"ok": True, "messages": []}, headers=date))
    assert await slack.find("C1", "e1", SystemClock().real()) is None
    assert len(server.of("conversations.history")) == 1


@pytest.mark.parametrize("body", [{}, {"messages": None}, {"messages": {}}])
async def test_a_look_up_that_shows_no_messages_has_found_nothing_out(
    slack: Slack, server: Loopback, body: dict[str, object]
) -> None:
    server.say("conversations.history", body)
    with pytest.raises(Unclear, match="messages"):
        await slack.find("C1", "e1", SystemClock().real())
