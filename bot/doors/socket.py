"""Slack's second door: envelopes from the socket go to the same listeners, and are acknowledged once they are kept."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Mapping
from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.doors.arrivals import Arrivals
from bot.doors.bodies import in_shape
from bot.doors.refusals import Refusals
from bot.metrics import Metrics
from integrations.health import Check
from integrations.slack.socket import Envelope, Opening, Pace, Socket, Standing
from models.clock import Clock
from models.errors import Unwelcome
from models.events import Source

log = logging.getLogger(__name__)


class SocketDoor:
    """One process's socket, from its first connection to a clean end."""

    def __init__(
        self, token: str, api_url: str, clock: Clock, metrics: Metrics, arrivals: Arrivals, pace: Pace | None = None
    ) -> None:
        self._token, self._api_url, self._clock, self._pace = token, api_url, clock, pace or Pace()
        self._metrics, self._arrivals, self._refusals = metrics, arrivals, Refusals(clock, metrics)
        self.standing = Standing(clock, self._pace.silent + self._pace.ping, lost=metrics.socket_lost)

    async def check(self) -> Check:
        """For ``/ready``."""
        return self.standing.check()

    @contextlib.asynccontextmanager
    async def open(self, bolt: AsyncApp) -> AsyncIterator[None]:
        """Listen while the block runs; at its end nothing more is read, and what was read is finished."""

        async def take(envelope: Envelope) -> Mapping[str, Any] | None:
            return await self.take(bolt, envelope)

        opening = Opening(self._token, self._api_url)
        socket = Socket(opening, take, self._clock, self.standing, self._pace)
        running = asyncio.create_task(socket.run(), name="slack socket keeper")
        try:
            yield
        finally:
            await socket.stop()
            running.cancel()
            await asyncio.wait([running])

    async def take(self, bolt: AsyncApp, envelope: Envelope) -> Mapping[str, Any] | None:
        """What the acknowledgement says; ``None`` when it was not kept, so that Slack sends it again."""
        try:
            payload = in_shape(dict(envelope.payload))
        except Unwelcome as no:
            self._refusals.count(Source.SLACK, no)
            return None
        self._arrivals.accepted(Source.SLACK)
        if envelope.retried:
            log.info(
                "Slack sends something again: %s", envelope.reason, extra={"action": "again", "retry": envelope.retried}
            )
        said = await bolt.async_dispatch(AsyncBoltRequest(body=payload, mode="socket_mode"))
        if said.status == 200:
            return answer_of(said)
        self._metrics.delivery(Source.SLACK, "unavailable")
        return None


def answer_of(said: BoltResponse) -> Mapping[str, Any]:
    """What a listener wants said beside yes: the body it would have answered over HTTP."""
    if not said.body:
        return {}
    if said.first_headers().get("content-type", "").startswith("application/json"):
        value = json.loads(said.body)
        return value if isinstance(value, dict) else {}
    return {"text": said.body}
