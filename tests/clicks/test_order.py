"""Presses at one card are worked in the order in which they came: the first counts, whatever holds it up."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from models.proposals import ApprovalState
from tests.bot.jobs.test_card import DANA, NOOR
from tests.clicks.floor import SLACK, Floor, floor_of

pytestmark = pytest.mark.anyio

A_WHILE = 0.4
"""Seconds in which a press that does not wait for the first is long over."""


async def yes_and_then_no(floor: Floor) -> None:
    """Dana agrees, then Noor does not; only the first counts, and whoever comes second hears of it."""
    (asked,) = await floor.ask(1)
    await floor.press(SLACK[DANA], "approve", [asked])
    await floor.press(SLACK[NOOR], "reject", [asked])
    later = asyncio.create_task(_later(floor))
    await floor.work(20)
    await later
    now = await floor.ledger.approval(asked.id)
    assert now is not None and (now.state, now.by) == (ApprovalState.APPROVED, DANA)
    assert set(floor.told) == {1} and sum(floor.done.values()) == 1


async def _later(floor: Floor) -> None:
    """The time comes to try again what failed."""
    await asyncio.sleep(A_WHILE)
    floor.clock.at += timedelta(seconds=A_WHILE)


async def test_the_first_press_counts_however_long_it_takes_to_see_whose_it_is(tmp_path: Path) -> None:
    floor = floor_of(tmp_path, "slow")
    floor.slack.slow = {SLACK[DANA]: A_WHILE, SLACK[NOOR]: 0.0}
    try:
        await yes_and_then_no(floor)
    finally:
        await floor.close()


async def test_a_press_that_has_to_be_tried_again_is_not_overtaken_by_the_next(tmp_path: Path) -> None:
    floor = floor_of(tmp_path, "silent")
    floor.slack.silent, floor.backoff = {SLACK[DANA]}, A_WHILE
    try:
        await yes_and_then_no(floor)
    finally:
        await floor.close()
    assert not floor.slack.silent, "it did fail at first"
