"""Working time is right in every zone and over every clock change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.directives import WEEKDAYS, Hours
from models.ids import PersonId
from models.spans import Span
from planner.bounds.worktime import Calendar, days_left, person_calendar, quoted, team_calendar
from tests.planner.world import LAW, NOON, TEAM, ZONE, constitution, people

MINUTE = timedelta(minutes=1)
ZONES = sorted(zone for zone in available_timezones() if not zone.startswith(("Etc/", "SystemV/")))
CHANGES = {  # days on which the wall does odd things
    "Europe/Berlin": [date(2026, 3, 29), date(2026, 10, 25)],
    "America/New_York": [date(2026, 3, 8), date(2026, 11, 1)],
    "Australia/Lord_Howe": [date(2026, 4, 5), date(2026, 10, 4)],  # half an hour
    "America/Havana": [date(2026, 3, 8), date(2026, 11, 1)],  # at midnight
    "Asia/Beirut": [date(2026, 3, 29), date(2026, 10, 25)],
    "Pacific/Apia": [date(2011, 12, 29), date(2011, 12, 31)],  # a day that never was
    "Africa/Casablanca": [date(2026, 2, 15), date(2026, 3, 22)],
}

spans = st.builds(Span, st.integers(0, 40), st.sampled_from(["minute", "hour", "day"]), st.just(True))


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    begin, end = sorted(draw(st.lists(st.integers(0, 24 * 60 - 1), min_size=2, max_size=2, unique=True)))
    days = draw(st.sets(st.sampled_from(WEEKDAYS), min_size=1))
    hours = Hours(hours=f"{begin // 60:02d}:{begin % 60:02d}-{end // 60:02d}:{end % 60:02d}", days=tuple(days))
    zone = draw(st.one_of(st.sampled_from(sorted(CHANGES)), st.sampled_from(ZONES)))
    return Calendar(zone, hours, draw(st.sampled_from([None, "US", "DE-BY", "IL"])))


minutes = st.integers(0, 200 * 24 * 60).map(lambda n: n * MINUTE)


@st.composite
def moments(draw: st.DrawFn) -> datetime:
    """Any instant, often one beside a clock change."""
    odd = st.sampled_from([day for days in CHANGES.values() for day in days])
    day = draw(st.one_of(odd, st.dates(date(2005, 1, 1), date(2035, 1, 1))))
    return datetime.combine(day, time(), UTC) + timedelta(minutes=draw(st.integers(-24 * 60, 48 * 60)))


def wall_is_inside(calendar: Calendar, t: datetime) -> bool:
    local = t.astimezone(ZoneInfo(calendar.zone))
    return calendar.hours.begin <= local.time() < calendar.hours.end and local.weekday() in calendar.hours.weekdays


@given(calendars(), moments(), minutes, minutes)
def test_time_between_adds_up_and_never_shrinks(
    calendar: Calendar, a: datetime, more: timedelta, yet: timedelta
) -> None:
    b, c = a + more, a + more + yet
    whole = calendar.working_time_between(a, c)
    assert whole == calendar.working_time_between(a, b) + calendar.working_time_between(b, c)
    assert timedelta() <= calendar.working_time_between(a, b) <= whole <= c - a


@given(calendars(), moments(), spans)
def test_adding_a_span_passes_exactly_that_much(calendar: Calendar, a: datetime, span: Span) -> None:
    then = calendar.add(a, span)
    assert calendar.working_time_between(a, then) == calendar.length(span)
    if span.count:  # and no earlier instant would do
        assert calendar.working_time_between(a, then - timedelta(seconds=1)) < calendar.length(span)
        assert calendar.passed(a, span, then) and not calendar.passed(a, span, then - timedelta(seconds=1))


@given(calendars(), moments(), moments(), spans)
def test_a_later_start_never_ends_earlier(calendar: Calendar, a: datetime, b: datetime, span: Span) -> None:
    a, b = sorted([a, b])
    assert calendar.add(a, span) <= calendar.add(b, span)


@given(calendars(), moments())
def test_the_next_working_moment_is_inside_hours_and_none_is_before_it(calendar: Calendar, t: datetime) -> None:
    then = calendar.next_working_moment(t)
    assert then >= t
    assert calendar.is_working(then)
    assert wall_is_inside(calendar, then)
    assert calendar.working_time_between(t, then) == timedelta()
    assert (then == t) == calendar.is_working(t)


@given(calendars(), moments(), st.integers(0, 2000))
def test_working_never_means_outside_the_hours_on_the_wall(calendar: Calendar, t: datetime, step: int) -> None:
    at = t + step * MINUTE
    if calendar.is_working(at):
        assert wall_is_inside(calendar, at)


@given(calendars(), moments())
def test_the_next_morning_is_a_later_day(calendar: Calendar, t: datetime) -> None:
    then = calendar.next_morning(t)
    assert calendar.local_day(then) > calendar.local_day(t)
    assert calendar.is_working(then)


@given(st.sampled_from(sorted(CHANGES)), st.integers(0, 1), st.integers(0, 240), st.integers(1, 36))
def test_a_clock_change_costs_or_gives_what_the_wall_shows(zone: str, which: int, begin: int, length: int) -> None:
    """Against counting steps of five minutes one by one."""
    step = 5 * MINUTE
    first, last = (f"{n * 5 // 60:02d}:{n * 5 % 60:02d}" for n in (begin, begin + length))
    calendar = Calendar(zone, Hours(hours=f"{first}-{last}", days=WEEKDAYS))
    start = datetime.combine(CHANGES[zone][which], time(), UTC) - timedelta(days=1)
    counted = sum(wall_is_inside(calendar, start + n * step) for n in range(3 * 24 * 12)) * step
    measured = calendar.working_time_between(start, start + timedelta(days=3))
    zone_info = ZoneInfo(zone)
    went_back = (start + timedelta(days=3)).astimezone(zone_info).utcoffset() < start.astimezone(zone_info).utcoffset()
    # Where hours begin or end inside a repeated stretch only one pass of it counts; a skipped one is simply gone.
    assert counted - (timedelta(hours=1) if went_back else timedelta()) <= measured <= counted


@pytest.mark.parametrize(
    ("begin", "span", "end"),
    [
        ("2026-11-16 15:00", "1 business day", "2026-11-17 15:00"),  # Monday to Tuesday
        ("2026-11-20 15:00", "1 business day", "2026-11-23 15:00"),  # over a weekend
        ("2026-11-25 15:00", "1 business day", "2026-11-27 15:00"),  # over Thanksgiving
        ("2026-11-16 17:00", "8 business hours", "2026-11-17 16:00"),
        ("2026-11-14 12:00", "1 business hour", "2026-11-16 10:00"),  # begun on a Saturday
        ("2026-11-16 09:00", "9 business hours", "2026-11-16 18:00"),  # the whole day, to its end
        ("2026-11-16 17:50", "15 business minutes", "2026-11-17 09:05"),
        ("2026-11-20 17:00", "24 hours", "2026-11-21 17:00"),  # not business time
    ],
)
def test_spans_as_people_count_them(begin: str, span: str, end: str) -> None:
    zone = ZoneInfo(ZONE)
    a, b = (datetime.fromisoformat(t).replace(tzinfo=zone) for t in (begin, end))
    assert team_calendar(LAW, TEAM).add(a, Span.parse(span)) == b


def test_days_left_do_not_count_today_nor_a_last_day_that_ends_before_work_begins() -> None:
    calendar = team_calendar(LAW, TEAM)
    friday_evening = datetime(2026, 11, 20, 22, tzinfo=UTC)
    assert calendar.days_until(NOON, friday_evening) == 2
    assert calendar.days_until(NOON, datetime(2026, 11, 23, 5, tzinfo=UTC)) == 2  # Monday at midnight
    assert days_left(calendar, NOON, friday_evening) == "2 working days left after today"
    assert days_left(calendar, friday_evening - timedelta(hours=1), friday_evening) == "ends today"
    saturday = friday_evening + timedelta(hours=12)
    assert days_left(calendar, friday_evening, saturday) == "no working day left after today"
    assert days_left(calendar, friday_evening, NOON) == "its end has passed"


def test_a_person_has_their_zone_of_today_their_hours_and_their_holidays() -> None:
    members = [{"id": "kai", "name": "Kai", "zone": "Asia/Tokyo", "hours": {"hours": "10:00-16:00"}, "holidays": "JP"}]
    law = constitution(team={"members": members, "roles": {}})
    kai = people()[PersonId("kai")]
    assert person_calendar(law, TEAM, PersonId("kai")) == Calendar("Asia/Tokyo", Hours(hours="10:00-16:00"), "JP")
    travelling = person_calendar(law, TEAM, type(kai)(id=kai.id, name="Kai", zone="Europe/Paris"))
    assert travelling.zone == "Europe/Paris"
    lost = person_calendar(law, TEAM, type(kai)(id=kai.id, name="Kai", zone="Nowhere/At_all"))
    assert lost.zone == "Asia/Tokyo"
    assert person_calendar(law, TEAM, PersonId("stranger")) == team_calendar(law, TEAM)


def test_old_conditions_are_measured_quickly() -> None:
    calendar = team_calendar(LAW, TEAM)
    assert calendar.working_time_between(datetime(1990, 1, 1, tzinfo=UTC), NOON) < timedelta(days=3660)
    assert calendar.passed(datetime(1990, 1, 1, tzinfo=UTC), Span.parse("2 business days"), NOON)


@pytest.mark.parametrize(
    ("worked", "words"),
    [
        (timedelta(hours=19), "2 working days"),
        (timedelta(hours=9), "1 working day"),
        (timedelta(hours=8, minutes=59), "8 working hours"),
        (timedelta(minutes=59), "59 minutes"),
        (timedelta(), "1 minute"),
    ],
)
def test_working_time_in_words_is_rounded_down(worked: timedelta, words: str) -> None:
    assert Calendar(ZONE).words(worked) == words


def test_words_of_others_stay_on_one_line_and_short() -> None:
    assert quoted("a\nb\t c") == "“a b c”"
    assert len(quoted("x" * 500)) == 62
