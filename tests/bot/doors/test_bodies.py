"""A body is read with a limit, in time, and believed only in the shape Slack gives it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from starlette.requests import Request
from starlette.types import Message

from bot.doors.bodies import read_body, slack_payload
from models.errors import Unwelcome

pytestmark = pytest.mark.anyio


class Sender:
    """A client that sends ``chunks`` and counts how many were taken."""

    def __init__(self, chunks: AsyncIterator[bytes], headers: dict[str, str] | None = None) -> None:
        self._chunks = chunks
        self.taken = 0
        raw = [(k.encode(), v.encode()) for k, v in (headers or {}).items()]
        self.request = Request({"type": "http", "method": "POST", "headers": raw}, self._receive)

    async def _receive(self) -> Message:
        try:
            chunk = await anext(self._chunks)
        except StopAsyncIteration:
            return {"type": "http.request", "body": b"", "more_body": False}
        self.taken += 1
        return {"type": "http.request", "body": chunk, "more_body": True}


async def _endless() -> AsyncIterator[bytes]:
    while True:
        yield b"x" * 100


async def _stuck() -> AsyncIterator[bytes]:
    yield b"{"
    await asyncio.sleep(60)


async def test_an_endless_body_is_cut_off_as_soon_as_it_is_too_long() -> None:
    sender = Sender(_endless())
    with pytest.raises(Unwelcome) as no:
        await read_body(sender.request, limit=1_000)
    assert no.value.status == 413 and sender.taken == 11


async def test_an_announced_length_that_is_too_long_is_not_read_at_all() -> None:
    sender = Sender(_endless(), {"content-length": "1001"})
    with pytest.raises(Unwelcome):
        await read_body(sender.request, limit=1_000)
    assert sender.taken == 0


@pytest.mark.parametrize("length", ["-1", "x", "", "9" * 5_000])
async def test_a_nonsensical_length_does_no_harm(length: str) -> None:
    with pytest.raises(Unwelcome):
        await read_body(Sender(_endless(), {"content-length": length}).request, limit=1_000)


async def test_a_sender_that_stalls_is_let_go() -> None:
    with pytest.raises(Unwelcome) as no:
        await read_body(Sender(_stuck()).request, patience=0.05)
    assert no.value.status == 408


async def test_a_sender_that_hangs_up_is_no_error_of_ours() -> None:
    async def receive() -> Message:
        return {"type": "http.disconnect"}

    with pytest.raises(Unwelcome) as no:
        await read_body(Request({"type": "http", "method": "POST", "headers": []}, receive))
    assert no.value.status == 400


@pytest.mark.parametrize(
    "body",
    [
        b'{"event": "text"}',
        b'{"actions": [1]}',
        b'{"actions": {}}',
        b'{"type": 1}',
        b'{"user": 7}',
        b'{"event": {"type": ["x"]}}',
        b"payload=%5B%5D",
        b"payload=x",
        b"{}",
        b"a=1&" * 300,
        b'{"a":' * 150 + b"1" + b"}" * 150,
    ],
)
async def test_a_shape_slack_never_sends_is_refused(body: bytes) -> None:
    with pytest.raises(Unwelcome) as no:
        slack_payload(body, "application/x-www-form-urlencoded")
    assert no.value.status == 400


async def test_a_form_and_json_and_json_in_a_form_are_read_alike() -> None:
    assert slack_payload(b"command=%2Fpm&text=", "") == {"command": "/pm", "text": ""}
    assert slack_payload(b'{"type": "x"}', "application/json; charset=utf-8") == {"type": "x"}
    assert slack_payload(b"payload=%7B%22type%22%3A%22x%22%7D", "") == {"type": "x"}
