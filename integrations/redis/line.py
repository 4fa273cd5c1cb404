"""The wire to Redis: every call ends within a quarter of a second, and one that fails is answered with nothing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from integrations.health import Check
from models.clock import Clock

if TYPE_CHECKING:
    from redis.asyncio import Redis
    from redis.asyncio.client import PubSub

log = logging.getLogger(__name__)

T = TypeVar("T")

NAME = "redis"

SECONDS = 0.25
"""Seconds one call may take, connecting included: what a slow Redis costs whoever must not wait for it."""

AGAIN = 2.0
"""Seconds after a failure in which it is not asked again for the same."""

PULSE = 2.0
"""Seconds of silence after which we tell ourselves something, to see whether it is heard."""

BREATH = 0.02
"""Seconds between two rings: in a storm a worker looks fifty times a second, not a thousand."""


class Line:
    """One Redis. Nothing raises: a call that fails answers ``None`` and is counted."""

    def __init__(
        self,
        url: str,
        clock: Clock,
        *,
        seconds: float = SECONDS,
        again: float = AGAIN,
        pulse: float = PULSE,
        failed: Callable[[str], None] = lambda purpose: None,
    ) -> None:
        """``failed`` is told each time a purpose was not served: ``hear``, ``tell``, ``pace`` or ``ping``."""
        self._url, self._clock, self._seconds, self._again = url, clock, seconds, again
        self._silence = pulse
        self._tell_failed = failed
        self._redis: Redis | None = None
        self._closed: dict[str, float] = {}
        self.troubles: dict[str, str] = {}
        """Why a purpose is not served now."""

    @property
    def where(self) -> str:
        """For people: host and port, without a password."""
        parts = urlsplit(self._url)
        return f"{parts.hostname or parts.path}" + (f":{parts.port}" if parts.port else "")

    async def close(self) -> None:
        """Hang up."""
        redis, self._redis = self._redis, None
        if redis is not None:
            await redis.aclose()

    async def tell(self, channel: str, words: str) -> bool:
        """Tell everybody who hears ``channel``."""
        return await self._try("tell", lambda redis: redis.publish(channel, words)) is not None

    async def work_out(self, script: str, keys: list[str], values: list[str | int]) -> int | None:
        """The number a script of ours comes to, in one step; ``None`` when nobody can say."""
        return await self._try("pace", lambda redis: _number(redis.eval(script, len(keys), *keys, *values)))

    async def ping(self) -> float | None:
        """Seconds an answer takes, asked now whatever went before; ``None`` without one."""
        begin = self._clock.monotonic()
        self._closed.pop("ping", None)
        answered = await self._try("ping", lambda redis: redis.ping())
        return None if answered is None else self._clock.monotonic() - begin

    async def hear(self, channel: str, us: str, ring: Callable[[], None]) -> None:
        """Ring for what others than ``us`` tell in ``channel``; returns when the line is not to be trusted any more."""
        try:
            async with self._subscribed(channel) as heard:
                ring()  # what was told meanwhile was told to nobody
                while True:
                    told = await heard.get_message(ignore_subscribe_messages=True, timeout=self._silence)
                    told = await self._pulse(heard, channel, us) if told is None else told
                    if _words(told) != us:
                        ring()
                        await asyncio.sleep(BREATH)
        except Exception as error:  # noqa: BLE001 - a door: without this bell another is heard
            self._failed("hear", error)

    async def check(self) -> Check:
        """Whether it answers, and what is otherwise so."""
        seconds = await self.ping()
        if seconds is None:
            return Check(NAME, False, f"{self.where}: {self.troubles['ping']}. {WITHOUT}", REMEDY, grave=False)
        if trouble := self.troubles.get("pace"):
            return Check(NAME, False, f"{self.where} answers, but keeps no pace: {trouble}", REMEDY, grave=False)
        return Check(NAME, True, f"{self.where} answers in {seconds * 1000:.0f} ms; nothing is kept there alone")

    @asynccontextmanager
    async def _subscribed(self, channel: str) -> AsyncIterator[PubSub]:
        heard = self._client().pubsub()
        try:
            async with asyncio.timeout(4 * self._seconds):
                await heard.subscribe(channel)
            self._served("hear")
            yield heard
        finally:
            await heard.aclose()  # type: ignore[no-untyped-call]

    async def _pulse(self, heard: PubSub, channel: str, us: str) -> Mapping[str, Any]:
        """Our own word must come back: a connection can be dead without saying so. Raises ``ConnectionError``."""
        if not await self.tell(channel, us):
            raise ConnectionError(self.troubles.get("tell", "no answer"))
        told: Mapping[str, Any] | None
        told = await heard.get_message(ignore_subscribe_messages=True, timeout=4 * self._seconds)
        if told is None:
            raise ConnectionError("what is told is not heard")
        return told

    async def _try(self, purpose: str, ask: Callable[[Redis], Awaitable[T]]) -> T | None:
        if self._clock.monotonic() < self._closed.get(purpose, float("-inf")):
            return None
        try:
            async with asyncio.timeout(self._seconds):
                answer = await ask(self._client())
        except Exception as error:  # noqa: BLE001 - a door: whatever is wrong with Redis, work goes on without it
            self._failed(purpose, error)
            return None
        self._served(purpose)
        return answer

    def _failed(self, purpose: str, error: Exception) -> None:
        said = f"no answer in {self._seconds:g} s" if isinstance(error, TimeoutError) else _meant(error)
        if purpose not in self.troubles:  # once for each time of trouble
            log.warning("Redis does not %s: %s. %s", purpose, said, WITHOUT, extra={"action": "redis_away"})
        self.troubles[purpose] = said
        self._tell_failed(purpose)
        self._closed[purpose] = self._clock.monotonic() + self._again

    def _served(self, purpose: str) -> None:
        if self.troubles.pop(purpose, None) is not None:
            log.info("Redis does %s again", purpose, extra={"action": "redis_back"})

    def _client(self) -> Redis:
        if self._redis is None:
            from redis.asyncio import Redis  # a process without REDIS_URL never pays for it
            from redis.asyncio.retry import Retry
            from redis.backoff import NoBackoff

            once = Retry(NoBackoff(), 0)  # a second try would take the time of whoever waits
            self._redis = Redis.from_url(self._url, retry=once, protocol=2, socket_timeout=None)
        return self._redis


WITHOUT = "Meanwhile work is found within a second all the same, and each process keeps Slack's pace by itself"
REMEDY = "Check REDIS_URL and the server; nothing is lost without it"


def _meant(error: Exception) -> str:
    if isinstance(error, LookupError | TypeError | AttributeError):  # the library's own, over what it could not read
        return "its answer cannot be read"
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def _words(told: Mapping[str, Any]) -> str:
    data = told.get("data")
    return data.decode("utf-8", "replace") if isinstance(data, bytes) else str(data)


async def _number(answering: Awaitable[Any]) -> int:
    """What a script of ours says. Raises ``TypeError`` for what is no answer of ours."""
    answer = await answering
    if not isinstance(answer, int):
        raise TypeError(f"a number was to come, and not {type(answer).__name__}")
    return answer
