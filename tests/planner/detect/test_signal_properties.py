"""What holds of every signal in whatever world: not to somebody away, not of parked or done work, always the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from models.actions import RemindPerson
from models.directives import Directives
from models.ids import IssueKey, PersonId, SprintId
from models.signals import SignalKind
from models.work import Absence, Issue, Person, Progress, Snapshot
from planner.detect import detect
from planner.hearers.escalation import heard_by
from planner.hearers.moves import is_away, is_parked
from planner.reasoning import reminder
from planner.still.factcheck import Ground, ended
from tests.planner.everything import IN_THE_REPOSITORY, everything
from tests.planner.world import DAY, HOUR, NOON, constitution, issue, line, people, pull_request, snapshot, sprint

LINES: list[dict[str, Any]] = [
    {"watch": "blocked_too_long", "after": "1 business day"},
    {"watch": "blocker_of_several", "more_than": 1, "after": "1 business day"},
    {"watch": "stale_in_progress", "after": "1 business day"},
    {"watch": "overdue_date"},
    {"watch": "nobody_assigned", "after": "15 business minutes"},
    {"watch": "sprint_at_risk", "days_before_end": 3, "done_below": "60%"},
    {"watch": "sprint_critical", "days_before_end": 1, "done_below": "40%"},
    {"watch": "scope_changed", "more_than": 1},
    {"watch": "person_overloaded", "more_than": 2},
    {"watch": "person_away", "after": "1 business day"},
]
MINE = {SignalKind(str(each["watch"])) for each in LINES}
UP = [
    line(f"up-{n}", {"escalate": each["watch"], "after": "2 business days", "to": "tech_lead"})
    for n, each in enumerate(LINES)
    if "sprint" not in str(each["watch"])
]
LAW: Directives = constitution(
    objectives={"primary": [line(f"line-{n}", each) for n, each in enumerate(LINES)]}, escalation=UP
)

PEOPLE = ("pat", "deb", "tess", "ann", "bob", "kai", None, "stranger")
HOURS = st.integers(-240, 240).map(lambda hours: hours * HOUR)
PAST = st.integers(0, 400).map(lambda hours: NOON - hours * HOUR)


@st.composite
def tickets(draw: Any) -> tuple[Issue, ...]:
    def one(number: int) -> Issue:
        since = draw(PAST)
        return issue(
            number,
            draw(st.sampled_from(PEOPLE)),
            progress=draw(st.sampled_from(Progress)),
            status=draw(st.sampled_from(("In Progress", "Blocked", "On hold", "To Do"))),
            status_since=since,
            progress_since=draw(st.sampled_from((None, since))),
            updated=draw(PAST),
            due=draw(st.none() | st.integers(-9, 3).map(lambda days: date(2026, 11, 18) + timedelta(days))),
            flagged_since=draw(st.none() | PAST),
            sprint_since=draw(st.none() | PAST),
            blocked_by=tuple(IssueKey(f"PAY-{n}") for n in draw(st.sets(st.integers(1, 9), max_size=2))),
            sprint=draw(st.sampled_from((SprintId(24), SprintId(24), SprintId(25), None))),
            points=draw(st.sampled_from((None, 3.0))),
        )

    return tuple(one(number) for number in range(1, draw(st.integers(1, 8))))


@st.composite
def worlds(draw: Any) -> Snapshot:
    def absence() -> Absence | None:
        until, since = draw(st.none() | HOURS), draw(st.none() | PAST)
        return Absence(reason="away", until=NOON + until if until is not None else None, since=since)

    absent = {name: absence() for name in draw(st.sets(st.sampled_from(PEOPLE[:6]), max_size=3))}
    pulls = tuple(
        pull_request(n, draw(st.sampled_from(PEOPLE)), {"ann": "waiting"}, issues=(f"PAY-{n}",), pushed_at=draw(PAST))
        for n in range(draw(st.integers(0, 3)))
    )
    end = NOON + draw(st.integers(-20, 200)) * HOUR
    held = draw(tickets())
    inside, outside = [i for i in held if i.sprint == 24], [i for i in held if i.sprint != 24]
    who: dict[PersonId, Person] = people(**{name: away for name, away in absent.items() if away})
    return snapshot(*inside, prs=pulls, sprints=(sprint(end=end),), who=who, strays=tuple(outside))


@settings(max_examples=120, deadline=None)
@given(worlds())
def test_a_signal_never_addresses_somebody_who_is_away(world: Snapshot) -> None:
    for signal in (s for s in detect(world, LAW).signals if s.addressee is not None):
        known = world.people.get(signal.addressee)
        assert known is None or not is_away(known, world.now), signal


@settings(max_examples=120, deadline=None)
@given(worlds())
def test_parked_or_done_work_is_never_a_signal(world: Snapshot) -> None:
    team = LAW.teams[0]
    for signal in detect(world, LAW).signals:
        ticket = world.ticket(IssueKey(signal.subject))
        assert signal.kind in MINE
        assert ticket is None or (ticket.progress is not Progress.DONE and not is_parked(ticket, team)), signal


@settings(max_examples=100, deadline=None)
@given(worlds())
def test_equal_snapshots_give_equal_signals_and_each_its_own_name(world: Snapshot) -> None:
    same = replace(world, issues=tuple(reversed(world.issues)), pull_requests=tuple(reversed(world.pull_requests)))
    found = detect(world, LAW)
    assert detect(replace(world), LAW) == found
    assert {s.id for s in detect(same, LAW).signals} == {s.id for s in found.signals}
    heard = [(s.id, heard_by(s, world, LAW)) for s in found.signals]
    assert len(set(heard)) == len(heard), "nobody is told of one episode twice"


@settings(max_examples=100, deadline=None)
@given(worlds())
def test_nothing_ripens_in_the_past_and_nothing_unfound_becomes_a_signal_before_it_ripens(world: Snapshot) -> None:
    found = detect(world, LAW)
    assert found.ripens is None or found.ripens > world.now
    if found.ripens is not None:
        before = replace(world, now=found.ripens - timedelta(seconds=1))
        new = {s.id for s in detect(before, LAW).signals} - {s.id for s in found.signals}
        ends = [p.absent.until for p in world.people.values() if p.absent and p.absent.until]
        assert not new or any(world.now < end and end - DAY <= before.now for end in ends), (
            "only somebody's return may add one"
        )


def test_every_word_told_is_on_one_line_and_every_fact_has_words() -> None:
    for signal in detect(everything(), IN_THE_REPOSITORY).signals:
        for text in (signal.headline, *(fact.text for fact in signal.evidence)):
            assert text.strip() and "\n" not in text and "None" not in text, (signal.kind, text)
        assert signal.since <= NOON and signal.rule


def test_what_is_over_is_said_in_words_for_every_kind() -> None:
    world = everything()
    nothing = Ground.of(
        replace(world, issues=(), pull_requests=(), settled=(), strays=(), doubts=()), IN_THE_REPOSITORY
    )
    for signal in detect(world, IN_THE_REPOSITORY).signals:
        told = reminder(PersonId("pat"), [signal], IN_THE_REPOSITORY).action
        assert isinstance(told, RemindPerson)
        words = ended(told, nothing)[signal.id]
        assert words.rpartition(" ")[0] and ":" not in words, (signal.kind, words)
