"""Few threads, and every call ends: at the vendor's word, at its deadline, or told apart from one never made."""

from __future__ import annotations

import asyncio
import threading

import pytest

from integrations.rest import Threads
from integrations.rest.calls import CURRENT
from models.errors import NotDone, Unclear

pytestmark = pytest.mark.anyio


async def freed(threads: Threads[str]) -> None:
    async with asyncio.timeout(2):
        while threads.busy:
            await asyncio.sleep(0.01)


async def test_a_call_that_has_sent_something_and_does_not_come_back_is_unclear() -> None:
    release = threading.Event()
    threads = Threads(lambda: "client", "slow", 1, seconds=0.1)

    def ask(client: str) -> bool:
        CURRENT.get().sent = True
        return release.wait(5)

    with pytest.raises(Unclear, match=r"slow: no complete answer within 0\.1 s"):
        await threads.call("slow", ask)
    release.set()
    await freed(threads)
    threads.close()


async def test_a_call_that_has_sent_nothing_is_not_done_and_what_waits_behind_it_is_never_made() -> None:
    made: list[str] = []
    release = threading.Event()
    threads = Threads(lambda: "client", "slow", 1, seconds=0.1)
    with pytest.raises(NotDone, match="not resolved in time"):
        await threads.call("slow", lambda client: release.wait(5))
    with pytest.raises(NotDone, match="too many calls"):
        await threads.call("behind", lambda client: made.append("sent"))
    assert threads.busy == 1
    release.set()
    await freed(threads)
    assert await threads.call("next", lambda client: client) == "client"
    assert made == []
    threads.close()


async def test_a_thread_that_wakes_up_after_its_deadline_has_no_time_left_to_send() -> None:
    late: list[str] = []
    release = threading.Event()
    threads = Threads(lambda: "client", "late", 1, seconds=0.1)

    def ask(client: str) -> None:
        release.wait(5)
        try:
            CURRENT.get().left()
        except TimeoutError:
            late.append(client)

    with pytest.raises(NotDone):
        await threads.call("late", ask)
    release.set()
    await freed(threads)
    assert late == ["client"]
    threads.close()


async def test_every_thread_has_a_client_of_its_own() -> None:
    built: list[object] = []
    threads = Threads(lambda: built.append(object()) or built[-1], "own", 2)
    both = threading.Barrier(2, timeout=5)
    seen = await asyncio.gather(*(threads.call("x", lambda client: (both.wait(), client)[1]) for _ in range(2)))
    assert len(set(seen)) == len(built) == 2
    threads.close()


async def test_after_closing_nothing_is_called_any_more() -> None:
    threads = Threads(lambda: "client", "closed", 1)
    threads.close()
    with pytest.raises(NotDone, match="stopping"):
        await threads.call("x", lambda client: client)
    assert threads.busy == 0
