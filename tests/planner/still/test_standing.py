"""A message that was sent says what has come of it: what is over and why, what is somebody else's, what changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from models.actions import Escalate, RemindPerson
from models.ids import EffectId, PersonId, SprintId
from models.standing import Living, Over, Standing
from models.work import Absence, Progress, SprintState
from planner.detect import detect
from planner.reasoning import escalate, reminder
from planner.still.factcheck import Ground
from planner.still.standing import stood
from tests.planner.world import (
    DAY,
    HOUR,
    LAW,
    LONG_AGO,
    NOON,
    issue,
    people,
    pull_request,
    snapshot,
    sprint,
)

ANN = PersonId("ann")
BLOCKED = issue(1, flagged_since=LONG_AGO)
REVIEW = pull_request(7)


def ground(*issues: Any, law: Any = LAW, **seen: Any) -> Ground:
    return Ground.of(snapshot(*issues, **seen), law)


def reminded(*issues: Any, **seen: Any) -> Living:
    """A reminder to Ann about everything of hers that is found."""
    found = detect(snapshot(*issues, **seen), LAW).signals
    action = reminder(ANN, [s for s in found if s.addressee == ANN and s.step == 0], LAW).action
    assert isinstance(action, RemindPerson)
    return Living(effect=EffectId("e"), action=action, at=NOON - HOUR)


def escalated(*issues: Any) -> Living:
    signal = next(s for s in detect(snapshot(*issues), LAW).signals if s.step == 1)
    action = escalate(signal, "leadership", LAW).action
    assert isinstance(action, Escalate)
    return Living(effect=EffectId("e"), action=action, at=NOON - HOUR)


def words(living: Living, now: Ground) -> list[str]:
    return [over.words for each in stood([living], now) for over in each.standing.over.values()]


def test_while_it_goes_on_nothing_is_drawn_again() -> None:
    assert stood([reminded(BLOCKED)], ground(BLOCKED)) == ()
    assert stood([reminded(BLOCKED)], ground(BLOCKED, now=NOON + DAY)) == (), "that time passes is no change"


ENDS = {
    "the flag is off": (issue(1), "PAY-1 is not blocked any more"),
    "it is done": (issue(1, status="Done", progress=Progress.DONE), "PAY-1 is done"),
    "it left the sprint": (replace(BLOCKED, sprint=SprintId(99)), "PAY-1 is in no running sprint any more"),
    "it waits on purpose": (replace(BLOCKED, labels=frozenset({"parked"})), "PAY-1 needs nothing of you now"),
    "it is another's": (replace(BLOCKED, assignee="acc-bob"), "PAY-1 is somebody else's by now"),
}


@pytest.mark.parametrize("how", ENDS)
def test_what_is_over_is_said_as_it_is_now(how: str) -> None:
    now, expected = ENDS[how]
    held = snapshot(now)
    if now.sprint != SprintId(24):
        held = replace(held, issues=(), strays=(now,))
    assert words(reminded(BLOCKED), Ground.of(held, LAW)) == [expected]


def test_a_merged_pull_request_is_told_as_merged() -> None:
    living = reminded(prs=(REVIEW,))
    merged = replace(snapshot(), settled=(replace(REVIEW, state="MERGED"),))
    assert words(living, Ground.of(merged, LAW)) == ["PR api#7 is merged"]


def test_of_several_only_what_is_over_is_marked_with_the_moment_it_was_seen() -> None:
    other = issue(2, flagged_since=LONG_AGO)
    [now] = stood([reminded(BLOCKED, other)], ground(issue(1), other))
    assert [(over.at, over.words) for over in now.standing.over.values()] == [(NOON, "PAY-1 is not blocked any more")]
    assert not now.is_over
    later = ground(issue(1), other, now=NOON + HOUR)
    assert stood([now], later) == (), "the moment stays"


def test_what_is_the_readers_again_is_open_again() -> None:
    away = people(ann=Absence(reason="vacation", until=NOON + 9 * DAY))
    [gone] = stood([reminded(BLOCKED)], ground(BLOCKED, who=away))
    assert gone.is_over
    [back] = stood([gone], ground(BLOCKED))
    assert not back.standing.over


def test_a_post_is_told_anew_when_its_facts_change_and_not_when_time_passes() -> None:
    post = escalated(BLOCKED)
    assert stood([post], ground(BLOCKED, now=NOON + DAY)) == ()
    given = replace(BLOCKED, assignee="acc-bob")
    [now] = stood([post], ground(given))
    assert now.standing.facts[-1] == "Assignee: Bob" and not now.is_over
    assert "PAY-1" in now.standing.headline
    assert stood([now], ground(given)) == ()


def test_a_post_whose_matter_is_over_says_so() -> None:
    assert words(escalated(BLOCKED), ground(issue(1))) == ["PAY-1 is not blocked any more"]


def test_a_sprint_that_has_ended_ends_what_was_told_of_it() -> None:
    closed = (sprint(state=SprintState.CLOSED),)
    assert words(reminded(BLOCKED), ground(BLOCKED, sprints=closed)) == ["PAY-1 is in no running sprint any more"]


def test_what_somebody_waited_for_is_never_over() -> None:
    item = replace(reminded(BLOCKED).action.items[0], kind="woken", subject="PAY-77")  # type: ignore[union-attr]
    told = Living(effect=EffectId("e"), action=RemindPerson(person=ANN, items=(item,)), at=NOON)
    assert stood([told], ground()) == ()


def test_a_standing_that_was_kept_is_compared_with_what_is_now() -> None:
    living = reminded(BLOCKED)
    known = replace(living, standing=Standing(over={living.signals[0]: Over(LONG_AGO, "PAY-1 is done")}))
    assert stood([known], ground(issue(1))) == ()
