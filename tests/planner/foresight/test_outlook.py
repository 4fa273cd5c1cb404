"""What is foretold of a running sprint: the chance, what is left over, who carries the risk, what would help."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.forecasts import Foretold
from models.ids import IssueKey, SprintId
from models.work import Absence, Facts, SprintState
from planner.foresight.outlook import Lore, alike, kept_of, outlook
from planner.foresight.reference import foretell
from planner.foresight.tickets import changes, in_working_order, ticket_odds
from tests.planner.foresight.lore import DONE, HALF, MIXED, TODO, certain, ended, looked, past, running, told
from tests.planner.world import DAY, LAW, LONG_AGO, NOON, facts, issue, people, pull_request, snapshot, sprint

LORE = Lore(MIXED)


def test_the_chance_is_what_the_reference_class_foretells_of_the_sprint_as_it_stands() -> None:
    made = certain(LORE)
    assert made.foretold == foretell(made.stand, alike(MIXED, made.stand))
    assert (made.stand.target, made.stand.done, made.stand.by_points) == (20.0, 8.0, True)
    assert made.foretold.chance == pytest.approx(0.5, abs=0.1) and made.foretold.past == 10


def test_below_five_past_sprints_nothing_is_foretold() -> None:
    assert looked(Lore(MIXED[:4])) is None
    assert looked(Lore(MIXED[:5])) is not None


def test_sprints_that_were_counted_in_issues_are_not_compared_with_one_in_points() -> None:
    assert alike((*past(20, 20, 20, by_points=False), *MIXED[3:]), HALF) == MIXED[3:]


def test_of_each_past_sprint_the_stand_at_the_same_share_is_compared() -> None:
    rows = [ended(1, 20, share=tenth / 10, done=float(tenth)) for tenth in range(11)]
    [chosen] = alike(rows, replace(HALF, share=0.43))
    assert chosen.stand.share == 0.4


def test_a_past_sprint_of_which_nothing_is_known_at_that_share_is_not_compared() -> None:
    assert looked(Lore(past(*[20] * 8, share=0.6))) is None
    assert looked(Lore(past(*[20] * 8, share=0.55))) is not None


@pytest.mark.parametrize("state", [SprintState.CLOSED, SprintState.FUTURE])
def test_of_a_sprint_that_does_not_run_nothing_is_foretold(state: SprintState) -> None:
    held, other = running(), sprint(state=state)
    assert outlook(other, held, snapshot(*held.issues), LAW, LORE) is None


def test_of_a_sprint_that_was_not_read_whole_nothing_is_foretold() -> None:
    assert looked(LORE, replace(running(), whole=frozenset())) is None


def test_what_is_left_over_is_the_mean_of_what_sprints_like_it_left() -> None:
    made = certain(LORE)
    mean = sum(weight * max(0.0, -difference) for difference, weight in made.foretold.outcomes)
    assert made.spill == pytest.approx(mean) and 1 < made.spill < 4
    assert made.spill_issues == pytest.approx(sum(1 - each.chance for each in made.tickets))


def test_what_was_taken_out_since_an_earlier_forecast_counts_as_removed() -> None:
    before = told(17, 0.7, issues=frozenset({"1", "2", "3", "4", "5", "99"}))
    stand = certain(Lore(MIXED, told=(before,))).stand
    assert (stand.removed_issues, stand.start_issues) == (1, 6)
    assert certain(LORE).stand.removed_issues == 0


def test_whoever_is_away_does_not_count_as_somebody_who_works_in_it() -> None:
    away = people(bob=Absence(reason="vacation", until=NOON + 5 * DAY))
    made = certain(LORE, who=away)
    assert (made.away, made.stand.people) == (1, 1) and certain(LORE).stand.people == 2


def test_what_is_kept_is_what_was_told_of_that_day() -> None:
    held = running()
    seen = snapshot(*held.issues)
    made = certain(Lore(MIXED, told=(told(17, 0.7), told(18, 0.1))))
    kept = kept_of(made, sprint(), held, seen)
    assert [each.chance for each in made.before] == [0.7]
    assert (kept.chance, kept.day, kept.at) == (made.foretold.chance, made.day, NOON)
    assert kept.issues == {"1", "2", "3", "4", "5"} and kept.stand == made.stand


# --- tickets ----------------------------------------------------------------------------------------------------


def order(held: Facts) -> list[str]:
    issues = [each for each in held.issues if each.progress.value != "done"]
    seen = snapshot(*held.issues, prs=held.pull_requests)
    return [each.key for each in in_working_order(issues, seen, LAW.teams[0])]


def test_work_is_foreseen_in_the_order_in_which_it_goes() -> None:
    held = facts(
        issue(1, "ann", flagged_since=LONG_AGO, priority="Highest"),
        issue(2, None, priority="Highest", **TODO),
        issue(3, "ann", priority="Low", **TODO),
        issue(4, "ann", priority="High", **TODO),
        issue(5, "ann"),
        issue(6, "bob"),
        issue(7, "bob", blocked_by=(IssueKey("PAY-5"),), priority="High"),
        prs=(pull_request(1, issues=(IssueKey("PAY-6"),)),),
    )
    assert order(held) == ["PAY-6", "PAY-5", "PAY-4", "PAY-3", "PAY-2", "PAY-1", "PAY-7"]


def test_a_draft_is_no_review_and_an_owner_who_is_away_is_none() -> None:
    held = facts(issue(1, "ann"), issue(2, "bob", priority="Highest"), issue(3, "ann", **TODO), issue(4, "bob", **TODO))
    draft = pull_request(1, issues=(IssueKey("PAY-1"),), draft=True)
    seen = snapshot(*held.issues, prs=(draft,), who=people(ann=Absence(reason="ill", until=NOON + DAY)))
    keys = [each.key for each in in_working_order(list(held.issues), seen, LAW.teams[0])]
    assert keys == ["PAY-2", "PAY-1", "PAY-4", "PAY-3"]


def drawn(*differences: float) -> Foretold:
    """Each as likely as the other."""
    outcomes = tuple((each, 1 / len(differences)) for each in sorted(differences))
    chance = sum(weight for each, weight in outcomes if each >= 0)
    return Foretold(0.0, chance, {80: (-9.0, 0.0)}, outcomes, 5)


def test_what_will_be_delivered_is_spent_on_the_tickets_one_after_another() -> None:
    held = running()
    stand, foretold = replace(HALF, target=20.0, done=8.0), drawn(0, -3, -7, -12)
    seen = snapshot(*held.issues)
    tickets = ticket_odds(held.issues, stand, foretold, seen, LAW.teams[0])
    assert [(each.issue.key, each.chance) for each in tickets] == [("PAY-3", 0.75), ("PAY-4", 0.5), ("PAY-5", 0.25)]


def test_without_what_nobody_has_begun_the_rest_becomes_likelier_and_what_runs_stays() -> None:
    held = running()
    stand, foretold = replace(HALF, target=20.0, done=8.0), drawn(0, -3, -7, -12)
    tickets = ticket_odds(held.issues, stand, foretold, snapshot(*held.issues), LAW.teams[0])
    told_ = [(each.without, each.chance) for each in changes(tickets, stand, foretold)]
    assert told_ == [(("PAY-5",), 0.5), (("PAY-5", "PAY-4"), 0.75)]


def test_a_change_that_helps_by_less_than_five_points_is_not_told() -> None:
    held = running()
    stand, foretold = replace(HALF, target=20.0, done=8.0), drawn(0, *[-4] * 30)
    tickets = ticket_odds(held.issues, stand, foretold, snapshot(*held.issues), LAW.teams[0])
    assert [each.without for each in changes(tickets, stand, foretold)] == [("PAY-5", "PAY-4")]


def test_where_it_is_all_but_certain_no_change_is_told() -> None:
    made = certain(Lore(past(*[20] * 8)))
    assert made.foretold.chance > 0.99 and made.changes == ()


def test_a_ticket_without_an_estimate_counts_as_a_usual_one_and_buys_nothing() -> None:
    held = facts(issue(1, points=8, **DONE), issue(2, points=4), issue(3, points=8, **TODO), issue(4, **TODO))
    stand, foretold = replace(HALF, target=20.0, done=8.0), drawn(0, -3, -7, -12)
    tickets = ticket_odds(held.issues, stand, foretold, snapshot(*held.issues), LAW.teams[0])
    assert [each.issue.key for each in tickets] == ["PAY-2", "PAY-3", "PAY-4"]
    assert tickets[-1].chance == foretold.chance
    assert all("PAY-4" not in each.without for each in changes(tickets, stand, foretold))


@given(
    sizes=st.lists(st.integers(0, 13), min_size=1, max_size=8),
    differences=st.lists(st.floats(-60, 20), min_size=1, max_size=12),
)
def test_no_ticket_is_less_likely_than_the_whole_and_taking_work_out_never_hurts(
    sizes: list[int], differences: list[float]
) -> None:
    issues = [issue(n, points=float(size), **TODO) for n, size in enumerate(sizes, 1)]
    rest = float(sum(sizes))
    stand, foretold = replace(HALF, target=rest + 8.0, done=8.0), drawn(*differences)
    tickets = ticket_odds(issues, stand, foretold, snapshot(*issues), LAW.teams[0])
    chances = [each.chance for each in tickets]
    assert chances == sorted(chances, reverse=True)
    assert all(0 <= each <= 1 and each >= foretold.chance - 1e-9 for each in chances)
    bought = [each.chance for each in changes(tickets, stand, foretold)]
    assert bought == sorted(bought) and len(bought) <= 3 and all(each >= foretold.chance for each in bought)


def test_another_board_counts_too() -> None:
    rows = (*past(20, 20, 20, 20, 20), *(replace(each, stand=replace(each.stand, board=9)) for each in past(12)))
    other = replace(rows[-1], stand=replace(rows[-1].stand, sprint=SprintId(77)))
    assert certain(Lore((*rows[:-1], other))).boards == 2
