"""The loop itself: every wanted kill is played, told together, tried again where its moment did not come."""

from __future__ import annotations

import asyncio
import random
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bot.chaos.campaign import TRIES, sweep
from bot.chaos.kills import AT_A_TIME, MOMENTS, OFTEN, Kill, elsewhere, packed, planned, shuffled
from bot.chaos.labels import NOT_REACHED, in_file, labels, reached
from bot.chaos.product import ROOT

PASSES = {
    "one": {f"{label}:{moment}": 4 for label in ("accept", "beat", "put", "claim") for moment in MOMENTS},
    "two": {f"{label}:{moment}": 2 for label in ("put", "accept") for moment in MOMENTS},
}


def test_every_label_is_planned_before_and_after_each_time_it_is_wanted() -> None:
    found = Counter(kill.point for kill in planned(["accept", "beat", "put"], 3, PASSES))
    assert found == Counter({f"{label}:{moment}": 3 for label in ("accept", "beat", "put") for moment in MOMENTS})
    often = Counter(kill.point for kill in planned(["accept"], 1, PASSES))
    assert set(often.values()) == {OFTEN["accept"]}


def test_steps_that_find_nothing_to_do_share_one_kill_before_and_after_and_take_turns() -> None:
    tidy = [f"tidy_{kind}" for kind in ("cycles", "jobs", "told")]
    passes = {"one": {f"{label}:{moment}": 1 for label in ("put", *tidy) for moment in MOMENTS}}
    hit = [kill.point for kill in planned(["put", *tidy], 1, passes)]
    assert hit[2:] == ["tidy_cycles:before", "tidy_cycles:after"]
    assert {kill.point.partition(":")[0] for kill in planned(tidy, 3, passes)} == set(tidy)


def test_a_point_of_many_kinds_of_work_is_hit_in_every_step_that_passes_it() -> None:
    passes = {f"step {n}": {f"finish:{moment}": 8 for moment in MOMENTS} for n in range(OFTEN["finish"])}
    for moment in MOMENTS:
        steps = [kill.step for kill in planned(["finish"], 1, passes) if kill.point == f"finish:{moment}"]
        assert sorted(steps) == sorted(passes)


@pytest.mark.parametrize("written", ['self.write(work, label="new")', 'self.write(work, "new")'])
def test_a_label_is_found_however_it_is_given(written: str, tmp_path: Path) -> None:
    (file := tmp_path / "new.py").write_text(f"async def keep(self):\n    await {written}\n")
    assert list(in_file(file)) == ["new"]


@pytest.mark.parametrize("written", ["self.write(work)", "self.write(work, name)", "self.write(*both)"])
def test_what_commits_under_a_label_nobody_can_read_is_refused(written: str, tmp_path: Path) -> None:
    (file := tmp_path / "new.py").write_text(f"async def keep(self):\n    await {written}\n")
    with pytest.raises(LookupError):
        list(in_file(file))


def test_the_kills_of_one_point_are_spread_over_the_story_and_over_its_passings() -> None:
    kills = [kill for kill in planned(["accept"], 4, PASSES) if kill.point == "accept:before"]
    assert {kill.step for kill in kills} == {"one", "two"}
    assert len({(kill.step, kill.nth) for kill in kills}) > 2
    assert all(kill.nth <= PASSES[kill.step][kill.point] for kill in kills)


def test_no_kill_is_lost_in_packing_and_no_story_gets_too_many() -> None:
    kills = shuffled(planned(["accept", "beat", "put", "claim"], 5, PASSES), random.Random(1))
    journeys = packed(kills, PASSES)
    assert Counter((k.point, k.hit) for j in journeys for k in j.kills) == Counter((k.point, k.hit) for k in kills)
    crowds = [Counter(kill.step for kill in journey.kills) for journey in journeys]
    assert max(count for crowd in crowds for count in crowd.values()) <= AT_A_TIME
    assert all(len({(k.point, k.step) for k in j.kills}) == len(j.kills) for j in journeys)


def test_in_a_step_kills_come_in_the_order_of_the_story_and_count_from_the_death_before() -> None:
    kills = [Kill("claim:after", "one", 3), Kill("accept:before", "one", 2)]
    assert packed(kills, PASSES)[0].kills == [Kill("accept:before", "one", 2), Kill("claim:after", "one", 1)]


def test_a_kill_whose_moment_did_not_come_is_tried_in_another_step() -> None:
    assert elsewhere(Kill("put:after", "one", 4, 2), PASSES) == Kill("put:after", "two", 1, 2)


def play(hits: set[str]) -> tuple[list[Sequence[Kill]], Any]:
    """A story in which only kills in these steps happen."""
    played: list[Sequence[Kill]] = []

    async def one(kills: Sequence[Kill]) -> Any:
        played.append(kills)
        return SimpleNamespace(missed=[kill for kill in kills if kill.step not in hits])

    return played, one


def test_what_misses_its_moment_is_played_again_and_told_when_it_never_happens() -> None:
    kills = [Kill("put:after", "one"), Kill("beat:after", "one")]
    played, one = play({"two"})
    left = asyncio.run(sweep(kills, PASSES, one))
    assert [kill.point for kill in left] == ["beat:after"]
    assert len(played) == TRIES


def test_nothing_is_begun_once_it_is_over() -> None:
    played, one = play(set())
    assert asyncio.run(sweep([Kill("put:after", "one")], PASSES, one, over=lambda: True)) == []
    assert played == []


def test_what_the_story_does_not_pass_is_a_label_with_a_reason_and_its_tests_are_there() -> None:
    assert set(NOT_REACHED) <= set(labels())
    named = [word for reason in NOT_REACHED.values() for word in re.findall(r"tests/[\w/]+(?:\.py)?", reason)]
    assert named and [word for word in named if not (ROOT / word).exists()] == []


def test_the_story_passes_most_of_the_product_s_commit_points() -> None:
    assert len(reached()) >= 55 and len(reached()) >= 2 * len(labels()) / 3
