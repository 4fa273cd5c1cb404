"""Blockers of several, stale work and due dates: found to the minute, told to whoever can move it, in their time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest

from models.directives import Directives
from models.ids import IssueKey
from models.pulls import Review, ReviewState
from models.signals import Findings, Signal, Urgency
from models.work import Absence, Issue, Progress
from planner.detect import detect
from planner.detect.blocker_of_several import blocker_of_several
from planner.detect.overdue_date import overdue_date
from planner.detect.stale_in_progress import stale_in_progress
from tests.planner.world import (
    BASE,
    DAY,
    HOUR,
    LONG_AGO,
    NOON,
    account,
    constitution,
    issue,
    line,
    people,
    pull_request,
    snapshot,
    sprint,
)

MINUTE = timedelta(minutes=1)
SINCE = NOON - 2 * DAY
"""Monday noon in New York: two working days before NOON."""


def law(rule: dict[str, Any], *escalation: dict[str, Any]) -> Directives:
    return constitution(objectives={"primary": [line("watched", rule)]}, escalation=[*BASE["escalation"], *escalation])


BLOCKER = law({"watch": "blocker_of_several", "more_than": 2, "after": "2 business days"})
STALE = law({"watch": "stale_in_progress", "after": "2 business days"})
OVERDUE = law({"watch": "overdue_date"})


def only(found: Findings) -> Signal:
    (signal,) = found.signals
    return signal


# --- blocker_of_several ---------------------------------------------------------------------------------------


def held_up(number: int = 3, **changes: Any) -> list[Issue]:
    waiting = {"progress": Progress.TODO, "blocked_by": (IssueKey("PAY-9"),)} | changes
    return [issue(n, "bob", **waiting) for n in range(1, number + 1)]


NINE = issue(9, "ann", status_since=SINCE)


def test_a_blocker_of_several_is_found_to_the_minute() -> None:
    assert blocker_of_several(snapshot(*held_up(), NINE, now=NOON - MINUTE), BLOCKER) == Findings((), NOON)
    signal = only(blocker_of_several(snapshot(*held_up(), NINE), BLOCKER))
    assert (signal.subject, signal.addressee, signal.since, signal.rule) == ("PAY-9", "ann", SINCE, "watched")
    assert signal.headline == "PAY-9 “Title 9” holds up 3 tickets and has not moved for 2 working days"
    assert "Held up: PAY-1, PAY-2, PAY-3" in [fact.text for fact in signal.evidence]


@pytest.mark.parametrize(
    "issues",
    [
        [*held_up(2), NINE],
        [*held_up(), replace(NINE, progress=Progress.DONE)],
        [*held_up(), replace(NINE, status="On hold")],
        [*held_up(labels=frozenset({"parked"})), NINE],
        [*held_up(progress=Progress.DONE), NINE],
        held_up(),  # what we do not hold may move every day
    ],
)
def test_too_few_or_what_waits_on_purpose_is_no_blocker(issues: list[Issue]) -> None:
    assert blocker_of_several(snapshot(*issues), BLOCKER) == Findings(())


def test_a_blocker_of_another_sprint_counts_as_well() -> None:
    stray = replace(NINE, sprint=None)
    assert only(blocker_of_several(snapshot(*held_up(), strays=(stray,)), BLOCKER)).addressee == "ann"


def test_work_on_a_blocker_begins_another_episode() -> None:
    pushed = pull_request(1, "ann", issues=("PAY-9",), opened=LONG_AGO, pushed_at=NOON - DAY)
    assert blocker_of_several(snapshot(*held_up(), NINE, prs=(pushed,)), BLOCKER).signals == ()
    later = snapshot(*held_up(), NINE, prs=(pushed,), now=NOON + DAY)
    first = only(blocker_of_several(snapshot(*held_up(), NINE), BLOCKER))
    again = only(blocker_of_several(later, BLOCKER))
    assert again.since == NOON - DAY and again.id != first.id


def test_a_comment_is_no_progress_and_one_more_that_waits_no_new_episode() -> None:
    first = only(blocker_of_several(snapshot(*held_up(), NINE), BLOCKER))
    talked = replace(NINE, updated=NOON)
    assert only(blocker_of_several(snapshot(*held_up(4), talked), BLOCKER)).id == first.id


def test_nothing_waited_for_it_before_the_sprint_began() -> None:
    old, fresh = replace(NINE, status_since=LONG_AGO), (sprint(start=NOON - DAY),)
    assert blocker_of_several(snapshot(*held_up(), old, sprints=fresh), BLOCKER).ripens == NOON + DAY


def test_whose_move_the_blocker_is_hears_however_long_the_chain() -> None:
    behind = replace(NINE, blocked_by=(IssueKey("PAY-8"),))
    eight = issue(8, "kai", status_since=SINCE)
    assert only(blocker_of_several(snapshot(*held_up(), behind, eight), BLOCKER)).addressee == "kai"
    away = snapshot(*held_up(), NINE, who=people(ann=Absence(reason="vacation")))
    assert only(blocker_of_several(away, BLOCKER)).addressee == "pat"


def test_a_wide_blocker_becomes_critical_when_the_urgency_rules_say_so() -> None:
    found = [
        only(blocker_of_several(snapshot(*held_up(n), NINE, now=NOON + later), BLOCKER)).urgency
        for n, later in ((3, timedelta()), (3, DAY), (4, DAY))
    ]
    assert found == [Urgency.HIGH, Urgency.CRITICAL, Urgency.CRITICAL]


def test_a_blocker_that_goes_on_climbs_its_ladder() -> None:
    further = line("up", {"escalate": "blocker_of_several", "after": "3 business days", "to": "leadership"})
    rule = {"watch": "blocker_of_several", "more_than": 2, "after": "2 business days"}
    found = blocker_of_several(snapshot(*held_up(), NINE, now=NOON + DAY), law(rule, further))
    assert [(s.step, s.addressee, s.rule) for s in found.signals] == [(0, "ann", "watched"), (1, None, "up")]


# --- stale_in_progress ----------------------------------------------------------------------------------------

QUIET = issue(1, "ann", status_since=LONG_AGO, updated=SINCE)


def test_work_without_a_sign_of_life_is_found_to_the_minute() -> None:
    assert stale_in_progress(snapshot(QUIET, now=NOON - MINUTE), STALE) == Findings((), NOON)
    signal = only(stale_in_progress(snapshot(QUIET), STALE))
    assert (signal.subject, signal.addressee, signal.since) == ("PAY-1", "ann", SINCE)
    assert signal.headline.endswith("is “In Progress” and has shown no sign of life for 2 working days")


@pytest.mark.parametrize(
    "world",
    [
        snapshot(replace(QUIET, updated=NOON - HOUR)),
        snapshot(replace(QUIET, status_since=NOON - HOUR)),
        snapshot(QUIET, prs=(pull_request(1, "ann", {}, issues=("PAY-1",), draft=True, opened=NOON - HOUR),)),
        snapshot(QUIET, prs=(pull_request(1, "ann", {}, issues=("PAY-1",), draft=True, pushed_at=NOON - HOUR),)),
        snapshot(replace(QUIET, progress=Progress.TODO)),
        snapshot(replace(QUIET, progress=Progress.DONE)),
        snapshot(replace(QUIET, status="On hold")),
        snapshot(replace(QUIET, flagged_since=LONG_AGO)),
        snapshot(replace(QUIET, blocked_by=(IssueKey("PAY-77"),))),
        snapshot(replace(QUIET, blocked_by=(IssueKey("PAY-8"),)), issue(8, "kai")),
        snapshot(replace(QUIET, assignee=None, unassigned_since=LONG_AGO)),
        snapshot(QUIET, who=people(ann=Absence(reason="vacation"))),
        snapshot(QUIET, sprints=(sprint(25),)),
    ],
)
def test_a_sign_of_life_or_somebody_elses_move_is_not_stale(world: Any) -> None:
    assert not stale_in_progress(world, STALE).signals


@pytest.mark.parametrize("seed", range(30))
def test_of_many_tickets_each_is_found_and_waited_for_as_if_it_were_the_only_one(seed: int) -> None:
    """One owner's are looked at from the longest unchanged on, and not to the last."""
    dice = Random(seed)
    tickets = [_touched(number, dice) for number in range(1, 13)]
    pulls = tuple(
        pull_request(number, "ann", dice.choice(({}, {"bob": "approved"}, {"bob": "waiting"})), issues=(one.key,))
        for number, one in enumerate(dice.sample(tickets, 4), 1)
    )
    pulls = tuple(replace(pr, opened=NOON - dice.randrange(90) * HOUR) for pr in pulls)
    settled = tuple(replace(pr, state="MERGED", settled_at=NOON - HOUR) for pr in pulls[:1])
    seen = {"prs": pulls[1:], "settled": settled, "who": people(bob=Absence(reason="ill"))}
    found = stale_in_progress(snapshot(*tickets, **seen), STALE_TWICE)
    alone = [stale_in_progress(snapshot(ticket, **seen), STALE_TWICE) for ticket in tickets]
    assert set(found.signals) == {signal for each in alone for signal in each.signals}
    assert len(found.signals) == sum(len(each.signals) for each in alone)
    assert found.ripens == min((each.ripens for each in alone if each.ripens), default=None)


STALE_TWICE = law(
    {"watch": "stale_in_progress", "after": "2 business days"},
    line("further", {"escalate": "stale_in_progress", "after": "4 business days", "to": "pm"}),
)


def _touched(number: int, dice: Random) -> Issue:
    at = NOON - dice.randrange(200) * HOUR
    owner, parked = dice.choice(("ann", "ann", "ann", "bob", "stranger", None)), dice.random() < 0.2
    state = "On hold" if parked else "In Progress"
    return issue(
        number, owner, status=state, status_since=at, updated=at, flagged_since=at if number % 7 == 0 else None
    )


@pytest.mark.parametrize(
    ("reviews", "stale"),
    [
        ({"bob": "waiting"}, False),  # the reviewer's
        ({"bob": "changes_requested"}, False),  # that has a word of its own
        ({"bob": "approved"}, True),  # approved and never merged
    ],
)
def test_a_ticket_in_review_is_the_reviewers(reviews: dict[str, str], stale: bool) -> None:
    said = tuple(Review(reviewer=account(w), state=ReviewState(s), at=SINCE) for w, s in reviews.items())  # type: ignore[arg-type]
    pr = pull_request(1, "ann", issues=("PAY-1",), opened=LONG_AGO)
    found = stale_in_progress(snapshot(QUIET, prs=(replace(pr, reviews=said),)), STALE)
    assert bool(found.signals) is stale


def test_what_a_merge_left_behind_is_told_by_its_own_line() -> None:
    merged = pull_request(1, "ann", {}, state="MERGED", issues=("PAY-1",), opened=LONG_AGO, settled_at=SINCE)
    world = snapshot(QUIET, settled=(merged,))
    lines = [
        line(n, {"watch": n.replace("-", "_"), "after": "1 hour"}) for n in ("stale-in-progress", "merged-but-open")
    ]
    assert stale_in_progress(world, STALE).signals
    assert not stale_in_progress(world, constitution(objectives={"primary": lines})).signals


def test_the_same_silence_has_one_name_and_a_comment_ends_it() -> None:
    first = only(stale_in_progress(snapshot(QUIET), STALE))
    renamed = replace(QUIET, title="Renamed", points=8)
    assert only(stale_in_progress(snapshot(renamed, now=NOON + HOUR), STALE)).id == first.id
    commented = replace(QUIET, updated=NOON)
    assert only(stale_in_progress(snapshot(commented, now=NOON + 2 * DAY), STALE)).id != first.id


# --- overdue_date ---------------------------------------------------------------------------------------------

DUE = date(2026, 11, 17)
OVER_IN_NEW_YORK = datetime(2026, 11, 18, 5, tzinfo=UTC)
OVER_IN_TOKYO = datetime(2026, 11, 17, 15, tzinfo=UTC)


def test_a_due_day_that_is_over_is_one_matter_whoever_owns_it_by_then_and_wherever() -> None:
    in_tokyo, in_new_york = (overdue_date(snapshot(issue(1, who, due=DUE)), OVERDUE) for who in ("kai", "ann"))
    assert only(in_tokyo).id == only(in_new_york).id


@pytest.mark.parametrize(
    ("owner", "over"), [("ann", OVER_IN_NEW_YORK), ("kai", OVER_IN_TOKYO), (None, OVER_IN_NEW_YORK)]
)
def test_a_due_day_is_over_at_midnight_where_the_owner_lives(owner: str | None, over: datetime) -> None:
    ticket = issue(1, owner, due=DUE)
    assert overdue_date(snapshot(ticket, now=over - MINUTE), OVERDUE) == Findings((), over)
    signal = only(overdue_date(snapshot(ticket, now=over), OVERDUE))
    assert signal.addressee == (owner or "pat")
    assert signal.headline == "PAY-1 “Title 1” was due on Tue 17 Nov and is not done"


@pytest.mark.parametrize(
    "changes",
    [{"progress": Progress.DONE}, {"status": "Deferred"}, {"due": None}, {"due": date.max}, {"due": date.min}],
)
def test_what_is_done_parked_or_never_due_is_not_overdue(changes: dict[str, Any]) -> None:
    assert overdue_date(snapshot(issue(1, "kai", **({"due": DUE} | changes))), OVERDUE) == Findings(())


def test_a_date_of_long_ago_is_still_overdue() -> None:
    assert only(overdue_date(snapshot(issue(1, due=date(1970, 1, 1))), OVERDUE)).headline.endswith(
        "1970 and is not done"
    )


def test_days_of_grace_are_the_lines_own() -> None:
    patient = law({"watch": "overdue_date", "after": "1 business day"})
    ticket = issue(1, due=DUE)
    assert overdue_date(snapshot(ticket), patient).ripens == datetime(2026, 11, 18, 23, tzinfo=UTC)


def test_another_due_date_is_another_episode() -> None:
    first = only(overdue_date(snapshot(issue(1, due=DUE)), OVERDUE))
    put_off = snapshot(issue(1, due=date(2026, 11, 18)), now=NOON + DAY)
    assert overdue_date(snapshot(issue(1, due=date(2026, 11, 18))), OVERDUE).signals == ()
    assert only(overdue_date(put_off, OVERDUE)).id != first.id


def test_what_is_overdue_in_review_is_the_reviewers_move() -> None:
    pr = pull_request(1, "ann", {"bob": "waiting"}, issues=("PAY-1",))
    assert only(overdue_date(snapshot(issue(1, due=DUE), prs=(pr,)), OVERDUE)).addressee == "bob"


# --- in whose time --------------------------------------------------------------------------------------------


def test_dates_are_told_in_the_time_of_whoever_hears() -> None:
    """Kai's block is counted in Tokyo and told to Kai; further up Tess hears it, in New York's time."""
    rule = {"watch": "blocked_too_long", "after": "1 business day"}
    further = line("up", {"escalate": "blocked_too_long", "after": "2 business days", "to": "tech_lead"})
    blocked = issue(1, "kai", flagged_since=datetime(2026, 11, 16, 3, tzinfo=UTC))
    directives = constitution(objectives={"primary": [line("watched", rule)]}, escalation=[further])
    told = {s.addressee: s.evidence[0].text for s in detect(snapshot(blocked), directives).signals}
    assert told == {"kai": "Flagged since Mon 16 Nov 12:00", "tess": "Flagged since Sun 15 Nov 22:00"}


def test_a_line_may_name_the_role_that_hears() -> None:
    rule = {"watch": "stale_in_progress", "after": "2 business days", "tell": "tech_lead"}
    assert only(stale_in_progress(snapshot(QUIET), law(rule))).addressee == "tess"
