"""Until when somebody means: in their own zone, over clock changes, never into the past, and never a guess."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.bounds.times import NotUnderstood, moment_of, nearly
from planner.bounds.worktime import Calendar

NEW_YORK = Calendar("America/New_York", holidays="US")
TUESDAY = datetime(2026, 11, 17, 15, tzinfo=UTC)
"""10:00 in New York."""

SAID = {
    "3 hours": "Tue 17 Nov 13:00",
    "for 3h": "Tue 17 Nov 13:00",
    "2h 30min": "Tue 17 Nov 12:30",
    "an hour and 15 minutes": "Tue 17 Nov 11:15",
    "half an hour": "Tue 17 Nov 10:30",
    "1.5 hours": "Tue 17 Nov 11:30",
    "2 days": "Thu 19 Nov 10:00",
    "a week": "Tue 24 Nov 10:00",
    "4 working hours": "Tue 17 Nov 14:00",
    "10 business hours": "Wed 18 Nov 11:00",
    "2 working days": "Thu 19 Nov 10:00",
    "until tomorrow": "Wed 18 Nov 10:00",
    "UNTIL Tomorrow at 9am.": "Wed 18 Nov 09:00",
    "tomorrow morning": "Wed 18 Nov 09:00",
    "day after tomorrow": "Thu 19 Nov 10:00",
    "until Monday": "Mon 23 Nov 10:00",
    "Monday 10:00": "Mon 23 Nov 10:00",
    "mon": "Mon 23 Nov 10:00",
    "next Tuesday": "Tue 24 Nov 10:00",
    "next friday": "Fri 27 Nov 10:00",
    "next Monday": "Mon 23 Nov 10:00",
    "this friday": "Fri 20 Nov 10:00",
    "friday": "Fri 20 Nov 10:00",
    "5pm today": "Tue 17 Nov 17:00",
    "9am tomorrow": "Wed 18 Nov 09:00",
    "til 10:00 on monday": "Mon 23 Nov 10:00",
    "tuesday 16:00": "Tue 17 Nov 16:00",
    "Tue 9:00": "Tue 24 Nov 09:00",
    "thursday at noon": "Thu 19 Nov 12:00",
    "next week": "Mon 23 Nov 10:00",
    "1 Dec": "Tue 1 Dec 10:00",
    "Dec 1st": "Tue 1 Dec 10:00",
    "1 December 2026 at 9:30": "Tue 1 Dec 09:30",
    "2026-12-01 16:00": "Tue 1 Dec 16:00",
    "1.12.": "Tue 1 Dec 10:00",
    "may 5": "Wed 5 May 10:00",
    "16:00": "Tue 17 Nov 16:00",
    "9:00": "Wed 18 Nov 09:00",
    "4pm": "Tue 17 Nov 16:00",
    "5": "Tue 17 Nov 17:00",
    "noon": "Tue 17 Nov 12:00",
    "this afternoon": "Tue 17 Nov 14:00",
    "tonight": "Tue 17 Nov 18:00",
    "end of day": "Tue 17 Nov 18:00",
    "eow": "Fri 20 Nov 18:00",
}


@pytest.mark.parametrize("words", SAID)
def test_a_time_is_understood_however_it_is_said(words: str) -> None:
    assert NEW_YORK.when(moment_of(words, NEW_YORK, TUESDAY)) == SAID[words]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("banana", "do not understand"),
        ("", "do not understand"),
        ("1/12", "do not understand"),
        ("99:00", "do not understand"),
        ("31 Feb", "do not understand"),
        ("today", "do not understand"),
        ("today 9:00", "is past"),
        ("2026-11-01", "is past"),
        ("9999 weeks", "more than a year"),
        ("9999 working days", "more than a year"),
    ],
)
def test_what_cannot_be_meant_is_answered_with_the_reason(words: str, why: str) -> None:
    with pytest.raises(NotUnderstood, match=why):
        moment_of(words, NEW_YORK, TUESDAY)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("until firday", "until friday"),
        ("until tommorow 9am", "until tomorrow 9am"),
        ("until wensday", "until wednesday"),
        ("for 3 huors", "for 3 hours"),
        ("until banana", ""),
        ("until friday", ""),
    ],
)
def test_a_slip_of_the_fingers_is_mended_for_whoever_agrees(typed: str, meant: str) -> None:
    assert nearly(typed, NEW_YORK, TUESDAY) == meant


def test_a_day_across_a_clock_change_keeps_the_time_on_the_wall() -> None:
    eve = datetime(2026, 10, 31, 14, tzinfo=UTC)  # Saturday 10:00; the clocks go back on Sunday
    assert moment_of("1 day", NEW_YORK, eve) - eve == timedelta(hours=25)
    assert moment_of("24 hours", NEW_YORK, eve) - eve == timedelta(hours=24)


ZONES = ("America/New_York", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia", "UTC")
INSTANTS = st.integers(0, 730 * 24 * 60).map(lambda m: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=m))


@given(st.sampled_from(ZONES), INSTANTS, st.integers(0, 23), st.sampled_from(["tomorrow", "monday", "friday"]))
@settings(max_examples=150, deadline=None)
def test_a_named_day_and_time_are_what_the_wall_shows_then(zone: str, now: datetime, hour: int, day: str) -> None:
    calendar = Calendar(zone)
    at = moment_of(f"{day} {hour:02d}:30", calendar, now)
    local = at.astimezone(ZoneInfo(zone))
    skipped = datetime(local.year, local.month, local.day, hour, 30, tzinfo=ZoneInfo(zone))
    exists = skipped.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) == skipped.replace(tzinfo=None)
    assert now < at < now + timedelta(days=8)
    assert not exists or (local.hour, local.minute) == (hour, 30)


@given(st.text(max_size=60), st.sampled_from(ZONES), INSTANTS)
@settings(max_examples=200, deadline=None)
def test_any_words_are_a_later_moment_or_a_reason(words: str, zone: str, now: datetime) -> None:
    try:
        assert now < moment_of(words, Calendar(zone), now) <= now + timedelta(days=366)
    except NotUnderstood as why:
        assert str(why).endswith(".")
