"""Critical sprints and changed scope: only by the written thresholds, once, and never the same fact twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from models.directives import Directives, Watch
from models.directives_file import load
from models.forecasts import Odds
from models.ids import SprintId
from models.signals import Findings, Signal, SignalKind, Urgency
from models.work import Absence, Issue, Progress, Snapshot, SprintState
from planner.detect import detect
from planner.detect.scope_changed import scope_changed
from planner.detect.sprint_at_risk import sprint_at_risk
from planner.detect.sprint_critical import sprint_critical
from planner.foresight import scoring
from planner.reasoning import reminder
from planner.reports.status import status
from planner.reports.summaries import digest
from planner.still.factcheck import Ground, ended
from tests.planner.world import DAY, HOUR, constitution, issue, line, people, snapshot, sprint
from tests.world import CONSTITUTION

END = datetime(2026, 11, 20, 22, tzinfo=UTC)
"""Friday 17:00 in New York."""

THURSDAY_MORNING = datetime(2026, 11, 19, 14, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
AT_RISK = line("risk", {"watch": "sprint_at_risk", "days_before_end": 3, "done_below": "60%"})
CRITICAL = line("critical", {"watch": "sprint_critical", "days_before_end": 1, "done_below": "40%"})


def law(*lines: dict[str, Any], escalation: tuple[dict[str, Any], ...] = ()) -> Directives:
    return constitution(objectives={"primary": list(lines)}, escalation=list(escalation))


BOTH = law(AT_RISK, CRITICAL)


def part(done: int, of: int = 10, **changes: Any) -> tuple[Issue, ...]:
    states = [Progress.DONE] * done + [Progress.DOING] * (of - done)
    return tuple(issue(n, progress=state, **changes) for n, state in enumerate(states, 1))


def at(now: datetime, done: int, **changes: Any) -> Snapshot:
    return snapshot(*part(done), now=now, sprints=(sprint(end=END),), **changes)


def only(found: Findings) -> Signal:
    (signal,) = found.signals
    return signal


# --- sprint_at_risk by its chance -------------------------------------------------------------------------------


def foretold(chance: float, now: datetime) -> dict[SprintId, tuple[Odds, ...]]:
    return {SprintId(24): (Odds(now.date(), now - HOUR, chance, 12),)}


@pytest.mark.parametrize(
    ("rule", "chance", "done", "found"),
    [
        ({"chance_below": "20%"}, 0.19, 9, True),
        ({"chance_below": "20%"}, 0.2, 1, False),
        ({"chance_below": "20%"}, 0.1, 10, False),  # nothing is left
        ({"chance_below": "20%"}, None, 1, False),  # nothing is foretold
        ({"chance_below": "20%", "done_below": "60%"}, 0.9, 0, False),  # the forecast decides alone
        ({"chance_below": "20%", "done_below": "60%"}, 0.19, 9, True),
        ({"chance_below": "20%", "done_below": "60%"}, None, 5, True),  # without one, what is done
        ({"chance_below": "20%", "done_below": "60%"}, None, 6, False),
        ({"chance_below": "20%", "days_before_end": 1}, 0.1, 5, False),  # too early, whatever is foretold
        ({"days_before_end": 3}, 0.9, 9, True),  # as ever: no chance is named
    ],
)
def test_a_sprint_is_at_risk_by_its_chance_only_where_the_line_names_one(
    rule: dict[str, Any], chance: float | None, done: int, found: bool
) -> None:
    now = THURSDAY_MORNING - DAY
    odds = {} if chance is None else foretold(chance, now)
    signals = sprint_at_risk(at(now, done, odds=odds), law(line("risk", {"watch": "sprint_at_risk", **rule}))).signals
    assert bool(signals) is found
    by_chance = found and done >= 9 and chance is not None and chance < 0.2
    assert not found or (", 19 % likely to be made:" in signals[0].headline) is by_chance


@pytest.mark.parametrize(("age", "found"), [(0, False), (1, False), (2, True)])
def test_a_forecast_decides_on_its_own_day_and_until_the_next_is_made_and_then_what_is_done(
    age: int, found: bool
) -> None:
    """Likely by the forecast, far behind by what is done."""
    odds = foretold(0.9, THURSDAY_MORNING - age * DAY)
    risk = law(
        line("risk", {"watch": "sprint_at_risk", "days_before_end": 3, "done_below": "60%", "chance_below": "20%"})
    )
    assert bool(sprint_at_risk(at(THURSDAY_MORNING, 1, odds=odds), risk).signals) is found


def test_the_constitution_that_ships_names_the_chance_that_was_measured() -> None:
    shipped = load(CONSTITUTION)
    [watch] = [
        each.rule
        for each in shipped.objectives.primary
        if isinstance(each.rule, Watch) and each.rule.watch is SignalKind.SPRINT_AT_RISK
    ]
    assert (watch.chance_below, watch.done_below) == (pytest.approx(1 - scoring.AT_RISK), scoring.DONE_BELOW)


# --- sprint_critical ------------------------------------------------------------------------------------------


def test_a_sprint_is_critical_from_the_morning_the_constitution_names() -> None:
    assert sprint_critical(at(THURSDAY_MORNING - MINUTE, 3), BOTH) == Findings((), THURSDAY_MORNING)
    signal = only(sprint_critical(at(THURSDAY_MORNING, 3), BOTH))
    assert (signal.urgency, signal.addressee, signal.since) == (Urgency.CRITICAL, "pat", THURSDAY_MORNING)
    assert signal.headline == "“Sprint 24” is critical: 3 of 10 issues done, 1 working day left after today"
    assert sprint_critical(at(THURSDAY_MORNING, 4), BOTH) == Findings(())


@pytest.mark.parametrize("day", range(10))
def test_an_early_sprint_is_never_amber_and_a_late_one_only_by_its_figures(day: int) -> None:
    """Every working day of the sprint against every share: red and amber exactly where the lines say so (R14)."""
    morning = datetime(2026, 11, 9, 14, 30, tzinfo=UTC) + (day + 2 * (day // 5)) * DAY
    left = 9 - day
    for done in range(11):
        found = {s.kind for s in detect(at(morning, done), BOTH).signals}
        critical, behind = left <= 1 and done < 4, left <= 3 and done < 6
        expected = SignalKind.SPRINT_CRITICAL if critical else SignalKind.SPRINT_AT_RISK
        assert found == ({expected} if critical or behind else set()), (day, done)


def test_an_early_sprint_is_never_amber_wherever_the_team_lives() -> None:
    for zone, hour in product(("Asia/Tokyo", "America/Los_Angeles", "Europe/Berlin"), range(0, 24, 3)):
        directives = constitution(team={"zone": zone}, objectives={"primary": [AT_RISK, CRITICAL]})
        early = datetime(2026, 11, 16, hour, tzinfo=UTC)  # Monday: four working days are to come
        assert detect(at(early, 0), directives).signals == ()


def test_it_is_told_once_a_sprint_whatever_the_share_does() -> None:
    names = {
        only(sprint_critical(at(THURSDAY_MORNING + hours * HOUR, done), BOTH)).id
        for hours, done in ((0, 3), (5, 1), (24, 2), (100, 3))
    }
    other = snapshot(*part(3, sprint=SprintId(25)), now=THURSDAY_MORNING, sprints=(sprint(25, end=END),))
    assert len(names) == 1 and only(sprint_critical(other, BOTH)).id not in names


def test_whoever_hears_that_it_is_critical_does_not_hear_that_it_is_at_risk() -> None:
    assert only(detect(at(THURSDAY_MORNING, 3), BOTH)).kind is SignalKind.SPRINT_CRITICAL
    assert only(detect(at(THURSDAY_MORNING - DAY, 3), BOTH)).kind is SignalKind.SPRINT_AT_RISK


def test_others_still_hear_that_it_is_at_risk() -> None:
    up = line("up", {"escalate": "sprint_at_risk", "days_before_end": 2, "to": "leadership"})
    found = detect(at(THURSDAY_MORNING, 3), law(AT_RISK, CRITICAL, escalation=(up,))).signals
    assert {(s.kind, s.addressee) for s in found} == {
        (SignalKind.SPRINT_CRITICAL, "pat"),
        (SignalKind.SPRINT_AT_RISK, None),
    }


def test_a_sprint_that_became_critical_is_not_said_to_be_at_risk_no_more() -> None:
    (amber,) = sprint_at_risk(at(THURSDAY_MORNING - DAY, 3), BOTH).signals
    told = reminder(amber.addressee or "pat", [amber], BOTH).action  # type: ignore[arg-type]
    over = ended(told, Ground.of(at(THURSDAY_MORNING, 3), BOTH))  # type: ignore[arg-type]
    assert over == {amber.id: "the sprint is critical by now"}


def test_the_digest_and_the_status_say_critical_in_their_first_words() -> None:
    world = at(THURSDAY_MORNING, 3)
    signals = detect(world, BOTH).signals
    post, answer = digest(world, signals, BOTH), status(world, world.sprints[0], signals, BOTH)
    assert post is not None and post.headline.startswith("Sprint 24: Critical: 3 of 10 issues done")
    assert not post.items and answer.headline.startswith("Critical:")


def test_nobody_away_is_told_while_a_deputy_is_there() -> None:
    away, back = Absence(reason="vacation"), Absence(reason="do not disturb", until=THURSDAY_MORNING + HOUR)
    assert only(sprint_critical(at(THURSDAY_MORNING, 3, who=people(pat=away)), BOTH)).addressee == "deb"
    assert only(sprint_critical(at(THURSDAY_MORNING, 3, who=people(pat=back)), BOTH)).addressee == "pat"
    assert only(sprint_critical(at(THURSDAY_MORNING, 3, who=people(pat=away, deb=away)), BOTH)).addressee is None


@pytest.mark.parametrize("changes", [{"state": SprintState.CLOSED}, {"state": SprintState.FUTURE}, {"end": None}])
def test_a_sprint_that_does_not_run_or_has_no_end_is_not_critical(changes: dict[str, Any]) -> None:
    world = snapshot(*part(0), now=THURSDAY_MORNING, sprints=(replace(sprint(end=END), **changes),))
    assert sprint_critical(world, BOTH) == Findings(())


# --- scope_changed --------------------------------------------------------------------------------------------

SCOPE = law(line("scope", {"watch": "scope_changed", "more_than": 2}))
BEGAN = datetime(2026, 11, 9, 14, tzinfo=UTC)


def added(number: int, first: int = 1, **changes: Any) -> list[Issue]:
    """Tickets that were put into the sprint, one a day."""
    return [
        issue(n, **({"sprint_since": BEGAN + n * DAY, "points": 2.0} | changes)) for n in range(first, first + number)
    ]


def test_a_sprint_that_grew_by_more_than_the_constitution_allows_is_told_to_the_pm() -> None:
    assert scope_changed(snapshot(*added(2)), SCOPE) == Findings(())
    signal = only(scope_changed(snapshot(*added(3), issue(50, points=5, created=BEGAN - DAY)), SCOPE))
    assert signal.headline == "3 tickets with 6 points were put into “Sprint 24” after it began"
    assert (signal.addressee, signal.since, signal.subject, signal.step) == ("pat", BEGAN, "sprint:24", 0)
    assert signal.evidence[1].text == "PAY-3 “Title 3”, 2 points, since Thu 12 Nov 09:00"
    assert signal.url == "https://jira.test/issues/?jql=key%20in%20(PAY-1%2CPAY-2%2CPAY-3)"


@pytest.mark.parametrize(("number", "link"), [(100, "key%20in%20(PAY-1%2C"), (101, "sprint%3D24")])
def test_of_more_tickets_than_an_address_can_name_the_link_shows_the_sprint(number: int, link: str) -> None:
    put_in = [issue(n, sprint_since=BEGAN + n * HOUR / 10) for n in range(1, number + 1)]
    signal = scope_changed(snapshot(*put_in), SCOPE).signals[0]
    assert signal.url.startswith(f"https://jira.test/issues/?jql={link}") and len(signal.url) < 1_500


@pytest.mark.parametrize(
    "changes",
    [
        {"sprint_since": BEGAN - HOUR},
        {"sprint_since": None},  # created before the sprint, and no history that says more
        {"subtask": True},
        {"status": "On hold"},
    ],
)
def test_what_was_planned_or_is_a_part_of_another_changes_no_scope(changes: dict[str, Any]) -> None:
    made = [replace(i, **changes, created=BEGAN - DAY) for i in added(5)]
    assert scope_changed(snapshot(*made), SCOPE) == Findings(())


def test_a_ticket_created_in_a_running_sprint_was_put_into_it_then() -> None:
    made = added(3, sprint_since=None, created=BEGAN + HOUR)
    assert only(scope_changed(snapshot(*made), SCOPE)).headline.startswith("3 tickets")
    assert scope_changed(snapshot(*made, sprints=(sprint(start=None),)), SCOPE) == Findings(())


def test_work_that_was_added_and_is_done_was_added_all_the_same() -> None:
    assert scope_changed(snapshot(*added(3, progress=Progress.DONE)), SCOPE).signals


def test_it_is_told_again_only_when_it_has_grown_by_as_many() -> None:
    told = [only(scope_changed(snapshot(*added(number)), SCOPE)).id for number in range(3, 10)]
    assert [told.index(name) for name in told] == [0, 0, 0, 3, 3, 3, 6]


def test_what_is_taken_out_again_is_no_news_even_when_it_comes_back() -> None:
    """Whichever ticket goes: what stands now has been told."""
    six = added(6)
    before = {only(scope_changed(snapshot(*six), SCOPE)).id, only(scope_changed(snapshot(*six[:5]), SCOPE)).id}
    for gone in six:
        assert only(scope_changed(snapshot(*(i for i in six if i is not gone)), SCOPE)).id in before


def test_a_scope_that_stays_changed_climbs_from_when_it_was_crossed() -> None:
    up = line("up", {"escalate": "scope_changed", "after": "3 business days", "to": "leadership"})
    directives = law(line("scope", {"watch": "scope_changed", "more_than": 2}), escalation=(up,))
    found = scope_changed(snapshot(*added(3), now=BEGAN + 5 * DAY), directives)
    assert [s.step for s in found.signals] == [0] and found.ripens == BEGAN + 7 * DAY + 9 * HOUR
    assert scope_changed(snapshot(*added(4), now=BEGAN + 5 * DAY), directives).ripens == found.ripens
    assert [s.step for s in scope_changed(snapshot(*added(3)), directives).signals] == [0, 1]
    assert [s.step for s in scope_changed(snapshot(*added(6)), directives).signals] == [2]
