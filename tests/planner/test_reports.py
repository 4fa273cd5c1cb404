"""What people read: counted by code, short, and silent when there is nothing to say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.signals import Signal
from models.work import Progress, Snapshot, SprintState
from planner.detect import detect
from planner.observe import tally
from planner.reports import digest, since, status
from tests.planner.world import DAY, HOUR, LAW, LONG_AGO, NOON, constitution, issue, pull_request, snapshot, sprint

NEEDED = constitution(team={"digest": {"at": "09:30", "when": "needed"}})
DONE = Progress.DONE


def words(*texts: str) -> int:
    return sum(len(text.split()) for text in texts)


def signals(world: Snapshot) -> tuple[Signal, ...]:
    return detect(world, LAW).signals


titles = st.text(st.characters(blacklist_categories=["Cs"]), max_size=200)
tickets = st.builds(
    lambda n, title, who, points, age, done: issue(
        n, who, title=title, points=points, flagged_since=NOON - age * HOUR, progress=DONE if done else Progress.DOING
    ),
    st.integers(1, 10**6),
    titles,
    st.sampled_from([None, "ann", "stranger"]),
    st.none() | st.floats(0, 100),
    st.integers(0, 200),
    st.booleans(),
)


@given(st.lists(tickets, max_size=30), titles, st.integers(0, 40))
def test_no_digest_is_longer_than_eighty_words_or_three_items(issues: list[Any], name: str, prs: int) -> None:
    waiting = tuple(pull_request(n, title=name) for n in range(prs))
    world = snapshot(*issues, prs=waiting, sprints=(sprint(name=name),))
    post = digest(world, signals(world), LAW)
    assert post is not None
    assert words(post.headline, *(item.text for item in post.items), post.footer) <= 80
    assert len(post.items) <= 3
    assert len({item.subject for item in post.items}) == len(post.items)


def test_the_wordiest_digest_there_can_be_keeps_to_eighty() -> None:
    wordy = "a " * 100
    tickets = [
        issue(n, flagged_since=LONG_AGO, title=wordy, blocked_by=("PAY-97", "PAY-98", "PAY-99")) for n in range(9)
    ]
    world = snapshot(*tickets, sprints=(sprint(name=wordy),))
    post = digest(world, signals(world), LAW)
    assert post is not None and len(post.items) == 3
    assert 60 <= words(post.headline, *(item.text for item in post.items), post.footer) <= 80


def test_a_quiet_day_is_one_line_or_nothing() -> None:
    quiet = snapshot(issue(1), issue(2, progress=DONE))
    post = digest(quiet, (), LAW)
    assert post is not None and post.items == () and post.footer == ""
    assert post.headline == "Sprint 24: On track: 1 of 2 issues done, 6 working days left. Nothing needs anybody."
    assert digest(quiet, (), NEEDED) is None


def test_what_does_not_fit_is_counted() -> None:
    world = snapshot(*(issue(n, flagged_since=LONG_AGO) for n in range(5)))
    post = digest(world, signals(world), LAW)
    assert post is not None and len(post.items) == 3 and post.footer == "2 more need somebody"


def test_without_a_sprint_the_digest_says_so() -> None:
    post = digest(snapshot(sprints=()), (), LAW)
    assert post is not None and post.headline == "No sprint is running."


def test_a_status_counts_what_there_is() -> None:
    world = snapshot(
        issue(1, points=5, progress=DONE),
        issue(2, points=8),
        issue(3, None, points=3, progress=Progress.TODO),
        issue(4, "stranger", points=2, flagged_since=NOON - 26 * HOUR),
        prs=(pull_request(7), pull_request(8, waiting_since=NOON)),
    )
    reply = status(world, world.sprints[0], signals(world), LAW)
    assert reply.title == "Sprint 24 · Payments · day 7 of 13"
    assert reply.headline == "On track: 5 of 18 points done, 6 working days left."
    assert reply.counts == (
        "1 of 4 issues done, 2 in progress, 1 not started",
        "1 blocked, 1 without an owner",
        "2 pull requests of the team wait for review, 1 too long",
    )
    assert [(row.key, row.owner, row.since, row.why) for row in reply.rows] == [
        ("api#7", "Ann", "5 d", "review waits"),
        ("PAY-4", "not on the team", "1 d", "blocked"),
        ("PAY-3", "nobody", "5 d", "no owner"),
    ]
    assert (reply.total, reply.more, reply.notes) == (4, 0, ())


def test_a_ticket_with_two_troubles_is_one_row() -> None:
    world = snapshot(issue(1, None, flagged_since=LONG_AGO))
    (row,) = status(world, world.sprints[0], signals(world), LAW).rows
    assert row.why == "blocked, no owner"


def test_rows_left_out_are_counted() -> None:
    world = snapshot(*(issue(n, None) for n in range(9)))
    reply = status(world, world.sprints[0], signals(world), LAW)
    assert (len(reply.rows), reply.more, reply.total) == (5, 4, 9)


@pytest.mark.parametrize(
    ("changes", "day", "headline"),
    [
        ({"state": SprintState.CLOSED}, "closed", "Closed: 0 of 1 issue done."),
        ({"state": SprintState.FUTURE}, "starts Mon 9 Nov 09:00", "Not started: 1 issue planned."),
        ({"end": None}, "running", "On track: 0 of 1 issue done."),
        ({"end": NOON - DAY}, "day 6 of 6", "Over its time: 0 of 1 issue done."),
    ],
)
def test_every_state_of_a_sprint_has_its_words(changes: dict[str, Any], day: str, headline: str) -> None:
    world = snapshot(issue(1), sprints=(sprint(**changes),))
    reply = status(world, world.sprints[0], signals(world), LAW)
    assert (reply.title.rpartition(" · ")[2], reply.headline) == (day, headline)


def test_at_risk_only_by_the_written_threshold() -> None:
    ends_friday = (sprint(end=datetime(2026, 11, 20, 22, tzinfo=UTC)),)
    late = snapshot(issue(1), sprints=ends_friday)
    assert status(late, ends_friday[0], signals(late), LAW).headline.startswith("At risk")
    early = snapshot(issue(1), sprints=ends_friday, now=NOON - DAY)
    assert status(early, ends_friday[0], signals(early), LAW).headline.startswith("On track")


def test_points_count_only_when_half_the_issues_have_them() -> None:
    assert tally([issue(1, points=5), issue(2)]).by_points
    assert not tally([issue(1, points=5), issue(2), issue(3)]).by_points
    assert tally([]).share == 1.0


@pytest.mark.parametrize(
    ("passed", "said"),
    [
        (timedelta(days=2, hours=5), "2 d"),
        (timedelta(hours=23, minutes=59), "23 h"),
        (timedelta(minutes=59), "59 min"),
        (timedelta(0), "0 min"),
        (timedelta(hours=-1), "0 min"),
    ],
)
def test_ages_are_short_and_never_negative(passed: timedelta, said: str) -> None:
    assert since(NOON - passed, NOON) == said


def test_a_long_title_gives_way_so_that_the_digest_still_says_what_is_wrong() -> None:
    long = " ".join(["word"] * 9)
    world = snapshot(issue(1, title=long, flagged_since=NOON - 26 * HOUR))
    post = digest(world, signals(world), LAW)
    assert post is not None
    text = post.items[0].text
    assert len(text.split()) <= 16 and "…” has been blocked for" in text
