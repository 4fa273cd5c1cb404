"""Since when somebody is away: as long as it goes on it has one begin, however its words and end change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.sync.people import going_on
from models.work import Absence

MONDAY = datetime(2026, 11, 16, 15, tzinfo=UTC)
DAY = timedelta(days=1)
VACATION = Absence(reason="Slack status: Vacation", until=MONDAY + 9 * DAY)


def test_what_is_seen_first_begins_now() -> None:
    assert going_on(VACATION, None, MONDAY).since == MONDAY


def test_other_words_and_another_end_begin_nothing() -> None:
    begun = going_on(VACATION, None, MONDAY)
    longer = Absence(reason="Slack status: Still away")
    assert going_on(longer, begun, MONDAY + DAY).since == MONDAY


def test_what_had_ended_meanwhile_is_another() -> None:
    tonight = going_on(Absence(reason="do not disturb", until=MONDAY + DAY / 2), None, MONDAY)
    tomorrow = Absence(reason="do not disturb", until=MONDAY + 1.5 * DAY)
    assert going_on(tomorrow, tonight, MONDAY + DAY).since == MONDAY + DAY
