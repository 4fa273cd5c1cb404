"""What people read: counted by code, short, and silent when there is nothing to say."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.signals import Signal
from models.work import Progress, Snapshot, SprintState
from planner.detect import detect
from planner.facts.observe import tally
from planner.reports.status import status
from planner.reports.summaries import digest, moves_of, work_of
from tests.planner.world import (
    DAY,
    HOUR,
    LAW,
    LONG_AGO,
    NOON,
    constitution,
    facts,
    issue,
    people,
    pull_request,
    snapshot,
    sprint,
)

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
    assert post.headline == (
        "Sprint 24: On track: 1 of 2 issues done, 6 working days left after today. Nothing needs anybody."
    )
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
    assert reply.headline == "5 of 18 points done, 6 working days left after today."
    assert reply.counts == (
        "1 of 4 issues done, 2 in progress, 1 not started",
        "1 blocked, 1 without an owner",
        "2 pull requests of the team wait for review, 1 too long",
    )
    assert [(row.key, row.owner, row.why) for row in reply.rows] == [
        ("api#7", "Ann", "waiting for review for 3 working days"),
        ("PAY-4", "not on the team", "blocked for 1 working day"),
        ("PAY-3", "nobody", "no owner for 3 working days"),
        ("api#8", "Ann", "waiting for review for 1 minute"),
    ]
    assert (reply.total, reply.more, reply.notes) == (4, 0, ())


def test_a_ticket_with_two_troubles_is_one_row() -> None:
    world = snapshot(issue(1, None, flagged_since=LONG_AGO))
    (row,) = status(world, world.sprints[0], signals(world), LAW).rows
    assert row.why == "blocked for 3 working days, no owner for 3 working days"


def test_rows_left_out_are_counted() -> None:
    world = snapshot(*(issue(n, None) for n in range(9)))
    reply = status(world, world.sprints[0], signals(world), LAW)
    assert (len(reply.rows), reply.more, reply.total) == (5, 4, 9)


@pytest.mark.parametrize(
    ("changes", "day", "headline"),
    [
        ({"state": SprintState.CLOSED}, "closed", "Closed: 0 of 1 issue done."),
        ({"state": SprintState.FUTURE}, "starts Mon 9 Nov 09:00", "Not started: 1 issue planned."),
        ({"end": None}, "running", "0 of 1 issue done."),
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
    assert "risk" not in status(early, ends_friday[0], signals(early), LAW).headline


def test_points_count_only_when_half_the_issues_have_them() -> None:
    assert tally([issue(1, points=5), issue(2)]).by_points
    assert not tally([issue(1, points=5), issue(2), issue(3)]).by_points
    assert tally([]).share == 1.0


def test_a_long_title_gives_way_so_that_the_digest_still_says_what_is_wrong() -> None:
    long = " ".join(["word"] * 11)
    world = snapshot(issue(1, title=long, flagged_since=NOON - 26 * HOUR))
    post = digest(world, signals(world), LAW)
    assert post is not None
    text = post.items[0].text
    assert len(text.split()) <= 18 and "…” has been blocked for" in text


def headline(done: int, of: int, now: datetime = NOON, **changes: Any) -> str:
    issues = [issue(n, progress=DONE if n < done else Progress.DOING) for n in range(of)]
    world = snapshot(*issues, sprints=(sprint(**changes),), now=now)
    return status(world, world.sprints[0], signals(world), LAW).headline


def test_on_track_is_said_only_when_as_much_is_done_as_time_has_passed() -> None:
    # 6 of its 13 working days are over at NOON: 47 of 100 are done in time, 46 are not.
    assert headline(47, 100) == "On track: 47 of 100 issues done, 6 working days left after today."
    assert headline(46, 100) == "46 of 100 issues done, 6 working days left after today."


@pytest.mark.parametrize("done", [46, 47])
def test_the_morning_and_the_evening_of_a_day_give_one_verdict(done: int) -> None:
    morning, evening = NOON - 2.5 * HOUR, NOON + 5.9 * HOUR
    assert headline(done, 100, morning) == headline(done, 100, NOON) == headline(done, 100, evening)


def test_before_its_first_working_day_is_over_nothing_is_late() -> None:
    assert headline(0, 100, datetime(2026, 11, 9, 15, tzinfo=UTC)).startswith("On track: 0 of 100")
    assert headline(0, 100, datetime(2026, 11, 10, 15, tzinfo=UTC)).startswith("0 of 100")


LAST_MORNING = datetime(2026, 11, 27, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("done", "now", "said"),
    [
        (70, LAST_MORNING, "Ends today: 70 of 100 issues done."),
        (100, LAST_MORNING, "Ends today: 100 of 100 issues done."),
        (50, LAST_MORNING, "At risk: 50 of 100 issues done, ends today."),
        (70, LAST_MORNING - 2 * DAY, "Not at this pace: 70 of 100 issues done, 1 working day left after today."),
        (70, LAST_MORNING + DAY, "Over its time: 70 of 100 issues done."),
        (100, LAST_MORNING + DAY, "All done: 100 of 100 issues done."),
    ],
)
def test_the_end_of_a_sprint_is_told_as_it_is(done: int, now: datetime, said: str) -> None:
    assert headline(done, 100, now) == said


def test_rows_list_what_the_counts_count() -> None:
    world = snapshot(
        issue(1, flagged_since=NOON - HOUR),
        issue(2, None, unassigned_since=NOON - HOUR / 60 * 10),
        issue(3, None, progress=DONE),
        issue(4, flagged_since=NOON, priority="P0", labels=frozenset({"incident"})),
        prs=(pull_request(7, waiting_since=NOON - 2 * HOUR), pull_request(8, draft=True), pull_request(9, reviews={})),
    )
    reply = status(world, world.sprints[0], signals(world), LAW)
    assert reply.counts[1:] == (
        "2 blocked, 1 without an owner",
        "2 pull requests of the team wait for review, 1 too long",
    )
    assert [(row.key, row.why) for row in reply.rows] == [
        ("PAY-4", "blocked for 1 minute"),
        ("api#9", "no reviewer for 3 working days"),
        ("api#7", "waiting for review for 2 working hours"),
        ("PAY-1", "blocked for 1 working hour"),
        ("PAY-2", "no owner for 10 minutes"),
    ]


def test_a_status_and_a_reminder_tell_one_age() -> None:
    world = snapshot(issue(1, flagged_since=NOON - 4 * DAY, blocked_by=("PAY-9",)))
    (row,) = status(world, world.sprints[0], signals(world), LAW).rows
    assert row.why == "blocked by PAY-9 for 2 working days"
    assert all(signal.headline.endswith(f"has been {row.why}") for signal in signals(world))


def test_nobody_counts_how_long_a_sprint_that_has_not_begun_lacks_an_owner() -> None:
    world = snapshot(issue(1, None), sprints=(sprint(state=SprintState.FUTURE),))
    (row,) = status(world, world.sprints[0], (), LAW).rows
    assert row.why == "no owner"


def test_a_digest_names_whose_move_it_is() -> None:
    world = snapshot(
        issue(1, flagged_since=NOON - 26 * HOUR),
        issue(2, None, flagged_since=NOON - 25 * HOUR, unassigned_since=NOON),
        prs=(pull_request(7, reviews={"ann": "waiting", "deb": "waiting", "bob": "waiting", "kai": "waiting"}),),
    )
    post = digest(world, signals(world), LAW)
    assert post is not None
    assert [item.text for item in post.items] == [
        "PR api#7 “Change 7” has waited for review for 3 working days: Ann and 2 more",
        "PAY-1 “Title 1” has been blocked for 1 working day: Ann",
        "PAY-2 “Title 2” has been blocked for 1 working day: needs an owner",
    ]
    unowned = digest(snapshot(issue(3, None)), signals(snapshot(issue(3, None))), LAW)
    assert unowned is not None
    text = "PAY-3 “Title 3” is “In Progress” and has had no owner for 3 working days: needs an owner"
    assert unowned.items[0].text == text


def test_a_digest_keeps_three_words_of_a_title_and_the_name() -> None:
    ticket = issue(1, flagged_since=NOON - 26 * HOUR, title="Use one ledger a b c d e f g", blocked_by=("A-1", "A-2"))
    post = digest(snapshot(ticket), signals(snapshot(ticket)), LAW)
    assert post is not None
    assert post.items[0].text == "PAY-1 “Use one ledger a b c…” has been blocked by A-1, A-2 for 1 working day: Ann"


def test_a_long_name_of_a_sprint_gives_way_to_where_it_stands() -> None:
    world = snapshot(issue(1), sprints=(sprint(name="The payments squad of the third quarter, sprint 24"),))
    post = digest(world, (), LAW)
    assert post is not None
    assert post.headline.endswith("…: 0 of 1 issue done, 6 working days left after today. Nothing needs anybody.")


def test_a_persons_moves_are_reviews_awaited_and_tickets_blocked() -> None:
    ann = people()["ann"]  # type: ignore[index]
    held = facts(
        issue(1, flagged_since=NOON - 26 * HOUR),
        issue(2),
        issue(3, status="Blocked", status_since=NOON - HOUR),
        issue(4, "bob", flagged_since=LONG_AGO),
        issue(5, flagged_since=LONG_AGO, progress=DONE),
        prs=(pull_request(7), pull_request(8, "ann", {"bob": "waiting"}), pull_request(9, draft=True)),
    )
    assert [(row.key, row.why) for row in moves_of(ann, held, LAW, NOON)] == [
        ("api#7", "waiting for your review for 3 working days"),
        ("PAY-1", "blocked for 1 working day"),
        ("PAY-3", "blocked for 1 working hour"),
    ]
    assert [(row.key, row.why) for row in work_of(ann, held, LAW, NOON)] == [
        ("PAY-1", "In Progress, blocked for 1 working day"),
        ("PAY-2", "In Progress for 1 working hour"),
        ("PAY-3", "blocked for 1 working hour"),
    ]
