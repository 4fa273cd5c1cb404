"""The walk begins before it counts, hears what webhooks would have told, and knows of sprints when life would have."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.backtest.days import Days
from bot.backtest.fetch import warm_up
from bot.backtest.folder import Folder
from bot.backtest.trial import Trial
from bot.backtest.walk.lore import UNREAD, Known, lore_of
from bot.backtest.walk.tidings import tidings
from models.directives_file import load
from models.ids import SprintId
from models.pulls import Build, BuildState, ReviewState
from models.work import Facts, Progress
from planner.bounds.worktime import Calendar
from tests.backtest.large import three_sprints
from tests.backtest.live import MONDAY, TEAM, constitution
from tests.backtest.passing import DAY, HOUR
from tests.backtest.test_pictures import BERLIN, past, sprint

LATER = MONDAY + HOUR


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Facts:
    law = load(constitution(tmp_path_factory.mktemp("law")))
    return three_sprints(law.teams[0], 30, MONDAY).facts(TEAM, MONDAY + 4 * DAY)


# --- it begins before it counts ---------------------------------------------------------------------------------


def test_five_working_days_before_the_first_sprint_are_lived_through_where_a_sprint_ran() -> None:
    before, tried = sprint(0), sprint(1)
    begin = tried.began
    assert begin is not None
    ran, since = warm_up(begin, [before, tried], BERLIN)
    assert (ran, since) == ([before], max(BERLIN.morning_before(begin, 5), before.began or begin))
    assert since < begin


def test_with_no_sprint_before_it_the_walk_begins_with_the_first() -> None:
    began = sprint(1).began
    assert began is not None
    assert warm_up(began, [sprint(1)], BERLIN) == ([], began)


@pytest.mark.anyio
async def test_what_was_said_before_is_not_counted_and_not_said_again(tmp_path: Path) -> None:
    law = load(constitution(tmp_path))
    work = three_sprints(law.teams[0], 30, MONDAY)
    begin = MONDAY + 3 * DAY
    given = Days(sprints=("A",), begin=begin, end=begin + 2 * DAY, tellings={TEAM: work})
    records = []
    for name, since in (("cold", None), ("warm", MONDAY)):
        folder = Folder(tmp_path / name)
        folder.make()
        records.append(
            (await Trial(replace(given, since=since), folder).of(tmp_path / "directives.yaml", law, law)).record
        )
    cold, warm = records
    assert all(message.at >= begin for message in warm.messages)
    assert all(each.at >= begin for each in warm.silences)
    assert sum(message.at < begin + HOUR for message in warm.messages) < sum(m.at < begin + HOUR for m in cold.messages)
    assert warm.since == MONDAY


# --- what would have been told ----------------------------------------------------------------------------------


def test_a_change_of_hands_is_told_and_an_estimate_is_found_by_the_next_reading(facts: Facts) -> None:
    first, *rest = facts.issues
    moved = replace(facts, issues=(replace(first, status="Done", progress=Progress.DONE, updated=LATER), *rest))
    sized = replace(facts, issues=(replace(first, points=13.0, updated=LATER), *rest))
    assert (tidings(facts, moved).tickets, tidings(facts, moved).found) == (frozenset({first.key}), False)
    assert (tidings(facts, sized).any, tidings(facts, sized).found) == (False, True)


def test_a_comment_changes_its_moment_alone_and_is_told(facts: Facts) -> None:
    first, *rest = facts.issues
    spoken = replace(facts, issues=(replace(first, updated=LATER), *rest))
    assert tidings(facts, spoken).tickets == {first.key}


def test_a_verdict_is_told_and_a_build_is_not(facts: Facts) -> None:
    first, *rest = facts.pull_requests
    built = replace(first, build=Build(state=BuildState.FAILED, at=LATER), updated=LATER)
    review = replace(first.reviews[0], state=ReviewState.CHANGES_REQUESTED, at=LATER)
    said = replace(first, reviews=(review,), updated=LATER)
    assert not tidings(facts, replace(facts, pull_requests=(built, *rest))).any
    assert tidings(facts, replace(facts, pull_requests=(said, *rest))).others


def test_the_same_facts_tell_nothing(facts: Facts) -> None:
    again = replace(facts, issues=tuple(replace(issue) for issue in facts.issues))
    assert tidings(facts, again) == tidings(facts, facts)
    assert not (tidings(facts, again).any or tidings(facts, again).found)


# --- what was known when ----------------------------------------------------------------------------------------


def known(read: dict[int, datetime] | None = None) -> Known:
    begin, end = sprint(6).began, sprint(6).ended
    assert begin is not None and end is not None
    return Known(begin=begin, end=end + DAY, read={SprintId(n): at for n, at in (read or {}).items()})


def test_earlier_sprints_are_known_from_the_begin_and_one_that_ends_two_minutes_later() -> None:
    whole = past(7)
    found = lore_of(whole, (), BERLIN, known())
    assert [(each.sprint, each.known) for each in found] == [(6, (sprint(6).ended or MONDAY) + UNREAD)]
    earlier = lore_of(whole, [stand for each in found for stand in each.stands], Calendar("Europe/Berlin"), known())
    assert len(earlier) == 1, "what these days themselves tell is not told twice"


def test_what_the_agent_read_in_those_days_it_knew_from_then_on_and_all_of_one_go_at_once() -> None:
    told = tuple(stand for n in (0, 1) for stand in lore_of(past(7), (), BERLIN, _as_of(n))[0].stands)
    begin = known().begin
    minute = timedelta(minutes=1)
    found = lore_of(past(7), told, BERLIN, known({0: begin + minute, 1: begin + 2 * minute}))
    assert [each.known for each in found[:2]] == [begin + 2 * minute] * 2
    years_later = lore_of(past(7), told, BERLIN, known({0: begin + 900 * DAY}))
    assert years_later[0].known == begin, "an agent that came later is taken to have been there"


def _as_of(number: int) -> Known:
    begin, end = sprint(number).began, sprint(number).ended
    assert begin is not None and end is not None
    return Known(begin=begin, end=end, read={})
