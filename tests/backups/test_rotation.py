"""Which backups stay: the newest of each of the last days, weeks and months; never none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.backups.rotation import Keep, kept
from models.errors import OperatorError

NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)
DAILY = [NOW - timedelta(days=n) for n in range(400)]


def test_a_year_of_daily_backups_leaves_days_weeks_and_months() -> None:
    stay = sorted(kept(DAILY, Keep(), NOW), reverse=True)
    assert stay[:7] == DAILY[:7]
    older = ["11-15", "11-08", "10-31", "09-30", "08-31", "07-31", "06-30"]
    assert [f"{at:%m-%d}" for at in stay[7:]] == older


def test_what_is_kept_day_after_day_never_runs_dry() -> None:
    there: set[datetime] = set()
    for day in range(400):
        now = NOW + timedelta(days=day)
        there = set(kept({*there, now}, Keep(), now))
    assert 13 <= len(there) <= 17
    assert min(there) <= now - timedelta(days=140)


@given(st.lists(st.integers(0, 5_000), min_size=1, max_size=40), st.integers(0, 9), st.integers(0, 9))
def test_the_newest_stays_whatever_is_asked_for(hours: list[int], days: int, weeks: int) -> None:
    made = [NOW - timedelta(hours=n) for n in hours]
    stay = kept(made, Keep(days, weeks, 0), NOW)
    assert max(made) in stay and stay <= set(made)
    assert all(at in stay for at in made if at > NOW - timedelta(days=1))


def test_one_of_the_future_stays_and_takes_no_others_place() -> None:
    ahead = [NOW + timedelta(days=n) for n in (1, 30, 300)]
    assert kept([*DAILY, *ahead], Keep(), NOW) == kept(DAILY, Keep(), NOW) | set(ahead)


def test_all_means_all() -> None:
    assert kept(DAILY, Keep.read("all"), NOW) == set(DAILY)


def test_three_numbers_say_what_to_keep() -> None:
    assert Keep.read("7 4 6") == Keep.read("7, 4, 6") == Keep()


@pytest.mark.parametrize("words", ["", "7", "7 4", "7 4 6 1", "-1 2 3", "seven four six"])
def test_anything_else_is_refused(words: str) -> None:
    with pytest.raises(OperatorError, match="what to keep"):
        Keep.read(words)
