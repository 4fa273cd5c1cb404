"""``/claude/v1/messages``: the Messages API on loopback, as the SDK and the command line program call it."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from integrations.simulator.claude.brains import Asked, Brain, Honest
from integrations.simulator.claude.cache import PrefixCache
from integrations.simulator.claude.checks import Wrong, check
from integrations.simulator.claude.journal import Journal, Seen
from integrations.simulator.claude.modes import Mode, Modes, marred, refused, spoilt
from integrations.simulator.claude.speech import Names, events, frame, message_of, signature
from integrations.simulator.claude.tokens import pieces
from integrations.simulator.traffic import WORDS
from models.clock import Clock

BASE = "/claude"
"""What stands before ``/v1`` in its address."""

LARGEST = 32 * 2**20
"""Bytes of a request at most."""

VERSION = "2023-06-01"
"""Of a caller that does not say."""

HALF = 3
"""Events of a stream that are sent before it is cut."""

_PACKED = gzip.compress(b" " * 2**20)

_PAGE = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast it answers, in real seconds."""

    first: float = 0.0
    """Until the reply begins."""
    token: float = 0.0
    """For each token of it."""


LIFELIKE = Pace(0.7, 0.006)
"""What a small model of today takes."""


class ClaudeApi:
    """The vendor's door. ``brain`` may be exchanged at any time, ``modes`` make it fail, ``journal`` saw everything."""

    def __init__(self, clock: Clock, key: str, *, brain: Brain | None = None, pace: Pace | None = None) -> None:
        self._clock, self._key = clock, key
        self.brain: Brain = brain or Honest()
        self.pace = pace or Pace()
        self.modes, self.journal, self.cache = Modes(), Journal(), PrefixCache()
        self._number = 0
        self._thought = dict[str, str]()
        """Call id and the signature of what was thought before it."""

    def routes(self) -> list[web.RouteDef]:
        """What to serve."""
        return [
            web.post(f"{BASE}/v1/messages", self.messages),
            web.post(f"{BASE}/v1/messages/count_tokens", self.count),
        ]

    async def messages(self, request: web.Request) -> web.StreamResponse:
        """``POST /v1/messages``, as JSON or as a stream."""
        self._number += 1
        mode: Mode | None = None
        body: Any = None
        try:
            body = await self._body(request)
            mode = self.modes.take(str(body.get("model")) if isinstance(body, Mapping) else "")
            if (refusal := refused(mode)) is not None:
                raise refusal
            check(body, _version(request))
            self._check_thinking(body)
            return await self._answer(request, body, mode)
        except Wrong as wrong:
            return self._refuse(request, body, wrong, mode)

    async def count(self, request: web.Request) -> web.StreamResponse:
        """``POST /v1/messages/count_tokens``: what is counted costs nothing."""
        self._number += 1
        body: Any = None
        try:
            body = await self._body(request)
            if (refusal := refused(mode := self.modes.take(str(body.get("model"))))) is not None:
                raise refusal
            check(body, _version(request), counting=True)
        except Wrong as wrong:
            return self._refuse(request, body, wrong, None)
        if mode is not None and (spoilt_wire := await self._wire(request, mode)) is not None:
            return spoilt_wire
        self._note(request, body, 200)
        return web.json_response({"input_tokens": sum(piece.tokens for piece in pieces(body))}, headers=self._headers())

    # --- one answer -------------------------------------------------------------------------------------------

    async def _answer(self, request: web.Request, body: Mapping[str, Any], mode: Mode | None) -> web.StreamResponse:
        asked = Asked(body)
        if mode is not None and (response := await self._wire(request, mode)) is not None:
            self._note(request, body, response.status, mode=mode)
            return response
        said = spoilt(self.brain.answer(asked), mode)
        share = self.cache.take(asked.model, pieces(body), self._clock.now())
        message = message_of(said, asked, share, Names(f"msg_sim{self._number:06d}", self._number))
        self._remember(message)
        request[WORDS] = _words(message)
        self._note(request, body, 200, message=message, mode=mode)
        await asyncio.sleep(self.pace.first)
        if body.get("stream"):
            return await self._stream(request, message, mode)
        await asyncio.sleep(self.pace.token * message["usage"]["output_tokens"])
        if mode is not None and mode.name == "cut":
            return await self._half(request, json.dumps(message).encode())
        return web.json_response(marred(message, mode), headers=self._headers())

    async def _stream(self, request: web.Request, message: Mapping[str, Any], mode: Mode | None) -> web.StreamResponse:
        response = web.StreamResponse(headers={**self._headers(), "Content-Type": "text/event-stream; charset=utf-8"})
        await response.prepare(request)
        told = list(events(message))
        wait = self.pace.token * message["usage"]["output_tokens"] / len(told)
        broken = mode is not None and mode.name in ("cut", "overloaded_midway")
        for event, data in told[: HALF if broken else len(told)]:
            await response.write(frame(event, data))
            await asyncio.sleep(wait)
        if mode is not None and mode.name == "overloaded_midway":
            await response.write(frame("error", {"error": {"type": "overloaded_error", "message": "Overloaded"}}))
        elif broken:
            _abort(request)
            return response
        await response.write_eof()
        return response

    async def _half(self, request: web.Request, whole: bytes) -> web.StreamResponse:
        """A reply that promises more than comes."""
        response = web.StreamResponse(headers={**self._headers(), "Content-Length": str(len(whole))})
        await response.prepare(request)
        await response.write(whole[: len(whole) // 2])
        _abort(request)
        return response

    async def _wire(self, request: web.Request, mode: Mode) -> web.StreamResponse | None:
        """What comes instead of an answer; ``None`` when one comes."""
        request[WORDS] = mode.name
        if mode.name == "silent":
            await _until_gone(request)
        plain = {
            "garbage": web.Response(text='{"type":"message","content":[', content_type="application/json"),
            "html": web.Response(status=502, text=_PAGE, content_type="text/html"),
            "page": web.Response(text=_PAGE, content_type="text/html"),
            "list": web.json_response([1, 2, 3]),
            "huge": web.Response(text=f'{{"pad": "{"x" * 2**20}"}}', content_type="application/json"),
            "packed": web.Response(body=_PACKED, headers={"Content-Encoding": "gzip"}, content_type="application/json"),
            "elsewhere": web.Response(status=307, headers={"Location": "https://example.com/v1/messages"}),
            "silent": web.Response(status=504),
        }
        if mode.name == "overloaded_midway" and not (await request.json()).get("stream"):
            raise Wrong("Overloaded", 529, "overloaded_error")
        return plain.get(mode.name)

    # --- the door ---------------------------------------------------------------------------------------------

    async def _body(self, request: web.Request) -> Any:
        scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
        key = request.headers.get("x-api-key") or (bearer if scheme.lower() == "bearer" else "")
        if key != self._key:
            raise Wrong("invalid x-api-key" if key else "x-api-key header is required", 401, "authentication_error")
        try:
            return json.loads(await request.read())
        except web.HTTPRequestEntityTooLarge:
            raise Wrong("Request exceeds the maximum size", 413, "request_too_large") from None
        except ValueError:
            raise Wrong("The request body is not valid JSON") from None

    def _check_thinking(self, body: Mapping[str, Any]) -> None:
        """What was thought before calls comes back with them, untouched. Raises ``Wrong``."""
        for at, message in enumerate(body["messages"]):
            blocks = message["content"] if isinstance(message["content"], list) else []
            given = {str(block.get("signature")) for block in blocks if block.get("type") == "thinking"}
            for block in blocks:
                wanted = self._thought.get(str(block.get("id")))
                if wanted is not None and wanted not in given:
                    raise Wrong(f"messages.{at}: `thinking` blocks before `tool_use` must be passed back unmodified")

    def _remember(self, message: Mapping[str, Any]) -> None:
        blocks = message["content"]
        if any(block["type"] == "thinking" for block in blocks):
            self._thought |= {b["id"]: signature(self._number) for b in blocks if b["type"] == "tool_use"}

    def _refuse(self, request: web.Request, body: Any, wrong: Wrong, mode: Mode | None) -> web.Response:
        request[WORDS] = f"{wrong.kind}: {wrong.words}"
        self._note(request, body, wrong.status, mode=mode)
        headers = dict(self._headers())
        if mode is not None and mode.retry_after is not None:
            headers["Retry-After"] = f"{mode.retry_after:g}"
        error = {"type": wrong.kind, "message": wrong.words}
        told = {"type": "error", "error": error, "request_id": headers["request-id"]}
        return web.json_response(told, status=wrong.status, headers=headers)

    def _note(
        self,
        request: web.Request,
        body: Any,
        status: int,
        *,
        message: Mapping[str, Any] | None = None,
        mode: Mode | None = None,
    ) -> None:
        seen = Seen(
            at=self._clock.now(),
            path=request.path,
            body=body if isinstance(body, Mapping) else {},
            headers={name: text for name, text in request.headers.items() if name.lower() not in _SECRET},
            status=status,
            message=message,
            mode=mode.name if mode is not None else "",
        )
        self.journal.add(seen)

    def _headers(self) -> Mapping[str, str]:
        return {"request-id": f"req_sim{self._number:06d}"}


_SECRET = ("authorization", "x-api-key")


def _version(request: web.Request) -> str:
    return request.headers.get("anthropic-version", VERSION)


def _abort(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


async def _until_gone(request: web.Request) -> None:
    """Say nothing until the caller has had enough."""
    while request.transport is not None and not request.transport.is_closing():  # noqa: ASYNC110 - no event tells
        await asyncio.sleep(0.05)


def _words(message: Mapping[str, Any]) -> str:
    """What the page's traffic shows of it."""
    used = message.get("usage")
    if not used:
        return str(message["model"])
    cached, kept = used["cache_read_input_tokens"], used["cache_creation_input_tokens"]
    read = used["input_tokens"] + cached + kept
    return f"{message['model']}: {read:,} tokens in ({cached:,} from the cache), {used['output_tokens']:,} out"
