"""How soon to look again, by the levels of the constitution."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime, timedelta

import pytest

from models.ids import IssueKey
from models.proposals import Decided, Decision, Verdict
from models.pulls import PullRequest
from models.signals import Findings, Urgency
from models.work import Issue, Progress, Snapshot
from planner.detect import detect
from planner.hearers.urgency import next_look, urgency_of
from tests.planner.world import (
    BASE,
    DAY,
    HOUR,
    LAW,
    LONG_AGO,
    NOON,
    constitution,
    issue,
    pull_request,
    snapshot,
    sprint,
)

MINUTE = timedelta(minutes=1)
ENDS_FRIDAY = (sprint(end=datetime(2026, 11, 20, 22, tzinfo=UTC)),)
ENDS_TOMORROW = (sprint(end=datetime(2026, 11, 19, 22, tzinfo=UTC)),)


def done(part: int, of: int = 10) -> tuple[Issue, ...]:
    return tuple(issue(n, progress=Progress.DONE if n < part else Progress.DOING) for n in range(of))


HELD_UP = tuple(
    issue(n, flagged_since=datetime(2026, 11, 12, 14, tzinfo=UTC), blocked_by=("PAY-99",)) for n in range(3)
)


def pr(**changes: object) -> PullRequest:
    return pull_request(1, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("world", "level"),
    [
        (snapshot(issue(1)), Urgency.LOW),
        (snapshot(issue(1, priority="P0", labels=frozenset({"incident"}))), Urgency.CRITICAL),
        (snapshot(issue(1, priority="P0")), Urgency.LOW),  # any priority together with any label
        (snapshot(issue(1, labels=frozenset({"incident"}))), Urgency.LOW),
        (snapshot(issue(1, priority="P0", labels=frozenset({"incident"}), progress=Progress.DONE)), Urgency.LOW),
        (snapshot(*done(3), sprints=ENDS_TOMORROW), Urgency.CRITICAL),
        (snapshot(*done(5), sprints=ENDS_TOMORROW), Urgency.HIGH),
        (snapshot(*done(7), sprints=ENDS_TOMORROW), Urgency.LOW),
        (snapshot(*done(3), sprints=ENDS_FRIDAY), Urgency.HIGH),
        (snapshot(*HELD_UP), Urgency.CRITICAL),
        (snapshot(*HELD_UP[:2]), Urgency.HIGH),
        (snapshot(issue(1, flagged_since=NOON - 26 * HOUR)), Urgency.MEDIUM),
        (snapshot(prs=(pr(waiting_since=NOON - 23 * HOUR),)), Urgency.MEDIUM),
        (snapshot(prs=(pr(waiting_since=NOON - 25 * HOUR),)), Urgency.HIGH),
        (snapshot(prs=(pr(draft=True),)), Urgency.LOW),
        (snapshot(issue(1, None)), Urgency.MEDIUM),
        (snapshot(issue(1, None, progress=Progress.TODO)), Urgency.LOW),
    ],
)
def test_the_highest_level_that_holds_is_in_force(world: Snapshot, level: Urgency) -> None:
    assert urgency_of(detect(world, LAW).signals, world, LAW) is level


def held(until: datetime) -> Decided:
    return Decided(None, Decision(verdict=Verdict.DEFER, rule="hours", reason="", until=until))  # type: ignore[arg-type]


def test_the_next_look_is_the_earliest_of_interval_ripening_and_end_of_a_wait() -> None:
    nothing = Findings(())
    assert next_look(Urgency.LOW, nothing, (), LAW, NOON) == NOON + 6 * HOUR
    assert next_look(Urgency.CRITICAL, nothing, (), LAW, NOON) == NOON + 15 * MINUTE
    assert next_look(Urgency.LOW, Findings((), NOON + HOUR), (), LAW, NOON) == NOON + HOUR
    assert next_look(Urgency.LOW, nothing, (held(NOON + 2 * HOUR), held(NOON + DAY)), LAW, NOON) == NOON + 2 * HOUR


def test_a_look_is_never_planned_in_the_past() -> None:
    assert next_look(Urgency.LOW, Findings((), LONG_AGO), (held(LONG_AGO),), LAW, NOON) > NOON


@pytest.mark.parametrize(("priority", "level"), [("Critical", Urgency.HIGH), ("Medium", Urgency.MEDIUM)])
def test_a_rule_for_critical_reviews_looks_at_the_ticket_the_review_is_for(priority: str, level: Urgency) -> None:
    urgency = deepcopy(BASE["urgency"])
    urgency["high"]["rule"]["review_priorities"] = ["Highest", "Critical"]
    law = constitution(urgency=urgency)
    waiting = pr(waiting_since=NOON - 25 * HOUR, issues=(IssueKey("PAY-1"),))
    world = snapshot(issue(1, priority=priority), prs=(waiting,))
    assert urgency_of(detect(world, law).signals, world, law) is level
