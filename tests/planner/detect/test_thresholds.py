"""Conditions are found exactly when the constitution says, and every look says when the next would be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from models.signals import Signal, SignalKind, Urgency
from models.work import Progress, Snapshot, SprintState
from planner.detect import detect
from tests.planner.everything import IN_THE_REPOSITORY, everything
from tests.planner.world import (
    BASE,
    DAY,
    HOUR,
    LAW,
    LONG_AGO,
    NOON,
    constitution,
    issue,
    line,
    pull_request,
    snapshot,
    sprint,
)

MINUTE = timedelta(minutes=1)
FLAGGED_AT = NOON - 2 * HOUR


def kinds(world: Snapshot) -> list[tuple[SignalKind, int]]:
    return [(s.kind, s.step) for s in detect(world, LAW).signals]


def only(world: Snapshot) -> Signal:
    (signal,) = detect(world, LAW).signals
    return signal


def test_a_quiet_team_has_no_signals_and_nothing_ripens() -> None:
    found = detect(snapshot(issue(1), issue(2, progress=Progress.DONE), sprints=(sprint(end=None),)), LAW)
    assert found.signals == () and found.ripens is None


def test_a_blocker_ripens_to_the_minute_and_climbs() -> None:
    ticket = issue(1, flagged_since=FLAGGED_AT)
    after_one, after_two = FLAGGED_AT + DAY, FLAGGED_AT + 2 * DAY  # business days, mid-week
    assert detect(snapshot(ticket), LAW).ripens == after_one
    assert kinds(snapshot(ticket, now=after_one - MINUTE)) == []
    assert kinds(snapshot(ticket, now=after_one)) == [(SignalKind.BLOCKED_TOO_LONG, 0)]
    assert detect(snapshot(ticket, now=after_one), LAW).ripens == after_two
    assert [step for _, step in kinds(snapshot(ticket, now=after_two))] == [0, 1]


def test_an_episode_keeps_its_name_and_a_new_one_gets_another() -> None:
    first = only(snapshot(issue(1, flagged_since=NOON - 26 * HOUR)))
    later = only(snapshot(issue(1, flagged_since=NOON - 26 * HOUR, title="Renamed"), now=NOON + HOUR))
    again = only(snapshot(issue(1, flagged_since=NOON - 25 * HOUR)))
    assert first.id == later.id != again.id


def test_a_flag_set_later_does_not_begin_a_new_episode() -> None:
    blocked = issue(1, status="Blocked", status_since=NOON - 26 * HOUR)
    flagged_too = issue(1, status="Blocked", status_since=NOON - 26 * HOUR, flagged_since=NOON - HOUR)
    assert only(snapshot(blocked)).id == only(snapshot(flagged_too)).id


def test_time_is_counted_where_the_watched_person_works() -> None:
    since = NOON - 26 * HOUR  # Tuesday 10:00 in New York, midnight in Tokyo
    evening_in_tokyo = datetime(2026, 11, 18, 9, tzinfo=UTC)
    assert kinds(snapshot(issue(1, "kai", flagged_since=since), now=evening_in_tokyo - MINUTE)) == []
    assert only(snapshot(issue(1, "kai", flagged_since=since), now=evening_in_tokyo)).addressee == "kai"
    assert kinds(snapshot(issue(1, "ann", flagged_since=since), now=evening_in_tokyo)) == []


def test_a_ticket_from_the_backlog_is_unowned_since_the_sprint_began() -> None:
    began = NOON - 10 * MINUTE
    fresh = (sprint(start=began),)
    ticket = issue(1, None, unassigned_since=LONG_AGO)
    found = detect(snapshot(ticket, sprints=fresh), LAW)
    assert found.signals == () and found.ripens == began + 15 * MINUTE
    assert only(snapshot(ticket, sprints=fresh, now=began + 15 * MINUTE)).since == began


def test_what_ends_a_block_is_said_as_jira_has_it() -> None:
    blocked = {"status": "Blocked", "status_since": NOON - 26 * HOUR}
    assert only(snapshot(issue(1, flagged_since=NOON - 26 * HOUR))).remedy == "take the flag off in Jira"
    assert only(snapshot(issue(1, **blocked))).remedy == "move it on in Jira"
    both = issue(1, **blocked, flagged_since=NOON - 25 * HOUR)
    assert only(snapshot(both)).remedy == "take the flag off and move it on in Jira"


def test_one_open_review_is_told_in_the_singular() -> None:
    def told(**reviews: str) -> str:
        return only(snapshot(prs=(pull_request(1, reviews=reviews),))).evidence[1].text

    assert told(ann="waiting") == "1 of 1 review is open"
    assert told(ann="waiting", bob="waiting") == "1 of 2 reviews is open"  # nobody reviews their own


def test_nobody_reads_a_watch_that_is_not_in_the_constitution() -> None:
    silent = constitution(objectives={"primary": [line("wish")]}, escalation=[])
    world = snapshot(issue(1, flagged_since=LONG_AGO), issue(2, None), prs=(pull_request(1),))
    assert detect(world, silent).signals == ()


# --- sprint at risk: 2 working days before the end, less than 60 % done ----------------------------------------

END = datetime(2026, 11, 20, 22, tzinfo=UTC)  # Friday 17:00 in New York
WEDNESDAY_MORNING = datetime(2026, 11, 18, 14, tzinfo=UTC)
HALF_DONE = (issue(1, progress=Progress.DONE, points=5), issue(2, points=5))


def ending(now: datetime, *issues: object, **changes: object) -> Snapshot:
    return snapshot(*(issues or HALF_DONE), now=now, sprints=(sprint(end=END, **changes),))  # type: ignore[arg-type]


def test_a_sprint_is_at_risk_from_the_morning_the_constitution_names() -> None:
    before = detect(ending(WEDNESDAY_MORNING - MINUTE), LAW)
    assert before.signals == () and before.ripens == WEDNESDAY_MORNING
    signal = only(ending(WEDNESDAY_MORNING))
    assert (signal.kind, signal.since, signal.addressee) == (SignalKind.SPRINT_AT_RISK, WEDNESDAY_MORNING, "pat")
    assert "5 of 10 points done, 2 working days left" in signal.headline


def test_an_early_sprint_is_never_amber() -> None:
    for days in range(3, 9):
        assert detect(ending(WEDNESDAY_MORNING - days * DAY, issue(1)), LAW).signals == ()


def test_enough_done_is_no_risk() -> None:
    assert detect(ending(NOON, issue(1, progress=Progress.DONE, points=6), issue(2, points=4)), LAW).signals == ()


def test_a_closed_or_empty_sprint_is_no_risk() -> None:
    assert detect(ending(NOON, *HALF_DONE, state=SprintState.CLOSED), LAW).signals == ()
    assert detect(snapshot(now=NOON, sprints=(sprint(end=END),)), LAW).signals == ()


def test_every_running_sprint_is_watched_by_its_own_issues() -> None:
    other = issue(3, sprint=25, progress=Progress.DONE)
    both = (sprint(24, end=END), sprint(25, end=END))
    (signal,) = detect(snapshot(*HALF_DONE, other, sprints=both), LAW).signals
    assert signal.subject == "sprint:24"


def test_an_escalated_sprint_is_told_once_and_further_up() -> None:
    further = line("to-boss", {"escalate": "sprint_at_risk", "days_before_end": 1, "to": "leadership"})
    law = constitution(escalation=[*BASE["escalation"], further])
    (wednesday,) = detect(ending(WEDNESDAY_MORNING), law).signals
    (thursday,) = detect(ending(WEDNESDAY_MORNING + DAY), law).signals
    assert (wednesday.step, wednesday.addressee) == (0, "pat")
    assert (thursday.step, thursday.addressee, thursday.rule) == (1, None, "to-boss")


def test_the_most_urgent_comes_first() -> None:
    calm = issue(1, flagged_since=NOON - 26 * HOUR)
    fire = issue(2, flagged_since=NOON - 25 * HOUR, priority="p0", labels=frozenset({"Incident"}))
    signals = detect(snapshot(calm, fire), LAW).signals
    assert [(s.subject, s.urgency) for s in signals] == [("PAY-2", Urgency.CRITICAL), ("PAY-1", Urgency.MEDIUM)]


def test_the_constitution_in_the_repository_finds_every_kind() -> None:
    signals = detect(everything(), IN_THE_REPOSITORY).signals
    assert {signal.kind for signal in signals} == set(SignalKind)
