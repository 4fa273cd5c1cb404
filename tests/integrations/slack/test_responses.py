"""An answer through a response URL: only to Slack, one try, and every way it can end is told."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator

import aiohttp
import pytest

from integrations.slack import responses
from integrations.slack.wire import new_session
from models.errors import NotDone, Refused, Unclear, VendorError
from tests.integrations.slack.loopback import Answer, Loopback

pytestmark = pytest.mark.anyio


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with new_session(0.5) as made:
        yield made


@pytest.mark.parametrize(
    ("url", "obstacle"),
    [
        ("http://no-such-slack.invalid/x", r"its name is not known \(DNS\)"),
        ("http://127.0.0.1:1/x", "the connection was refused"),
        ("https://127.0.0.1:{plain}/x", "no secure connection could be made"),
    ],
)
async def test_nothing_is_shown_where_nobody_can_be_reached(
    session: aiohttp.ClientSession, server: Loopback, url: str, obstacle: str
) -> None:
    plain = server.url.split(":")[2].split("/")[0]
    with pytest.raises(NotDone, match=f"Slack cannot be reached for an answer: {obstacle}"):
        await responses.send(session, url.format(plain=plain), {"text": "t"})


async def test_no_connection_in_time_is_nothing_shown(session: aiohttp.ClientSession) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as door:
        queue = [socket.socket() for _ in range(4)]
        for waiting in queue:
            waiting.setblocking(False)
            waiting.connect_ex(door.getsockname())
        with pytest.raises(NotDone, match="no connection in time"):
            await responses.send(session, f"http://127.0.0.1:{door.getsockname()[1]}/x", {"text": "t"})
        for waiting in queue:
            waiting.close()


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (Answer("ok"), None, ""),
        (Answer({"ok": True}), None, ""),
        (Answer("", cut=True), Unclear, "the connection broke"),
        (Answer("ok", wait=2.0), Unclear, "no complete answer in time"),
        (Answer("x" * 17_000_000), Unclear, "too large"),
        (Answer("<html>oops</html>", 503), Unclear, "HTTP 503"),
        (Answer("used_url", 404), Refused, "used_url"),
        (Answer({"ok": False, "error": "invalid_blocks"}, 400), Refused, "invalid_blocks"),
    ],
)
async def test_what_slack_says_is_what_it_came_to(
    session: aiohttp.ClientSession, server: Loopback, answer: Answer, error: type[VendorError] | None, words: str
) -> None:
    server.say("x", answer)
    sending = responses.send(session, server.url.replace("/slack/api/", "/x"), {"text": "t"})
    if error is None:
        await sending
        return
    with pytest.raises(error, match=words):
        await sending


@pytest.mark.parametrize(("asked", "wait"), [("7", 7), ("1.5", 1.5), ("0", 0), ("soon", 30), ("\u00b2", 30), ("-1", 0)])
async def test_how_long_to_wait_is_read_whatever_it_says(
    session: aiohttp.ClientSession, server: Loopback, asked: str, wait: float
) -> None:
    server.say("x", Answer("", 429, {"Retry-After": asked}))
    with pytest.raises(NotDone) as told:
        await responses.send(session, server.url.replace("/slack/api/", "/x"), {"text": "t"})
    assert told.value.retry_after == wait
