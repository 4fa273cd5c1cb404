"""One shift of work: the worker's loop and the alarm clock, from start to a clean drain."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator, Callable, Iterator

from bot.app import App, close_app, learn_who_we_are, load_first, open_app
from bot.constitution import keep_up
from models.errors import DatabaseNotReady

log = logging.getLogger(__name__)

DRAIN = 20.0
"""Seconds for what is under way to finish; a job cut off here is taken up again when its lease ends."""

READ_AGAIN = 60.0
"""Seconds for which a process without a worker believes what it read of who is who."""

WATCHED = 5.0
"""Seconds between two looks of a process without a worker at the constitution's file."""

BREATH = 1.0
"""Seconds before a loop that should never end is started again."""


REOPENED = 2.0
"""Seconds between two tries to open a database that is not there, or not of this version."""


@contextlib.asynccontextmanager
async def shift(app: App, *, alone: bool = True) -> AsyncIterator[Callable[[], bool]]:
    """Work while the block runs; yields a function that says whether the loop is alive.

    ``alone`` is a process with doors of its own, which on SQLite nobody else brings work to.
    """
    from bot.scheduler import AlarmClock  # here, because a web process never needs the worker's half

    stop = asyncio.Event()
    await load_first(app)
    if app.worker is not None:
        await app.worker.get_ready()
    app.finding.start()
    clock = AlarmClock(app)
    clock.start()
    loop = asyncio.create_task(_keep_working(app, stop), name="worker")
    try:
        async with app.bells.hearing(alone=alone):
            yield lambda: not loop.done()
    finally:
        await clock.stop()
        stop.set()
        app.mailbox.doorbell.ring()  # whoever waits for work need not wait in vain
        await _drain(loop)


@contextlib.asynccontextmanager
async def opened(app: App, *, patient: bool = False) -> AsyncIterator[None]:
    """The app with its database checked and its committer running, closed again at the end.

    A database that is not there raises ``DatabaseNotReady``. Who is ``patient`` begins all the same: until the database
    can be used everything that needs it is refused, and asked again.
    """
    tasks = [asyncio.create_task(learn_who_we_are(app), name="who we are")]
    try:
        if not await _opens(app, patient=patient):
            tasks.append(asyncio.create_task(_keep_opening(app), name="opening the database"))
        async with app.bells.telling():
            with _hearing(app):
                yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        await close_app(app)


async def _opens(app: App, *, patient: bool) -> bool:
    try:
        await app.database.check_version()
        app.database.bar(None)
        await open_app(app)
    except DatabaseNotReady as why:
        if not patient:
            raise
        app.database.bar(why)
        log.error("nothing can be taken in yet: %s", why, extra={"action": "not_open"})
        return False
    return True


async def _keep_opening(app: App) -> None:
    opens = False
    while not opens:
        await asyncio.sleep(REOPENED)
        try:
            opens = await _opens(app, patient=True)
        except Exception:
            log.exception("the database could not be opened; it is tried again", extra={"action": "not_open"})
    log.info("the database can be used", extra={"action": "open"})


async def usable(app: App, stop: asyncio.Event) -> bool:
    """Wait until the database is there and of this version, saying why it is not; ``False`` when told to stop first."""
    said = ""
    while not stop.is_set():
        try:
            await app.database.check_version()
            return True
        except DatabaseNotReady as why:
            if str(why) != said:
                said = str(why)
                log.error("no work until this is mended, tried again every %g s: %s", REOPENED, why, extra=_UNUSABLE)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), REOPENED)
    return False


_UNUSABLE = {"action": "not_usable"}


@contextlib.asynccontextmanager
async def following(app: App, every: float = READ_AGAIN) -> AsyncIterator[None]:
    """Without a worker: who is who, and the constitution, are read again and again while the block runs."""
    tasks = [
        asyncio.create_task(_keep_reading(app, every), name="who is who"),
        asyncio.create_task(_keep_watching(app, min(every, WATCHED)), name="constitution"),
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def _keep_reading(app: App, every: float) -> None:
    while True:
        await asyncio.sleep(every)
        try:
            await app.roster.refresh()
        except Exception:
            log.exception("who is who was not read again; what was known holds", extra={"action": "roster_stale"})


async def _keep_watching(app: App, every: float) -> None:
    while True:
        await asyncio.sleep(every)
        await take_up(app)


async def take_up(app: App, *, at_once: bool = False) -> None:
    """See whether the constitution has changed; whatever goes wrong, the next call tries again."""
    try:
        await keep_up(app.constitution, app.mailbox, app.store, app.ledger, at_once=at_once)
    except Exception:
        log.exception("the constitution could not be looked at", extra={"action": "constitution_unread"})


@contextlib.contextmanager
def _hearing(app: App) -> Iterator[None]:
    """While the block runs SIGHUP reads the constitution at once; where no signals can be heard, nothing does."""
    loop, reading = asyncio.get_running_loop(), set[asyncio.Task[None]]()

    def hang_up() -> None:
        reading.add(task := asyncio.ensure_future(take_up(app, at_once=True)))
        task.add_done_callback(reading.discard)

    try:
        loop.add_signal_handler(signal.SIGHUP, hang_up)
    except (ValueError, RuntimeError, NotImplementedError):  # not the main thread
        yield
        return
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGHUP)


async def _keep_working(app: App, stop: asyncio.Event, breath: float = BREATH) -> None:
    from bot.worker import run_worker

    while not stop.is_set():
        try:
            await run_worker(app, stop)
        except Exception:
            log.exception("the worker's loop broke; it starts again", extra={"action": "worker_broke"})
            await asyncio.sleep(breath)


async def _drain(loop: asyncio.Task[None], patience: float = DRAIN) -> None:
    done, _ = await asyncio.wait([loop], timeout=patience)
    if not done:
        log.warning("work did not end in %s s and is left to the next shift", patience, extra={"action": "cut_off"})
        loop.cancel()
        await asyncio.wait([loop], timeout=1.0)
