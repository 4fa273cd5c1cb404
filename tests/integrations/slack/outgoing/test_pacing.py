"""About one post a second in each channel, in order, a short burst after quiet, and no long waits in here."""

from __future__ import annotations

import asyncio

import pytest

from integrations.slack.outgoing.pacing import BURST, LONGEST, PATIENCE, PER_MINUTE, Pacer
from models.clock import SystemClock
from models.errors import NotDone

pytestmark = pytest.mark.anyio


class Stopwatch(SystemClock):
    """Monotonic time stands still until told."""

    def __init__(self) -> None:
        self.at = 100.0

    def monotonic(self) -> float:
        return self.at


async def test_a_burst_goes_at_once_and_the_next_one_waits() -> None:
    clock = SystemClock()
    pacer, begin = Pacer(clock), clock.monotonic()
    for _ in range(BURST):
        await pacer.turn("C1", 0.2)
    assert clock.monotonic() - begin < 0.1
    await pacer.turn("C1", 0.2)
    assert 0.15 < clock.monotonic() - begin < 1.0


async def test_a_simulated_slack_is_written_to_as_many_times_faster_as_it_takes() -> None:
    clock = Stopwatch()
    pacer = Pacer(clock, hurry=50.0)
    async with asyncio.timeout(1):
        for _ in range(BURST + 10):
            await pacer.turn("C1")
            clock.at += 0.02


async def test_a_full_channel_says_come_back_later_and_others_go_on() -> None:
    clock = Stopwatch()
    pacer = Pacer(clock)
    pacer.close("C1", 60.0)
    with pytest.raises(NotDone) as told:
        await pacer.turn("C1")
    assert told.value.retry_after == 60.0
    await pacer.turn("C2")
    clock.at += 60.0
    await pacer.turn("C1")


async def test_a_refused_turn_takes_no_place_in_the_queue() -> None:
    clock = Stopwatch()
    pacer = Pacer(clock)
    pacer.close("C1", PATIENCE + 1)
    for _ in range(50):
        with pytest.raises(NotDone):
            await pacer.turn("C1")
    clock.at += PATIENCE + 1
    await pacer.turn("C1")


async def test_lanes_long_quiet_are_forgotten_but_a_closed_one_is_not() -> None:
    clock = Stopwatch()
    pacer = Pacer(clock)
    pacer.close("closed", 9_999.0)
    for number in range(3_000):
        clock.at += 1.1
        await pacer.turn(f"C{number}")
    with pytest.raises(NotDone):
        await pacer.turn("closed")
    assert len(pacer._lanes) <= 1_002


async def test_what_was_asked_first_ends_before_the_next_begins() -> None:
    pacer, told = Pacer(SystemClock()), list[str]()

    async def say(word: str, seconds: float) -> None:
        async with pacer.in_order("C1"):
            told.append(f"{word} begins")
            await asyncio.sleep(seconds)
            told.append(f"{word} ends")

    await asyncio.gather(say("first", 0.05), say("second", 0.0))
    assert told == ["first begins", "first ends", "second begins", "second ends"]


async def test_nobody_goes_before_the_one_that_slack_told_to_wait() -> None:
    pacer, said = Pacer(SystemClock()), list[str]()

    async def refused() -> None:
        async with pacer.in_order("C1"):
            await asyncio.sleep(0.01)
            pacer.close("C1", 0.3)

    async def behind(channel: str) -> None:
        async with pacer.in_order(channel):
            said.append(channel)

    answers = await asyncio.gather(refused(), behind("C1"), behind("C2"), return_exceptions=True)
    assert [type(answer) for answer in answers] == [type(None), NotDone, type(None)]
    assert said == ["C2"]
    begin = SystemClock().monotonic()
    await behind("C1")  # whoever comes later waits when the pause is short
    assert SystemClock().monotonic() - begin > 0.1


async def test_a_call_that_hangs_makes_the_next_come_back_later() -> None:
    clock = Stopwatch()
    pacer = Pacer(clock)
    async with pacer.in_order("C1", 0.0):
        begin = SystemClock().monotonic()
        with pytest.raises(NotDone) as told:
            async with pacer.in_order("C1", 0.0):
                raise AssertionError("it must not begin")
    assert told.value.retry_after
    assert SystemClock().monotonic() - begin < PATIENCE + 2


async def test_a_failed_call_leaves_the_line_to_the_next() -> None:
    pacer = Pacer(SystemClock())
    with pytest.raises(ValueError, match="odd"):
        async with pacer.in_order("C1"):
            raise ValueError("odd")
    async with pacer.in_order("C1"):
        pass


async def test_a_method_may_use_a_minutes_worth_and_then_goes_at_the_pace_of_its_tier() -> None:
    clock = Stopwatch()
    pacer = Pacer(clock)
    for _ in range(PER_MINUTE["users.list"]):
        await pacer.turn("users.list")
    assert pacer._reserve("users.list", 3.0, PER_MINUTE["users.list"]) == 3.0
    with pytest.raises(NotDone) as told:
        await pacer.turn("users.list")
    assert told.value.retry_after == 6.0
    clock.at += 9.0
    await pacer.turn("users.list")


async def test_a_pause_nobody_can_mean_ends_within_the_hour() -> None:
    clock = Stopwatch()
    pacer = Pacer(clock)
    pacer.close("C1", 1e12)
    clock.at += LONGEST / 2
    with pytest.raises(NotDone):
        await pacer.turn("C1")
    clock.at += LONGEST / 2
    await pacer.turn("C1")


class Elsewhere:
    """Other processes, as far as anybody can say: how long one waits for them."""

    wait = PATIENCE + 5

    async def turn(self, lane: str, interval: float, burst: int, patience: float) -> float:
        return self.wait

    async def close(self, lane: str, seconds: float) -> None:
        """Nobody listens."""


async def test_a_turn_that_cannot_be_had_elsewhere_takes_no_place_here() -> None:
    others = Elsewhere()
    pacer = Pacer(Stopwatch(), shared=others)
    for _ in range(3 * BURST):
        with pytest.raises(NotDone):
            await pacer.turn("C1")
    others.wait = 0.0
    async with asyncio.timeout(0.2):
        await pacer.turn("C1")


async def test_a_pause_that_slack_asks_for_while_one_waits_holds_the_one_who_waits() -> None:
    pacer = Pacer(SystemClock())
    for _ in range(BURST):
        await pacer.turn("C1", 0.2)
    waits = asyncio.create_task(pacer.turn("C1", 0.2))
    await asyncio.sleep(0.05)
    pacer.close("C1", PATIENCE + 5)
    with pytest.raises(NotDone):
        await waits
