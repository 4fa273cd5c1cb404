"""*Ask me later*: the question stands, is brought again once, and the deputy waits as long."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.notify import SlackHand
from planner.hearers.putting_off import PAST
from tests.bot.jobs.presses.answering import SLACK, Office
from tests.bot.jobs.presses.test_click import Workspace
from tests.bot.jobs.test_card import DAY, FRIDAY, HOUR, LAW, House, house

__all__ = ["house"]

pytestmark = pytest.mark.anyio

DANA = SLACK["dana"]


@pytest.fixture
async def office(house: House) -> AsyncIterator[Office]:
    yield Office(house)


async def later(office: Office, chosen: object, **more: int) -> list[str]:
    """Dana presses it on the only card there is."""
    [asked] = await office.ledger.pending()
    return await office.press(DANA, "ask_later", {"a": asked.id, "v": asked.payload_hash, "l": chosen}, **more)


async def test_it_is_brought_again_once_and_then_takes_its_course(office: Office) -> None:
    approval = await office.house.ask()
    assert await later(office, "3 hours") == []
    assert await office.house.live(FRIDAY + 5 * DAY) == [
        ("Fri 15:00", "promised", "dana"),
        ("Tue 10:30", "deputy", "noor"),
    ]
    ended = await office.now(approval)
    assert ended.by is None and ended.state.value == "expired"


async def test_without_it_the_deputy_is_asked_sooner(office: Office) -> None:
    await office.house.ask()
    assert (await office.house.live(FRIDAY + 4 * DAY))[-1] == ("Mon 16:30", "deputy", "noor")


async def test_a_second_try_of_the_same_press_changes_nothing(office: Office) -> None:
    approval = await office.house.ask()
    await later(office, "3 hours")
    once = await office.now(approval)
    office.house.clock.at += timedelta(seconds=5)
    assert await later(office, "3 hours", attempts=2) == []
    assert await office.now(approval) == once


@pytest.mark.parametrize("chosen", ["", "never", None, [], "2020-01-01T00:00:00+00:00"])
async def test_what_cannot_be_a_time_is_refused_privately(office: Office, chosen: object) -> None:
    approval = await office.house.ask()
    before = await office.now(approval)
    assert await later(office, chosen) == [PAST]
    assert await office.now(approval) == before


async def test_the_card_says_until_when_and_can_still_be_answered(office: Office) -> None:
    approval = await office.house.ask()
    await later(office, "3 hours")
    slack = Workspace()
    hand = SlackHand(slack, office.ledger, lambda: LAW, office.house.clock)  # type: ignore[arg-type]
    await hand.refresh_card("D1", "1.0")
    [drawn] = slack.drawn
    assert "*Put off* by Dana Whitfield, brought again Fri 15:00" in drawn and '"approve"' in drawn
    asked = await office.now(approval)
    assert await office.press(DANA, "approve", {"a": asked.id, "v": asked.payload_hash}) == []
    assert (asked.put_off or FRIDAY) > FRIDAY + HOUR
