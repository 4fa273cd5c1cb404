"""Keep one connection up: open the next before the last is gone, acknowledge what was kept, end without losing any."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable

from integrations.slack.socket.envelope import Envelope, Take
from integrations.slack.socket.line import REFRESHED, Line
from integrations.slack.socket.opening import REMEDIES, Opening, remedy_for
from integrations.slack.socket.pace import Pace
from integrations.slack.socket.standing import Standing
from models.clock import Clock
from models.errors import NotDone, OperatorError, VendorError

log = logging.getLogger(__name__)

MOST = 1_000
"""Deliveries under way at a time; what comes beyond them is not taken, and Slack sends it again."""


class Socket:
    """One process's connection to Slack. ``run`` it in a task, ``stop`` it at the end."""

    def __init__(
        self, opening: Opening, take: Take, clock: Clock, standing: Standing, pace: Pace | None = None
    ) -> None:
        self._opening, self._take, self._clock, self.standing = opening, take, clock, standing
        self._pace = pace or Pace()
        self._line: Line | None = None
        self._ending = asyncio.Event()
        self._reading = dict[Line, asyncio.Task[None]]()
        self._under_way = set[asyncio.Task[None]]()
        self._leaving = set[asyncio.Task[None]]()

    async def run(self) -> None:
        """Keep a connection up until ``stop``."""
        failures = 0
        while not self._ending.is_set():
            failures = await self._once(failures)

    async def _once(self, failures: int) -> int:
        """One connection's life, or one failure to open it; the number of failures in a row after it."""
        before = self._line
        line = await self._opened(failures + 1)
        if line is None:
            return failures + 1
        self._line = line
        if before is not None:
            self._see_off(before)
        await self._either(line.leaving.wait())
        if self._ending.is_set():
            return 0
        failures = 0 if line.age >= self._pace.steady else failures + 1
        await self._replaced(line, failures)
        return failures

    async def _replaced(self, line: Line, failures: int) -> None:
        self.standing.ended(line.why)
        log.info("the connection to Slack is replaced: %s", line.why, extra={"action": "socket_left"})
        refused = line.why in REMEDIES
        if refused:
            self._line = None
            self._see_off(line)
            self._failed(OperatorError(f"Slack ends the connection ({line.why})", hint=remedy_for(line.why)))
        # The first one that falls early is replaced at once: Slack may refresh one that is young.
        await self._nap(self._pace.wait(failures if refused else failures - 1, refused=refused))

    async def _opened(self, failures: int) -> Line | None:
        """A connection that Slack has greeted; ``None`` after the wait that a failure costs."""
        try:
            return await self._open()
        except OperatorError as error:
            self._failed(error)
            await self._nap(self._pace.wait(failures + 3, refused=True))
        except VendorError as error:
            self._failed(error)
            asked = error.retry_after if isinstance(error, NotDone) else None
            await self._nap(max(asked or 0.0, self._pace.wait(failures)))
        except Exception as error:
            log.exception("the connection to Slack could not be opened", extra={"action": "socket_broke"})
            self._failed(NotDone(f"no connection to Slack: {type(error).__name__}"))
            await self._nap(self._pace.wait(failures))
        return None

    async def _open(self) -> Line:
        line = Line(
            await self._opening.connect(self._pace.close), self._clock, self._pace, take=self._begin, heard=self._heard
        )
        reading = asyncio.create_task(line.live(), name="slack socket")
        self._reading[line] = reading
        reading.add_done_callback(lambda _: self._reading.pop(line, None))
        try:
            async with asyncio.timeout(self._pace.hello):
                await self._either(line.greeted.wait(), line.leaving.wait())
        except TimeoutError:
            pass
        if not line.greeted.is_set():
            await line.close()
            if line.why in REMEDIES:
                raise OperatorError(f"Slack ends the connection ({line.why})", hint=remedy_for(line.why))
            raise NotDone("Slack's socket was opened, but Slack said no hello")
        if self.standing.greeted(line.beside):
            log.info("connected to Slack over its socket", extra={"action": "socket_connected"})
        return line

    async def stop(self) -> None:
        """Read no more, finish what was read, and close."""
        self._ending.set()
        lines = list(self._reading)
        for reading in list(self._reading.values()):
            reading.cancel()
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=self._pace.drain)
        for task in (*self._under_way, *self._leaving):
            task.cancel()
        await asyncio.gather(*(line.close() for line in lines))
        await self._opening.close()

    # --- what comes ----------------------------------------------------------------------------------------

    def _heard(self) -> None:
        self.standing.heard = self._clock.monotonic()

    def _begin(self, line: Line, envelope: Envelope) -> None:
        if self._ending.is_set() or len(self._under_way) >= MOST:
            log.warning("a delivery was not taken: too much at once", extra={"action": "socket_full"})
            return
        task = asyncio.create_task(self._settle(line, envelope), name="slack delivery")
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _settle(self, line: Line, envelope: Envelope) -> None:
        try:
            answer = await self._take(envelope)
        except Exception:
            log.exception("a delivery over the socket could not be kept", extra={"action": "not_stored"})
            return
        if answer is None:
            return
        text = envelope.acknowledged(answer)
        if not await line.say(text) and self._line is not None and self._line is not line:
            await self._line.say(text)

    # --- what goes -----------------------------------------------------------------------------------------

    def _see_off(self, line: Line) -> None:
        """One that Slack refreshes is read on for a while; any other is closed, so that nothing more is sent to it."""
        task = asyncio.create_task(self._closed(line), name="slack socket goodbye")
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def _closed(self, line: Line) -> None:
        reading = self._reading.get(line)
        if line.why == REFRESHED and reading is not None:
            await asyncio.wait([reading], timeout=self._pace.grace)
        await line.close()

    def _failed(self, error: OperatorError | VendorError) -> None:
        """Say it once, in one line with its remedy."""
        words = error.args[0] if error.args else type(error).__name__
        remedy = error.hint if isinstance(error, OperatorError) else ""
        if self._line is not None and self._line.is_open and self._line.why == REFRESHED:
            return  # the old one still serves
        if self.standing.failed(words, remedy):
            log.error("no connection to Slack: %s. %s", words, self.standing.remedy, extra={"action": "socket_failed"})

    async def _nap(self, seconds: float) -> None:
        if seconds > 0:
            try:
                await asyncio.wait_for(self._ending.wait(), seconds)
            except TimeoutError:
                return

    async def _either(self, *waits: Awaitable[object]) -> None:
        """Until one of them comes about, or we are told to stop."""
        tasks = [asyncio.ensure_future(wait) for wait in (*waits, self._ending.wait())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
