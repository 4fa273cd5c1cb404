"""Who can be reached: by the end of a window, not by a flag; a status says more than it means to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integrations.slack.reading.members import SlackMember, read_member
from models.work import Absence

REAL = datetime(2026, 11, 24, 12, tzinfo=UTC)
SOON, LATER = REAL + timedelta(hours=1), REAL + timedelta(hours=3)


def member(dnd: dict[str, Any] | None = None, **profile: Any) -> SlackMember:
    return read_member({"id": "U1", "name": "li", "profile": profile}, dnd or {}, REAL)


def seconds(at: datetime) -> int:
    return int(at.timestamp())


def window(begin: datetime, end: datetime, **more: Any) -> dict[str, Any]:
    return {"dnd_enabled": True, "next_dnd_start_ts": seconds(begin), "next_dnd_end_ts": seconds(end), **more}


def test_inside_the_window_they_are_absent_until_its_end() -> None:
    found = member(window(REAL - timedelta(hours=1), SOON)).absence(REAL, REAL)
    assert found == Absence(reason="do not disturb", until=SOON)


@pytest.mark.parametrize("dnd", [window(SOON, LATER), window(REAL - timedelta(hours=2), REAL), {"dnd_enabled": True}])
def test_a_schedule_that_is_not_running_makes_nobody_absent(dnd: dict[str, Any]) -> None:
    assert member(dnd).absence(REAL, REAL) is None


def test_a_switched_off_flag_does_not_hide_a_running_window() -> None:
    dnd = window(REAL - timedelta(hours=1), SOON) | {"dnd_enabled": False}
    assert member(dnd).absence(REAL, REAL) is not None


def test_a_snooze_counts_and_runs_into_the_window_after_it() -> None:
    snooze = {"snooze_enabled": True, "snooze_endtime": seconds(SOON)}
    assert member(snooze).absence(REAL, REAL) == Absence(reason="do not disturb", until=SOON)
    into_the_night = window(REAL + timedelta(minutes=30), LATER, **snooze)
    assert member(into_the_night).absence(REAL, REAL) == Absence(reason="do not disturb", until=LATER)


def test_the_end_is_told_in_company_time() -> None:
    company = REAL + timedelta(days=30)
    found = member(window(REAL - timedelta(hours=1), SOON)).absence(company, REAL)
    assert found is not None
    assert found.until == company + timedelta(hours=1)


@pytest.mark.parametrize(
    ("text", "emoji"),
    [
        ("", ":palm_tree:"),
        ("Vacation, back on Monday", ""),
        ("OOO until 3 Dec", ":spiral_calendar_pad:"),
        ("Out of office", ""),
        ("Parental leave", ""),
        ("off sick", ":face_with_thermometer:"),
        ("Urlaub", ""),
    ],
)
def test_a_vacation_status_makes_absent(text: str, emoji: str) -> None:
    found = member(status_text=text, status_emoji=emoji).absence(REAL, REAL)
    assert found is not None
    assert found.until is None


@pytest.mark.parametrize(
    ("text", "emoji"),
    [
        ("In a meeting", ":calendar:"),
        ("Back from vacation", ""),
        ("Planning holidays", ""),
        ("", ":house:"),
        ("hooop", ""),
    ],
)
def test_any_other_status_does_not(text: str, emoji: str) -> None:
    assert member(status_text=text, status_emoji=emoji).absence(REAL, REAL) is None


def test_an_expired_status_is_over_and_a_running_one_says_when() -> None:
    away = {"status_text": "Vacation", "status_emoji": ""}
    assert member(**away, status_expiration=seconds(REAL)).absence(REAL, REAL) is None
    assert member(**away, status_expiration=seconds(SOON)).absence(REAL, REAL) == Absence(
        reason="Slack status: Vacation", until=SOON
    )


@pytest.mark.parametrize("flag", ["is_restricted", "is_ultra_restricted", "is_stranger"])
def test_every_kind_of_guest_is_a_guest(flag: str) -> None:
    assert read_member({"id": "U1", flag: True}, {}, REAL).guest
    assert not read_member({"id": "U1"}, {}, REAL).guest


def test_the_deactivated_are_absent_for_good() -> None:
    assert read_member({"id": "U1", "deleted": True}, {}, REAL).absence(REAL, REAL) == Absence(
        reason="no longer in Slack"
    )


@pytest.mark.parametrize("odd", [None, "soon", True, 10**18, -5, float("nan")])
def test_odd_instants_are_no_instants(odd: Any) -> None:
    made = member({"next_dnd_start_ts": odd, "next_dnd_end_ts": odd}, status_text="Vacation", status_expiration=odd)
    assert (made.dnd_until, made.status_expires) == (None, None)
