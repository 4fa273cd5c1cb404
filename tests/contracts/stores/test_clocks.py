"""A clock that was ahead and is put right again: no job waits for the moment it had believed to be now."""

from __future__ import annotations

import pytest

from models.errors import LostLease
from models.mailbox import Mailbox, NewJob
from tests.contracts.stores.values import PAY, FakeClock

pytestmark = pytest.mark.anyio

ALL = (0, 1, 2)
HOUR, DAY = 3600, 86_400


@pytest.mark.parametrize("ahead", [2 * 60, HOUR, DAY])
async def test_what_was_put_by_a_clock_that_was_ahead_is_due_when_it_was_meant_to_be(
    mailbox: Mailbox, clock: FakeClock, ahead: int
) -> None:
    clock.tick(ahead)
    await mailbox.put(NewJob("answer", "now", PAY, lane=0))
    await mailbox.put(NewJob("notice", "soon", PAY, lane=1, delay=30))
    clock.tick(-ahead)
    assert await mailbox.claim(ALL, 20) is None
    await mailbox.reap()
    first = await mailbox.claim(ALL, 20)
    assert first is not None and first.key == "now"
    assert await mailbox.due_in((1,)) == pytest.approx(30, abs=0.1)


async def test_a_lease_of_a_worker_that_died_by_a_clock_that_was_ahead_ends(mailbox: Mailbox, clock: FakeClock) -> None:
    await mailbox.put(NewJob("answer", "one", PAY, lane=0))
    clock.tick(DAY)
    assert await mailbox.claim(ALL, 20)
    clock.tick(-DAY)
    assert await mailbox.reap() == 0, "whoever lives may renew it first"
    clock.tick(61)
    assert await mailbox.reap() == 1


async def test_who_lives_keeps_its_job_and_finishes_it_once_whichever_way_the_clock_jumps(
    mailbox: Mailbox, clock: FakeClock
) -> None:
    await mailbox.put(NewJob("answer", "one", PAY, lane=0))
    clock.tick(DAY)
    job = await mailbox.claim(ALL, 20)
    clock.tick(-DAY)
    await mailbox.reap()
    assert job is not None
    await mailbox.renew(job, 20)
    clock.tick(5)
    assert await mailbox.reap() == 0
    await mailbox.finish(job)
    with pytest.raises(LostLease):
        await mailbox.finish(job)


async def test_clocks_that_differ_by_seconds_change_nothing(mailbox: Mailbox, clock: FakeClock) -> None:
    clock.tick(30)
    await mailbox.put(NewJob("notice", "soon", PAY, lane=1, delay=10))
    clock.tick(-30)
    await mailbox.reap()
    assert await mailbox.due_in((1,)) == pytest.approx(40, abs=0.1)
