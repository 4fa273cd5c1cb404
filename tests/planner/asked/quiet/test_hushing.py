"""Snooze and mute, however they are typed: what is meant is kept, what is not understood is told with what to try."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from models.hushes import Hush
from models.ids import HushId, IssueKey, PersonId
from models.work import Facts, Progress
from planner.asked.questions import AskHelp, parse_command
from planner.asked.quiet.hushing import (
    AskHeld,
    AskHush,
    AskHushed,
    AskPeace,
    AskUnhush,
    NotHushed,
    hushes_of,
    said_of,
    taken_back,
    undoing,
)
from tests.planner.world import HOUR, LAW, LONG_AGO, NOON, TEAM, constitution, facts, issue, pull_request, sprint

ANN = PersonId("ann")
HELD = facts(
    issue(7, flagged_since=LONG_AGO, blocked_by=(IssueKey("INFRA-77"),)),
    issue(8),
    prs=(pull_request(12), pull_request(13)),
)


def kept(typed: str, held: Facts = HELD, law: Any = LAW) -> Hush:
    asked = parse_command(typed)
    assert isinstance(asked, AskHush), asked
    [hush] = hushes_of(asked, HushId("h"), ANN, held, law, NOON)
    return hush


TYPED = {
    "snooze PAY-7 until it changes": ("PAY-7", "", None, "PAY-7"),
    "snooze PAY-7 until INFRA-77 changes": ("PAY-7", "", None, "INFRA-77"),
    "Snooze pay-7 until infra-77 is done": ("PAY-7", "", None, "INFRA-77"),
    "snooze PAY-7 until PR #12 is merged": ("PAY-7", "", None, "acme/api#12"),
    "snooze PAY-7 for 3 hours": ("PAY-7", "", NOON + 3 * HOUR, None),
    "snooze PAY-7 3h": ("PAY-7", "", NOON + 3 * HOUR, None),
    "snooze PAY-7 tomorrow": ("PAY-7", "", NOON + 22 * HOUR, None),
    "snooze the ticket PAY-7 until Thursday 10:00": ("PAY-7", "", NOON + 22 * HOUR, None),
    "snooze https://jira.test/browse/PAY-7 until tomorrow": ("PAY-7", "", NOON + 22 * HOUR, None),
    "snooze PR #12 for 1 hour": ("acme/api#12", "", NOON + HOUR, None),
    "snooze api#13 for 1 hour": ("acme/api#13", "", NOON + HOUR, None),
    "snooze pull request 12 until it changes": ("acme/api#12", "", None, "acme/api#12"),
    "snooze the sprint until tomorrow": ("sprint:24", "", NOON + 22 * HOUR, None),
    "snooze rule blocked-1-day for 2 hours": ("", "blocked-1-day", NOON + 2 * HOUR, None),
    "mute PAY-7": ("PAY-7", "", None, None),
    "mute “PAY-7”": ("PAY-7", "", None, None),
    "mute blocked-1-day": ("", "blocked-1-day", None, None),
    "mute blocked 1 day": ("", "blocked-1-day", None, None),
    "mute rule to-leadership": ("", "to-leadership", None, None),
    "mute PAY-7 for 3 hours": ("PAY-7", "", NOON + 3 * HOUR, None),
    "snooze pay7 for 1 hour": ("PAY-7", "", NOON + HOUR, None),
    "snooze 7 for 1 hour": ("PAY-7", "", NOON + HOUR, None),
    "snooze 7 1h": ("PAY-7", "", NOON + HOUR, None),
    "snooze PAY-7 til 5pm today": ("PAY-7", "", NOON + 5 * HOUR, None),
    "snooze PAY-7 'til tomorrow": ("PAY-7", "", NOON + 22 * HOUR, None),
    "snooze PAY-7 until the end of the sprint": ("PAY-7", "", sprint().end, None),
    "snooze PAY-7 until the sprint ends": ("PAY-7", "", sprint().end, None),
    "snooze everything until tomorrow": ("*", "", NOON + 22 * HOUR, None),
    "mute all for 3 hours": ("*", "", NOON + 3 * HOUR, None),
    "stop until tomorrow": ("*", "", NOON + 22 * HOUR, None),
    "stop for 2 hours": ("*", "", NOON + 2 * HOUR, None),
}


@pytest.mark.parametrize(
    "typed", ["PAY-7 and PAY-8 until tomorrow", "PAY-7, 8 and pay-7 tomorrow", "pay7 & pay8 until tomorrow"]
)
def test_several_are_put_off_in_one_breath(typed: str) -> None:
    asked = parse_command(f"snooze {typed}")
    assert isinstance(asked, AskHush)
    hushes = hushes_of(asked, HushId("h"), ANN, HELD, LAW, NOON)
    assert [(hush.subject, hush.until) for hush in hushes] == [(f"PAY-{n}", NOON + 22 * HOUR) for n in (7, 8)]
    assert len({hush.id for hush in hushes}) == 2
    assert taken_back(AskUnhush("PAY-7 and PAY-8"), hushes, HELD, LAW) == hushes


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("INFRA-77 is done", "done"),
        ("INFRA-77 is finished", "done"),
        ("INFRA-77 closes", "done"),
        ("PAY-8 is merged", "merged"),
        ("PR #12 gets merged", "merged"),
        ("it is unblocked", "unblocked"),
        ("it's no longer blocked", "unblocked"),
        ("the sprint is over", "done"),
        ("INFRA-77 changes", ""),
        ("it moves", ""),
    ],
)
def test_what_is_waited_for_is_kept_as_it_was_said(typed: str, wanted: str) -> None:
    sight = kept(f"snooze PAY-7 until {typed}").sight
    assert sight is not None and sight.wanted == wanted


def test_nobody_waits_for_what_is_so_already() -> None:
    held = facts(issue(7), issue(8, status="Done", progress=Progress.DONE))
    with pytest.raises(NotHushed, match="PAY-8 is done already"):
        kept("snooze PAY-7 until PAY-8 is done", held)


def test_to_hear_again_of_everything_leaves_what_is_put_off_on_its_own() -> None:
    held = [kept("mute PAY-7"), kept("snooze everything until tomorrow")]
    label, command = undoing(held[1])
    asked = parse_command(command)
    assert isinstance(asked, AskUnhush) and label == "Hear of everything"
    assert taken_back(asked, held, HELD, LAW) == (held[1],)


@pytest.mark.parametrize(
    "typed",
    ["mute all", "mute everything", "stop", "Stop!", "leave me alone", "pause me", "please stop pinging me", "mute me"]
    + ["don't disturb me", "snooze all"],
)
def test_who_wants_to_be_left_alone_is_told_how(typed: str) -> None:
    assert parse_command(typed) == AskPeace()


@pytest.mark.parametrize("typed", TYPED)
def test_what_is_typed_is_kept_as_it_was_meant(typed: str) -> None:
    subject, rule, until, awaited = TYPED[typed]
    hush = kept(typed)
    assert (hush.subject, hush.rule, hush.until) == (subject, rule, until)
    assert (hush.sight.of if hush.sight else None) == awaited
    assert (hush.team, hush.person, hush.at) == (TEAM, ANN, NOON)


@pytest.mark.parametrize(
    ("typed", "question"),
    [
        ("unmute PAY-7", AskUnhush("PAY-7")),
        ("unsnooze blocked-1-day", AskUnhush("blocked-1-day")),
        ("snoozed", AskHushed()),
        ("snooze", AskHushed()),
        ("muted", AskHushed()),
        ("held", AskHeld()),
        ("snoozy", AskHelp(unknown="snoozy")),
    ],
)
def test_the_other_commands_are_known(typed: str, question: object) -> None:
    assert parse_command(typed) == question


@pytest.mark.parametrize(
    ("typed", "why", "offered"),
    [
        ("snooze PAY-7", "Until when", "snooze PAY-7 for 3 hours"),
        ("snooze PAY-7 until banana", "do not understand", "snooze PAY-7 until tomorrow 10:00"),
        ("snooze PAY-7 until today 9:00", "is past", "snooze PAY-7 until it changes"),
        ("snooze PAY-77 until tomorrow", "I watch nothing called “PAY-77”", "snooze PAY-7 until tomorrow"),
        ("mute blocked-2-day", "I watch nothing called", "mute blocked-1-day"),
        ("mute may-digest", "I watch nothing called", None),
        ("mute PR #99", "I watch nothing called", None),
        ("snooze PAY-7 until OPS-5 changes", "I watch nothing called", None),
        ("snooze blocked-1-day until it changes", "A rule", None),
    ],
)
def test_what_cannot_be_kept_is_told_with_what_to_try(typed: str, why: str, offered: str | None) -> None:
    with pytest.raises(NotHushed, match=why) as refused:
        kept(typed)
    assert offered is None or offered in [command for _, command in refused.value.choices]


def test_two_repositories_with_the_same_number_are_not_guessed_between() -> None:
    held = facts(prs=(pull_request(12), pull_request(12, id="acme/web#12")))
    assert kept("mute web#12", held).subject == "acme/web#12"
    with pytest.raises(NotHushed):
        kept("mute #12", held)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("snooze PAY-7 for 3 hours", "PAY-7 is put off until Wed 18 Nov 15:00. If it still needs you, you hear then."),
        ("snooze PAY-7 until saturday", "you hear on Mon 23 Nov 09:00, when you are at work"),
        ("snooze PAY-7 until INFRA-77 changes", "PAY-7 is put off until INFRA-77 changes. You hear of that once"),
        ("snooze PAY-7 for 3 hours", "If it becomes critical, you hear all the same."),
        ("mute PAY-7", "PAY-7 is muted for you. Others hear as before. That holds for critical matters too."),
        ("mute blocked-1-day", "Rule blocked-1-day is muted for you."),
        ("snooze PAY-7 until INFRA-77 is done", "PAY-7 is put off until INFRA-77 is done. You hear of that once"),
        ("stop until tomorrow", "Everything is put off until Thu 19 Nov 10:00. What needs you then comes as usual."),
    ],
)
def test_what_was_agreed_is_said_with_the_moment_and_with_what_still_comes(typed: str, words: str) -> None:
    assert words in said_of(kept(typed), LAW)


def test_in_shadow_mode_nobody_is_promised_a_message() -> None:
    law = constitution(team={"mode": "shadow"})
    assert "nobody is sent anything" in said_of(kept("mute PAY-7", law=law), law)


def mine() -> list[Hush]:
    return [kept("mute PAY-7"), kept("mute blocked-1-day"), kept("mute PR #12")]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("PAY-7", [0]), ("pay-7", [0]), ("blocked-1-day", [1]), ("#12", [2]), ("acme/api#12", [2]), ("all", [0, 1, 2])],
)
def test_what_is_taken_back_is_what_was_meant(typed: str, meant: list[int]) -> None:
    held = mine()
    assert taken_back(AskUnhush(typed), held, HELD, LAW) == tuple(held[n] for n in meant)


@pytest.mark.parametrize("typed", ["PAY-8", "banana", ""])
def test_what_was_never_put_off_cannot_be_taken_back(typed: str) -> None:
    with pytest.raises(NotHushed, match="You have not put off"):
        taken_back(AskUnhush(typed), mine(), HELD, LAW)


def test_a_key_that_is_gone_from_the_mirror_can_still_be_taken_back() -> None:
    assert taken_back(AskUnhush("PAY-7"), mine(), facts(sprints=(sprint(),)), LAW)


def test_no_moment_is_kept_that_is_past() -> None:
    assert kept("snooze PAY-7 until 11:00").until == NOON + timedelta(hours=23)
