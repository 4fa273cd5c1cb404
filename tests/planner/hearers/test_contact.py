"""How somebody wants to be contacted is read from what they typed, held to the limit, and heeded in every decision."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from models.directives import WEEKDAYS, Directives, Member
from models.ids import PersonId
from models.proposals import Spend, Verdict
from models.signals import Urgency
from models.spans import Span
from planner.bounds.limits import DAILY, Place, Wait, claim, most_for, none_left, units, wait_for_person
from planner.bounds.worktime import person_calendar
from planner.detect import detect
from planner.hearers.approvals import approvers_of
from planner.hearers.contact import (
    NotAWish,
    Wish,
    heeded,
    named_days,
    read_hours,
    read_per_day,
    read_zone,
    to_keep,
    told,
    wish_of,
    wishes,
)
from planner.policy import decide
from planner.reasoning import reminder
from tests.planner.world import HOUR, LAW, NOON, TEAM, constitution, history, issue, snapshot

ANN, PAT, DEB, TESS = PersonId("ann"), PersonId("pat"), PersonId("deb"), PersonId("tess")
CAP = {"id": "cap", "says": "Few.", "rule": {"limit": "reminders", "per_person_per_day": 3}}
THREE = constitution(communication=[CAP])


def as_wished(law: Directives = LAW, person: PersonId = ANN, **wish: object) -> Directives:
    return heeded(law, {person: Wish(**wish)})  # type: ignore[arg-type]


def ann(law: Directives) -> Member:
    return law.team(TEAM).member(ANN)


# --- reading ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("9-17", "09:00-17:00"), (" 9:30 – 17.45 ", "09:30-17:45"), ("10 to 16", "10:00-16:00"), ("", ""), ("  ", "")],
)
def test_hours_are_read_as_people_type_them(typed: str, meant: str) -> None:
    assert read_hours(typed) == meant


@pytest.mark.parametrize("typed", ["mornings", "17-9", "9-9", "9-25", "9:75-10:00", "9", "<!channel>-10"])
def test_hours_that_cannot_be_are_refused_with_an_example(typed: str) -> None:
    with pytest.raises(NotAWish, match="10:00-16:00") as no:
        read_hours(typed)
    assert no.value.field == "hours"


def test_more_than_the_constitutions_limit_is_refused_with_the_reason() -> None:
    assert [read_per_day(typed, 3) for typed in ("0", " 3 ", "")] == [0, 3, None]
    with pytest.raises(NotAWish, match="At most 3 a day: the constitution's limit"):
        read_per_day("4", 3)
    for typed in ("-1", "one", "1.5", "9" * 50, "²"):
        with pytest.raises(NotAWish):
            read_per_day(typed, 3)


def test_a_zone_is_one_that_exists_and_a_slip_is_told_what_may_be_meant() -> None:
    assert read_zone(" Europe/Lisbon ") == "Europe/Lisbon" and read_zone("") == ""
    with pytest.raises(NotAWish, match="Europe/Lisbon"):
        read_zone("Lisbon")


def test_days_and_ways_are_chosen_not_typed() -> None:
    assert wish_of({"days": ["fri", "mon"], "channel": "learn"}, 1) == Wish(days=("mon", "fri"), channel="learn")
    forgeries: list[dict[str, Any]] = [{"days": "mon"}, {"days": ["someday"]}, {"days": [{}]}, {"channel": "sms"}]
    for forged in forgeries:
        with pytest.raises(NotAWish):
            wish_of(forged, 1)


def test_what_is_kept_comes_back_and_what_cannot_be_read_is_nobodys_wish() -> None:
    said = Wish(hours="10:00-16:00", days=("mon",), zone="Asia/Tokyo", per_day=0, channel="jira")
    kept = {"ann": to_keep(said), "bob": {"hours": "never"}, "kai": None, "deb": {"days": 7}}
    assert wishes(kept) == {ANN: said}


def test_a_wish_in_words_names_each_thing_once() -> None:
    words = told(Wish(hours="10:00-16:00", days=("mon", "tue", "wed"), per_day=0, zone="Asia/Tokyo", channel="dm"))
    assert words == ("10:00-16:00", "Mon to Wed", "Asia/Tokyo time", "no message unasked", "as direct messages")
    assert (named_days(WEEKDAYS), named_days(("mon", "wed"))) == ("every day", "Mon, Wed")


# --- heeding ----------------------------------------------------------------------------------------------------


def test_nobodys_wish_leaves_the_constitution_the_very_same() -> None:
    assert heeded(LAW, {}) is LAW
    assert heeded(LAW, {PersonId("gone"): Wish(per_day=0), ANN: Wish()}) is LAW


def test_ones_own_word_wins_over_the_file_and_touches_nobody_else() -> None:
    law = heeded(LAW, {PersonId("mike"): Wish(channel="learn"), ANN: Wish(zone="Asia/Tokyo", days=("sat",))})
    assert law.team(TEAM).member(PersonId("mike")).channel is None
    reached = ann(law).reached
    assert ann(law).zone == "Asia/Tokyo" and reached is not None
    assert (reached.hours, reached.days) == ("09:00-18:00", ("sat",))
    assert law.team(TEAM).member(PersonId("bob")) == LAW.team(TEAM).member(PersonId("bob"))


def test_a_limit_that_has_come_down_since_still_holds() -> None:
    assert most_for(ANN, TEAM, as_wished(THREE, per_day=2)) == 2
    assert most_for(ANN, TEAM, as_wished(LAW, per_day=20)) == 1
    assert most_for(ANN, TEAM, THREE) == 3


def test_contact_hours_change_when_somebody_is_told_and_not_how_long_something_may_wait() -> None:
    law, since = as_wished(hours="16:00-17:00"), NOON - 8 * HOUR
    for counted in (law, LAW):
        assert person_calendar(counted, TEAM, ANN).add(since, Span(4, "hour", True)) == NOON + HOUR
    assert wait_for_person(ANN, Urgency.LOW, Place(TEAM, {}, LAW, NOON)) is None
    wait = wait_for_person(ANN, Urgency.LOW, Place(TEAM, {}, law, NOON))
    assert wait is not None and wait.until == NOON + 4 * HOUR and wait.reason == "it is outside Ann's own hours"


def test_nothing_unasked_means_only_what_is_critical() -> None:
    at = Place(TEAM, {}, as_wished(per_day=0), NOON)
    assert isinstance(claim(ANN, Urgency.HIGH, history(), at), Wait)
    assert none_left(ANN, at).reason == "Ann gets no messages that they did not ask for"
    critical = claim(ANN, Urgency.CRITICAL, history(), at)
    assert isinstance(critical, Spend) and critical.budget == "critical"


def test_on_call_is_reached_for_what_is_critical_whatever_their_hours() -> None:
    at = Place(TEAM, {}, as_wished(person=TESS, hours="16:00-17:00"), NOON)
    assert wait_for_person(TESS, Urgency.CRITICAL, at) is None
    assert wait_for_person(TESS, Urgency.HIGH, at) is not None


def test_an_approver_who_wants_no_messages_is_asked_only_where_nobody_else_can_be() -> None:
    def asked(*left_alone: PersonId) -> tuple[PersonId, ...]:
        law = heeded(LAW, {person: Wish(per_day=0) for person in left_alone})
        return approvers_of("pm", law.team(TEAM), {}, NOON)

    assert asked() == (PAT,)
    assert asked(PAT) == (DEB, PAT), "the deputy is asked, and Pat may still answer"
    assert asked(PAT, DEB) == (PAT, DEB)


wished = some.builds(
    Wish,
    hours=some.sampled_from(["", "06:00-07:30", "10:00-16:00", "22:00-23:59", "00:00-00:30"]),
    days=some.lists(some.sampled_from(WEEKDAYS), unique=True, max_size=7).map(
        lambda days: tuple(day for day in WEEKDAYS if day in days)
    ),
    zone=some.sampled_from(["", "Asia/Tokyo", "Pacific/Kiritimati", "America/St_Johns", "Europe/Berlin"]),
    per_day=some.sampled_from([None, 0, 1, 2, 3]),
)
REMINDER = reminder(ANN, detect(snapshot(issue(1, flagged_since=NOON - 26 * HOUR)), LAW).signals, LAW)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(wish=wished, minutes=some.integers(0, 60 * 24 * 30), used=some.integers(0, 4))
def test_no_message_is_ever_decided_outside_ones_own_hours_zone_and_number(wish: Wish, minutes: int, used: int) -> None:
    """Checked against the wall clock of the wish itself, not against our own calendar."""
    now = NOON + timedelta(minutes=minutes)
    law = heeded(THREE, {ANN: wish})
    seen = replace(snapshot(issue(1, flagged_since=NOON - 26 * HOUR)), now=now, people={})
    day = units(ANN, Urgency.LOW, Place(TEAM, {}, law, now))[0].day
    decision = decide(REMINDER, seen, law, replace(history(), spent={(ANN, day.isoformat(), DAILY): used}))
    if decision.verdict is not Verdict.ALLOW:
        assert decision.verdict is Verdict.DEFER and decision.until is not None and decision.until > now
        return
    wall = now.astimezone(ZoneInfo(wish.zone or "America/New_York"))
    begin, end = (wish.hours or "09:00-18:00").split("-")
    assert begin <= f"{wall:%H:%M}" < end
    assert WEEKDAYS[wall.weekday()] in (wish.days or WEEKDAYS[:5])
    assert used < min(3, 3 if wish.per_day is None else wish.per_day)
    assert decision.spend is not None and decision.spend.day == wall.date()


def test_the_property_is_not_empty_some_wishes_let_a_message_through() -> None:
    law = as_wished(THREE, hours="22:00-23:59", zone="Asia/Tokyo")
    at = datetime(2026, 11, 19, 13, 30, tzinfo=UTC)  # Thursday 22:30 in Tokyo
    seen = replace(snapshot(issue(1, flagged_since=NOON - 26 * HOUR)), now=at, people={})
    assert decide(REMINDER, seen, law, history()).verdict is Verdict.ALLOW
    assert decide(REMINDER, seen, THREE, history()).verdict is Verdict.DEFER
