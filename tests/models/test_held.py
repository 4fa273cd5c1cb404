"""An answer that is old by the time it is read is no answer: whoever stood still asks again before they write."""

from __future__ import annotations

import pytest

from models.clock import SystemClock
from models.errors import LostLease, NotDone
from models.held import FRESH, TRIES, held, still_held

pytestmark = pytest.mark.anyio


class Stopwatch(SystemClock):
    """Monotonic time stands still until told."""

    at = 0.0

    def monotonic(self) -> float:
        return self.at


class Lease:
    """Ours until it is asked for the ``lost``-th time; each question takes what ``takes`` says, in seconds."""

    def __init__(self, clock: Stopwatch, *takes: float, lost: int = 99) -> None:
        self.clock, self.takes, self.lost, self.asked = clock, list(takes), lost, 0

    async def check(self) -> None:
        self.asked += 1
        if self.asked >= self.lost:
            raise LostLease("somebody else has it")
        self.clock.at += self.takes.pop(0)


async def test_a_quick_answer_is_believed() -> None:
    lease = Lease(clock := Stopwatch(), 0.01)
    with held(lease.check, clock):
        await still_held()
    assert lease.asked == 1


async def test_who_stood_still_between_the_question_and_its_answer_asks_again_and_hears_that_it_is_over() -> None:
    lease = Lease(clock := Stopwatch(), FRESH + 10, lost=2)
    with held(lease.check, clock), pytest.raises(LostLease):
        await still_held()
    assert lease.asked == 2


async def test_a_database_that_always_answers_too_late_puts_the_work_off_with_one_line_and_nothing_sent(
    caplog: pytest.LogCaptureFixture,
) -> None:
    lease, sent = Lease(clock := Stopwatch(), *[FRESH + 0.05] * 20), False
    with held(lease.check, clock), pytest.raises(NotDone, match="too slow"):
        await still_held()
        sent = True
    assert (lease.asked, sent) == (TRIES, False)
    assert [record.levelname for record in caplog.records] == ["WARNING"]


async def test_one_that_answers_in_time_at_the_last_try_is_believed() -> None:
    lease = Lease(clock := Stopwatch(), *[FRESH + 0.05] * (TRIES - 1), 0.01)
    with held(lease.check, clock):
        await still_held()
    assert lease.asked == TRIES


async def test_without_work_in_hand_there_is_nothing_to_lose() -> None:
    lease = Lease(clock := Stopwatch())
    with held(lease.check, clock):
        pass
    await still_held()
    assert lease.asked == 0
