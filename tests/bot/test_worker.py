"""The worker's loop: nothing that goes wrong with one job or one moment takes the others' work with it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import pytest

from bot import worker
from bot.app import LONGEST_ASKED, App
from bot.jobs import HANDLERS
from bot.listeners.buttons import JOBS
from bot.turns import let_another_begin
from models.clock import SystemClock
from models.errors import DatabaseNotReady, LostLease, NotDone, Refused
from models.ids import JobId, TeamId
from models.mailbox import Job

pytestmark = pytest.mark.anyio


def job(kind: str = "sync", attempts: int = 1) -> Job:
    return Job(JobId(1), kind, f"{kind}:a", 1, TeamId("pay"), attempts, 1, {})


@dataclass
class Box:
    """Fits what the loop needs of a mailbox: hands out its jobs once and remembers how they ended."""

    jobs: list[Job] = field(default_factory=list)
    ends: list[tuple[str, str]] = field(default_factory=list)
    trouble: list[Exception] = field(default_factory=list)
    lost: bool = False
    looks: int = 0
    doorbell: Any = field(default_factory=lambda: SimpleNamespace(rings=0))

    async def claim(self, lanes: Any, lease: float) -> Job | None:
        return self.jobs.pop() if self.jobs else None

    async def due_in(self, lanes: Any) -> float | None:
        self.looks += 1
        if self.trouble:
            raise self.trouble.pop()
        return 0.0 if self.jobs else None

    async def wait(self, timeout: float, *, since: int | None = None) -> bool:
        await asyncio.sleep(0.01)
        return False

    async def renew(self, job: Job, lease: float) -> None:
        if self.lost:
            raise LostLease

    async def retry(self, job: Job, words: str, delay: float) -> None:
        self.ends.append(("retry", f"{delay:g}"))

    async def bury(self, job: Job, words: str) -> None:
        self.ends.append(("bury", words))


Doing = Callable[[Any, Job], Awaitable[None]]


def app_with(box: Box, lease: float = 20.0) -> Any:
    app = SimpleNamespace(mailbox=box, settings=SimpleNamespace(lease_seconds=lease), clock=SystemClock())
    app.worker_backoff = lambda job, asked: App.worker_backoff(app, job, asked)
    return app


async def ended(doing: Doing, one: Job, lease: float = 20.0, lost: bool = False) -> Box:
    """The mailbox after one job was worked."""
    box = Box(lost=lost)
    await worker.work(app_with(box, lease), one, {one.kind: doing})
    return box


def failing(failure: Exception) -> Doing:
    async def doing(app: Any, job: Job) -> None:
        raise failure

    return doing


@pytest.mark.parametrize(
    ("failure", "attempts", "kind", "end"),
    [
        (NotDone("busy", retry_after=7), 1, "sync", ("retry", "7")),
        (NotDone("busy"), 3, "sync", ("retry", "8")),
        (NotDone("busy", retry_after=0), 1, "sync", ("retry", "1")),
        (NotDone("busy", retry_after=1), 20, "sync", ("retry", "1")),
        (NotDone("busy", retry_after=1), 30, "sync", ("retry", "300")),
        (NotDone("busy", retry_after=1e30), 1, "sync", ("retry", f"{LONGEST_ASKED:g}")),
        (NotDone("busy", retry_after=float("nan")), 1, "sync", ("retry", f"{LONGEST_ASKED:g}")),
        (NotDone("busy"), worker.MAX_WAITS, "sync", ("bury", "NotDone: busy")),
        (ValueError("ours"), 1, "sync", ("retry", "2")),
        (ValueError("ours"), worker.MAX_TRIES, "sync", ("bury", "ValueError: ours")),
        (Refused("gone", code="message_not_found"), 1, "card", ("bury", "Refused: gone")),
        (Refused("no", code="401"), 1, "sync", ("retry", "2")),
        (Refused("no", code="401"), 1, "past", ("retry", "2")),
        (Refused("no", code="missing_scope"), 1, "digest_menu", ("bury", "Refused: no")),
    ],
)
async def test_a_failure_is_tried_again_or_given_up(
    failure: Exception, attempts: int, kind: str, end: tuple[str, str]
) -> None:
    assert (await ended(failing(failure), job(kind, attempts))).ends == [end]


async def test_the_remedy_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    away = DatabaseNotReady("the database did not answer", hint="Check DATABASE_URL")
    await ended(failing(away), job("sync", 1))
    assert caplog.text.count("Check DATABASE_URL") == 1


@pytest.mark.parametrize("attempts", [worker.MAX_TRIES, worker.MAX_WAITS + 1])
async def test_whoever_asked_for_what_is_given_up_hears_of_it_and_while_it_is_tried_nobody_does(attempts: int) -> None:
    told = list[str]()

    async def delivery(row: int) -> Any:
        return SimpleNamespace(body=b'{"user_id": "U1", "text": "status"}')

    async def open_dm(user: str) -> str:
        return f"D-{user}"

    async def post(channel: str, text: str, *_: Any, **__: Any) -> None:
        told.append(f"{channel}: {text}")

    box: Any = Box()
    box.delivery, app = delivery, app_with(box)
    app.slack = SimpleNamespace(open_dm=open_dm, post=post)
    asked, broken = replace(job("answer"), lane=0, payload={"inbox": 1}), {"answer": failing(ValueError("ours"))}
    await worker.work(app, asked, broken)
    assert told == []
    await worker.work(app, replace(asked, attempts=attempts), broken)
    [words] = told
    assert words.startswith("D-U1: I could not answer “/pm status”.")


def test_whatever_nobody_asks_for_again_is_over_once_it_is_refused() -> None:
    """By exclusion, so that a new kind of press cannot be forgotten: what is tried again are the looks and reads."""
    assert set(HANDLERS) >= worker.AGAIN
    pressed = {*JOBS.values()} | {"window", "prompts", "stop", "outcome", "introduce", "again", "card"}
    assert not worker.AGAIN & pressed


@pytest.mark.parametrize(("attempts", "end"), [(1, "retry"), (worker.MAX_WAITS, "bury")])
async def test_work_that_only_a_newer_version_knows_is_left_to_it_at_once(attempts: int, end: str) -> None:
    box = Box()
    await worker.work(app_with(box), job("dance", attempts), {})
    [(what, words)] = box.ends
    assert what == end and (end == "retry" or "knows no work called 'dance'" in words)


async def test_a_job_that_kills_its_worker_again_and_again_is_given_up() -> None:
    box = await ended(failing(AssertionError("never called")), job(attempts=worker.MAX_WAITS + 1))
    assert [what for what, _ in box.ends] == ["bury"]


async def test_a_job_whose_lease_is_lost_is_stopped() -> None:
    stopped = []

    async def slow(app: Any, job: Job) -> None:
        try:
            await asyncio.sleep(5)
        except asyncio.CancelledError:
            stopped.append(job.kind)
            raise

    box = await ended(slow, job(), lease=0.04, lost=True)
    assert (stopped, box.ends) == (["sync"], [])


async def test_one_slots_trouble_leaves_the_others_at_work() -> None:
    stop, done = asyncio.Event(), []

    async def slow(app: Any, job: Job) -> None:
        await asyncio.sleep(0.2)
        done.append(job.kind)
        stop.set()

    box = Box(jobs=[job()], trouble=[OverflowError("odd"), DatabaseNotReady("restarting")])
    await asyncio.wait_for(worker.run_worker(app_with(box), stop, {"sync": slow}), 5)
    assert done == ["sync"]


async def test_while_nobody_rings_one_look_serves_all_slots() -> None:
    box, stop = Box(), asyncio.Event()
    asyncio.get_running_loop().call_later(0.2, stop.set)
    await worker.run_worker(app_with(box), stop, {})
    assert box.looks <= 2, "one for people's slot, one for the others"


async def test_after_a_ring_everything_is_looked_at_again() -> None:
    box, stop = Box(), asyncio.Event()

    async def done(app: Any, job: Job) -> None:
        stop.set()

    def ring() -> None:
        box.jobs.append(job())
        box.doorbell.rings += 1

    asyncio.get_running_loop().call_later(0.1, ring)
    async with asyncio.timeout(worker.IDLE / 2):
        await worker.run_worker(app_with(box), stop, {"sync": done})


async def test_the_slot_for_people_having_nothing_says_nothing_of_the_other_lanes() -> None:
    box = Box()
    lookout = worker.Lookout(SimpleNamespace(mailbox=box, settings=SimpleNamespace(lease_seconds=20)))  # type: ignore[arg-type]
    await lookout.job((0,))
    await lookout.job((0, 1, 2))
    assert box.looks == 2
    await lookout.job((0,))
    assert box.looks == 2


@pytest.mark.parametrize(("thinks", "at_once"), [(False, worker.AT_WORK + 1), (True, 12)])
async def test_who_waits_for_a_model_keeps_nobody_else_from_working(thinks: bool, at_once: int) -> None:
    box, stop, under_way, most = Box(jobs=[job() for _ in range(12)]), asyncio.Event(), 0, 0

    async def look(app: Any, job: Job) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        if thinks:
            let_another_begin()
        await asyncio.sleep(0.1)
        under_way -= 1
        if not (box.jobs or under_way):
            stop.set()

    async with asyncio.timeout(5):
        await worker.run_worker(app_with(box), stop, {"sync": look})
    assert most == at_once
