"""Every report says the same number of tickets, without their parts; past its end nothing is foretold of a sprint."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from models.directives import Directives
from models.events import Reason, Trigger
from models.forecasts import Odds
from models.ids import SprintId
from models.work import Facts, Progress, Snapshot
from planner.detect.scope_changed import scope_changed
from planner.detect.sprint_at_risk import sprint_at_risk
from planner.facts.observe import observe, tally
from planner.foresight.outlook import Lore, outlook
from planner.reports.everything import everything
from planner.reports.forecast import foresight
from planner.reports.how import how
from planner.reports.pace import left, pace_of
from planner.reports.standing import headline
from planner.reports.status import status
from tests.planner.foresight.lore import BEFORE, MIXED, TODO, past, running
from tests.planner.world import DAY, HOUR, LAW, NOON, constitution, issue, line, snapshot, sprint


def part(number: int, **changes: Any) -> Any:
    return issue(number, "bob", **{"points": 5.0, "created": BEFORE, "subtask": True, **TODO, **changes})


PARTS = tuple(part(n) for n in range(50, 56))


def watching(rule: dict[str, Any]) -> Directives:
    return constitution(objectives={"primary": [line("it", rule)]})


def with_parts(*more: Any, **changes: Any) -> Snapshot:
    return snapshot(*running().issues, *(more or PARTS), **changes)


# --- the parts of a ticket --------------------------------------------------------------------------------------


def test_sub_tasks_add_nothing_to_a_tally_whatever_estimates_they_have() -> None:
    for points in (None, 5.0):
        assert tally([*running().issues, *(replace(each, points=points) for each in PARTS)]) == tally(running().issues)


def test_status_pace_what_is_left_and_all_issues_say_the_same_number() -> None:
    plain, more = snapshot(*running().issues), with_parts()
    for seen in (plain, more):
        assert status(seen, sprint(), [], LAW).counts[0] == "2 of 5 issues done, 1 in progress, 2 not started"
        assert "Show all 5" in [name for name, _ in status(seen, sprint(), [], LAW).choices]
        assert headline(seen, sprint(), [], LAW).startswith("8 of 20 points done")
        assert "12 points and 3 issues left: 8 of 20 points done." in left(sprint(), seen, LAW).headline
        assert everything(sprint(), seen, LAW).headline == "5 issues, 8 of 20 points done."
        assert how(sprint(), seen, [], LAW)[0] == "Points: 5 of 5 issues have an estimate, the others count as 0."
    assert pace_of(sprint(), more, LAW) == pace_of(sprint(), plain, LAW)


def test_all_issues_names_the_tickets_and_says_how_many_parts_it_leaves_out() -> None:
    reply = everything(sprint(), with_parts(), LAW)
    assert sum(len(group.rows) for group in reply.groups) == 5
    assert "6 sub-tasks are parts of these and not listed." in reply.notes
    assert everything(sprint(), with_parts(PARTS[0]), LAW).notes == ("1 sub-task is a part of these and not listed.",)


def test_a_part_that_is_blocked_still_needs_somebody() -> None:
    stuck = part(50, flagged_since=NOON - DAY)
    told = status(with_parts(stuck), sprint(), [], LAW)
    assert "PAY-50" in [row.key for row in told.rows]


def test_a_sprint_of_which_only_parts_are_open_is_done() -> None:
    done = tuple(replace(each, progress=Progress.DONE) for each in running().issues)
    risk = watching({"watch": "sprint_at_risk", "days_before_end": 20, "chance_below": "50%"})
    odds = {SprintId(24): (Odds(NOON.date(), NOON, 0.1, 9),)}
    open_one = snapshot(*done, issue(9, "ann", points=3, created=BEFORE), odds=odds)
    assert sprint_at_risk(open_one, risk).signals
    assert not sprint_at_risk(snapshot(*done, *PARTS, odds=odds), risk).signals
    assert (
        headline(snapshot(*done, *PARTS, now=NOON + 20 * DAY), sprint(), [], LAW) == "All done: 20 of 20 points done."
    )


def test_a_sprint_with_estimates_that_is_foretold_by_its_issues_says_why() -> None:
    held = running()
    seen, lore = snapshot(*held.issues), Lore(past(*[6] * 8, target=6.0, done=2.0, by_points=False))
    reply = foresight(sprint(), seen, held, LAW, outlook(sprint(), held, seen, LAW, lore), 8)
    assert "Counted: issues, because too few past sprints were counted in points, whose" in " ".join(reply.notes)
    reply = foresight(sprint(), seen, held, LAW, outlook(sprint(), held, seen, LAW, Lore(MIXED)), 10)
    assert "Counted: points of issues whose" in " ".join(reply.notes)


# --- past its end -----------------------------------------------------------------------------------------------

LATE = Lore(tuple(replace(each, stand=replace(each.stand, share=1.0)) for each in MIXED))


def overdue() -> tuple[Facts, Snapshot]:
    held = running()
    over = replace(sprint(), end=NOON - 3 * DAY)
    told = {SprintId(24): (Odds((NOON - HOUR).date(), NOON - HOUR, 0.43, 9),)}
    held = replace(held, sprints=(over,), odds=told)
    return held, observe(held, Trigger(team=held.team, reason=Reason.ASKED, at=NOON), NOON)


def test_of_a_sprint_past_its_end_nothing_is_foretold_and_the_pace_says_so() -> None:
    held, seen = overdue()
    over = held.sprints[0]
    assert outlook(over, held, seen, LAW, LATE) is None
    reply = foresight(over, seen, held, LAW, None, 10)
    assert reply.headline == "12 points left and no working day: 8 of 20 points done."
    assert "No probability: its time is over." in reply.notes


def test_up_to_its_last_minute_a_sprint_is_foretold() -> None:
    held, seen = overdue()
    last = replace(held.sprints[0], end=NOON + timedelta(minutes=1))
    held = replace(held, sprints=(last,))
    assert outlook(last, held, replace(seen, sprints=(last,)), LAW, LATE) is not None


@pytest.mark.parametrize("say", ["status", "how", "pace"])
def test_a_forecast_of_before_its_end_is_quoted_no_longer(say: str) -> None:
    held, seen = overdue()
    over = held.sprints[0]
    reply = status(seen, over, [], LAW)
    told = {"status": reply.counts, "how": reply.how, "pace": (foresight(over, seen, held, LAW, None, 9).headline,)}
    assert "%" not in " ".join(told[say]) and "forecast" not in " ".join(told[say])
    assert seen.odds == {} and observe(held, Trigger(team=held.team, reason=Reason.ASKED, at=NOON), NOON - 4 * DAY).odds


def test_a_sprint_that_grew_is_told_with_its_tickets_alone() -> None:
    law = watching({"watch": "scope_changed", "more_than": 1, "tell": "pm"})
    new = tuple(issue(n, "ann", points=1, sprint_since=NOON - DAY) for n in (7, 8))
    [told] = scope_changed(with_parts(*PARTS, *new), law).signals
    assert "has 7 tickets now, 8 of 22 points done" in told.evidence[0].text
