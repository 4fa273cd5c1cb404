"""Everything that can go wrong with one call, each once and in the same way every time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from tests.faults.stage.proxy import Exchange, Fault, HangUp

HUGE = 60_000_000
"""Bytes of an answer that is far too large."""

SLOWLY = 0.05
"""Seconds between two bytes, a tenth of a call's time in these tests, as one second is of ten."""

HTML = b"<html><head><title>502 Bad Gateway</title></head><body>nginx <b>secret-looking</b></body></html>"


async def no_answer(exchange: Exchange) -> None:
    """The request arrives, is never acted upon, and nothing comes back."""
    await exchange.gone()
    raise HangUp


async def answer_lost(exchange: Exchange) -> None:
    """It is done, and nothing comes back."""
    await exchange.vendor()
    await exchange.gone()
    raise HangUp


async def done_late(exchange: Exchange) -> None:
    """It is done, but only after the caller has hung up."""
    await exchange.gone()
    await exchange.vendor()
    raise HangUp


async def reset_before(exchange: Exchange) -> None:
    exchange.abort()
    raise HangUp


async def reset_after(exchange: Exchange) -> None:
    await exchange.vendor()
    exchange.abort()
    raise HangUp


async def half_closed(exchange: Exchange) -> None:
    """It is done; their side is closed without an answer, ours still open."""
    await exchange.vendor()
    exchange.writer.write_eof()
    await exchange.gone()
    raise HangUp


async def drip(exchange: Exchange) -> None:
    """It is done; the answer comes a byte at a time, and each byte is in time."""
    for byte in await exchange.vendor():
        await exchange.give(bytes([byte]))
        await asyncio.sleep(SLOWLY)


async def torn(exchange: Exchange) -> None:
    """It is done; the connection ends in the middle of the answer."""
    answer = await exchange.vendor()
    await exchange.give(answer[:-5] if b"\r\n\r\n" in answer[:-5] else answer[:-7])
    exchange.abort()
    raise HangUp


async def twice(exchange: Exchange) -> None:
    """It is done once and answered twice."""
    answer = await exchange.vendor()
    await exchange.give(answer + answer)


async def endless(exchange: Exchange) -> None:
    """It is done; the answer is an object of sixty megabytes."""
    await exchange.vendor()
    head, pad, tail = b'{"ok": true, "pad": "', b"x" * 2**16, b'"}'
    await exchange.give(_head(200, "application/json", HUGE + len(head) + len(tail)) + head)
    for _ in range(HUGE // len(pad)):
        await exchange.give(pad)
    raise HangUp


async def endless_in_pieces(exchange: Exchange) -> None:
    """The same without saying beforehand how much it will be."""
    await exchange.vendor()
    piece = b"x" * 2**16
    head = _head(200, "application/json", 0).replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")
    await exchange.give(head + _chunk(b'{"ok": true, "pad": "'))
    for _ in range(HUGE // len(piece)):
        await exchange.give(_chunk(piece))
    await exchange.give(_chunk(b'"}') + _chunk(b""))


def _chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def says(status: int, body: bytes = b"{}", kind: str = "application/json", **headers: str) -> Fault:
    """Answered like that; nothing is done."""
    more = {name.replace("_", "-"): value for name, value in headers.items()}

    async def fault(exchange: Exchange) -> None:
        await exchange.give(_head(status, kind, len(body), more) + body)

    return fault


def done_but_says(status: int, body: bytes = b"{}", kind: str = "application/json") -> Fault:
    """It is done, but that is the answer."""

    async def fault(exchange: Exchange) -> None:
        await exchange.vendor()
        await exchange.give(_head(status, kind, len(body)) + body)

    return fault


def cut_json(exchange: Exchange) -> Any:
    """It is done; the answer is whole for HTTP but not for JSON."""
    return done_but_says(200, b'{"ok": true, "id": "100')(exchange)


def too_many(**headers: str) -> Fault:
    return says(429, b'{"ok": false, "error": "ratelimited"}', **headers)


async def revoked(exchange: Exchange) -> None:
    """The token is not taken any more, in each vendor's own way."""
    if exchange.path.startswith("/slack"):
        await says(200, b'{"ok": false, "error": "token_revoked"}')(exchange)
    else:
        await says(401, b"Basic auth with password is not allowed", "text/plain")(exchange)


def _head(status: int, kind: str, length: int, more: Mapping[str, str] | None = None) -> bytes:
    lines = [f"HTTP/1.1 {status} Said", f"Content-Type: {kind}", f"Content-Length: {length}"]
    lines += [f"{name}: {value}" for name, value in (more or {}).items()]
    return "\r\n".join([*lines, "", ""]).encode()


def other(value: Any) -> Fault:
    """It is done; the answer is JSON of another shape."""
    return done_but_says(200, json.dumps(value).encode())


FAULTS: Mapping[str, Fault] = {
    "no answer": no_answer,
    "answer lost": answer_lost,
    "done late": done_late,
    "reset before": reset_before,
    "reset after": reset_after,
    "half-closed": half_closed,
    "one byte a second": drip,
    "torn answer": torn,
    "429": too_many(),
    "429, wait 0": too_many(Retry_After="0"),
    "429, wait 1": too_many(Retry_After="1"),
    "429, wait 3600": too_many(Retry_After="3600"),
    "429, wait soon": too_many(Retry_After="soon"),
    "429, wait until": too_many(Retry_After="Mon, 02 Nov 2026 09:01:00 GMT", Date="Mon, 02 Nov 2026 09:00:00 GMT"),
    "500": says(500),
    "500, done": done_but_says(500),
    "502 HTML": says(502, HTML, "text/html"),
    "502 HTML, done": done_but_says(502, HTML, "text/html"),
    "503": says(503, b"", "text/plain"),
    "cut JSON": cut_json,
    "a list": other([]),
    "a number": other(7),
    "a word": other("ok"),
    "null": other(None),
    "another object": other({"ok": True}),
    "60 MB": endless,
    "60 MB in pieces": endless_in_pieces,
    "revoked": revoked,
    "answered twice": twice,
}
"""By name, as the table writes them."""
