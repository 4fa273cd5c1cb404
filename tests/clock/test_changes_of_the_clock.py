"""Whatever the clocks of the world do until 2030, each schedule fires once a day of its wall, at its hour.

Five schedules: the daily summary, the forecasts, the log of shadow mode, the backup, a word to a person.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from planner.bounds.worktime import Calendar, house_hours
from tests.clock.town import HOURS, STEP, SUMMARIES, Town, around, days_of, first_at, law, town
from tests.clock.zones import SAMPLE, Change, changes, each_kind, kinds
from tests.planner.test_hours import PROPOSALS, Life, delivered

pytestmark = pytest.mark.anyio

SEEDS = int(os.environ.get("CLOCK_SEEDS", "3"))
"""How many ways the clock is set wrong, in each zone of the long run."""

SHARES = 13
"""Into so many tests the kinds of zones are dealt: what zones there are is not looked up before it is needed."""

LEAP = Change("", datetime(2028, 2, 29, 12, tzinfo=UTC), timedelta())
"""No change of a clock, but a day that is rare."""

JUMPS = (1, -1, 60, -60, 3_600, -3_600, 7_200, 86_400, -86_400)
"""Seconds by which somebody sets a clock, or a machine that slept is behind."""


def once_a_day(town: Town, zone: str, moments: Sequence[datetime]) -> None:
    """What must be so after those ticks."""
    info, days = ZoneInfo(zone), days_of(moments, zone)
    for team, at in zip(town.app.directives.teams, SUMMARIES, strict=True):
        for day in days:
            due = first_at(moments, zone, day, at)
            told = [each for each in town.of(f"digest:{team.id}") if each.slot == day.isoformat()]
            assert len(told) == (due is not None), (zone, day, at, told)
            assert due is None or timedelta() <= told[0].at - due <= timedelta(hours=2), (zone, day, at, told)
    for each in town.fired:
        local = each.at.astimezone(info)
        if each.what in {"foretell", "shadow"}:
            inside(town, zone, local, each.what)
    daily = Counter((f.schedule, f.at.astimezone(info).date()) for f in town.fired if f.what in {"foretell", "shadow"})
    worked = [day for day in days if stretch(town, zone, day) is not None]
    assert {day for _, day in daily} >= set(worked) and set(daily.values()) == {1}, daily
    nights = Counter((f.at.astimezone(info) - timedelta(hours=3)).date() for f in town.of("backup"))
    assert set(nights.values()) == {1} and nights.keys() >= set(days), nights


def stretch(town: Town, zone: str, day: date) -> tuple[datetime, datetime] | None:
    return Calendar(zone, house_hours(town.app.directives)).worked_on(day)


def inside(town: Town, zone: str, local: datetime, what: str) -> None:
    """Within the working hours on the wall; what is cut near their end may come a tick after it."""
    rule = house_hours(town.app.directives)
    late = (local - STEP).time() if what == "shadow" and local.time() > time(1) else local.time()
    assert rule.begin <= local.time() and (late < rule.end or what == "foretell"), (zone, local, what)


def hours_of(zone: str) -> str:
    return HOURS[sum(map(ord, zone)) % 2]


@pytest.mark.parametrize("zone", ["America/Nuuk", "Africa/Cairo"])
async def test_each_schedule_fires_once_a_day_over_a_change_at_midnight(tmp_path: Path, zone: str) -> None:
    change = next(each for each in changes(zone) if each.at.year == 2027)
    moments = around(change, step=2 * STEP)[::2]
    async with town(tmp_path, zone) as here:
        await here.live(moments)
        for team, at in zip(here.app.directives.teams, SUMMARIES, strict=True):
            days = [day.isoformat() for day in days_of(moments, zone) if first_at(moments, zone, day, at) is not None]
            told = [each.slot for each in here.of(f"digest:{team.id}")]
            assert told[: len(days)] == days and len(told) == len(set(told)) <= len(days) + 1


@pytest.mark.faults
@pytest.mark.parametrize("share", range(SHARES))
async def test_each_schedule_fires_once_a_day_over_every_change_of_every_zone_and_on_the_leap_day(
    tmp_path: Path, share: int
) -> None:
    for zone in each_kind()[share::SHARES]:
        for number, change in enumerate([*changes(zone), Change(zone, LEAP.at, LEAP.by)]):
            (folder := tmp_path / zone.replace("/", "-") / str(number)).mkdir(parents=True)
            moments = around(change)
            async with town(folder, zone, hours_of(zone)) as here:
                await here.live(moments)
                once_a_day(here, zone, moments)
            (folder / "clock.db").unlink()


@pytest.mark.faults
def test_every_zone_there_is_behaves_like_one_that_was_tried() -> None:
    tried = {zone for zones in kinds().values() for zone in zones[:1]}
    assert tried == set(each_kind()) and sum(map(len, kinds().values())) > 550


# --- clocks that are set ----------------------------------------------------------------------------------------


def walked(change: Change, chance: random.Random, ticks: int = 250) -> list[datetime]:
    """Time passes by minutes and hours, and now and then somebody sets the clock."""
    at, found = change.at - timedelta(days=1), []
    for _ in range(ticks):
        at += timedelta(minutes=chance.randint(1, 40))
        if chance.random() < 0.15:
            at += timedelta(seconds=chance.choice(JUMPS))
        found.append(at)
    return found


def never_twice(here: Town, zone: str) -> None:
    """However the clock was set: no slot a second time, none before its hour on its wall, none of another day."""
    assert [n for n in Counter((each.schedule, each.slot) for each in here.fired).values() if n > 1] == []
    for team, at in zip(here.app.directives.teams, SUMMARIES, strict=True):
        for each in here.of(f"digest:{team.id}"):
            local = each.at.astimezone(ZoneInfo(zone))
            assert local.date().isoformat() == each.slot
            assert local.replace(tzinfo=None) >= datetime.combine(local.date(), at) or local.fold, (zone, each)


@pytest.mark.parametrize("seed", [1])
async def test_a_clock_that_is_set_back_and_forth_fires_nothing_twice(tmp_path: Path, seed: int) -> None:
    await _walk(tmp_path, "America/St_Johns", seed, ticks=60)


@pytest.mark.faults
@pytest.mark.parametrize("seed", range(SEEDS))
@pytest.mark.parametrize("zone", SAMPLE)
async def test_clocks_that_are_set_by_seconds_hours_and_days_fire_nothing_twice(
    tmp_path: Path, zone: str, seed: int
) -> None:
    await _walk(tmp_path, zone, seed)


async def _walk(folder: Path, zone: str, seed: int, ticks: int = 250) -> None:
    known = [each for each in changes(zone) if each.at.year >= 2027] or [Change(zone, LEAP.at, LEAP.by)]
    chance = random.Random(f"{zone} {seed}")
    async with town(folder, zone, hours_of(zone)) as here:
        await here.live(walked(chance.choice(known), chance, ticks))
        never_twice(here, zone)
        assert here.fired


# --- a word to a person -----------------------------------------------------------------------------------------

WORKED = [(9, 18), (0, 3), (1, 4), (22, 23)]
"""Hours of people, some of which a change of the clock cuts into."""


def reached(zone: str, hours: tuple[int, int], moments: Sequence[datetime]) -> None:
    """Whatever is decided at those moments is said inside their hours; nobody is given up."""
    never = datetime(2000, 1, 1, tzinfo=UTC)
    life = Life(zone=zone, hours=hours, free=None, vacation=(never, never, False), night=(20, 1))
    for moment in moments:
        for what in ("a reminder", "a question"):
            said = delivered(life, PROPOSALS[what], moment, timedelta(minutes=7))
            assert life.is_open(said), (zone, hours, moment, said.astimezone(ZoneInfo(zone)))


def test_a_person_is_written_to_inside_their_hours_on_the_day_a_clock_changes() -> None:
    for number, zone in enumerate(SAMPLE):
        for change in changes(zone)[number % 2 : 1 + number % 2]:
            reached(zone, WORKED[number % len(WORKED)], [change.at])


@pytest.mark.faults
@pytest.mark.parametrize("share", range(SHARES))
def test_a_person_is_written_to_inside_their_hours_over_every_change(share: int) -> None:
    for zone in each_kind()[share::SHARES]:
        for change in changes(zone):
            for hours in WORKED:
                reached(
                    zone, hours, [change.at + timedelta(minutes=n) for n in (-1_440, -91, -1, 0, 1, 59, 121, 1_440)]
                )


# --- rare days and other rules ----------------------------------------------------------------------------------


def test_a_business_day_over_a_leap_day_is_a_day_of_work() -> None:
    calendar = Calendar("Europe/Berlin")
    monday, tuesday, wednesday = (datetime(2028, *day, 11, tzinfo=UTC) for day in ((2, 28), (2, 29), (3, 1)))
    assert calendar.working_days(monday.date(), wednesday.date()) == 3
    assert calendar.add_working_time(monday, calendar.day_length) == tuesday
    assert calendar.add_working_time(tuesday, calendar.day_length) == wednesday


async def test_a_zone_whose_rules_change_under_us_has_no_second_summary_of_a_day(tmp_path: Path) -> None:
    """A country moves its clocks: after the restart with new data the wall shows another hour of the same day."""
    async with town(tmp_path, "Europe/Berlin") as here:
        noon = datetime(2027, 6, 1, 12, tzinfo=UTC)
        ticks = [noon + number * STEP for number in range(-24, 8)]
        await here.live(ticks)
        for zone in ("Europe/Moscow", "Atlantic/Azores", "Europe/Berlin"):
            here.app.directives = law(zone, HOURS[0])
            await here.live(ticks)
        assert [n for n in Counter((each.schedule, each.slot) for each in here.fired).values() if n > 1] == []
        assert {each.slot for each in here.fired if each.what == "digest"} <= {"2027-05-31", "2027-06-01"}
