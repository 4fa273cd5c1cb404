"""About one post a second in each channel, a short burst after quiet, and no long waits in here."""

from __future__ import annotations

import pytest

from integrations.slack.pacing import BURST, PATIENCE, Pacer
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
        clock.at += 2.0
        await pacer.turn(f"C{number}")
    with pytest.raises(NotDone):
        await pacer.turn("closed")
    assert len(pacer._lanes) <= 1_002
