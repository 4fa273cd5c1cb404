"""An interrupted run of the programme goes on where it was; another source begins anew."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from bot.chaos.kills import Kill
from bot.chaos.play import Run
from bot.chaos.seen import Seen
from bot.chaos.wire import Sent
from tests.chaos.memory import Memory

KILLS = [Kill("put:after", "one"), Kill("put:after", "one", hit=1), Kill("put:before", "one")]
LOST = Seen(deliveries=[Sent("jira", "1", "issue", acknowledged=1)])


def told(*killed: Kill, seen: Seen = LOST) -> Run:
    return Run(seen, KILLS, frozenset(killed), [], 2.0, {}, 1, Path("log"))


def test_what_is_done_is_not_done_again_after_an_interruption(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "done.json", "a")
    memory.note("sqlite", told(KILLS[0], seen=Seen()))
    memory.note("sqlite", told(seen=Seen()), "storm 1", by_chance=7)
    later = Memory(tmp_path / "done.json", "a")
    assert later.left("sqlite", KILLS) == KILLS[1:] and later.left("postgresql", KILLS) == KILLS
    assert later.done("sqlite", "storm 1") and not later.done("postgresql", "storm 1")
    figures = later.figures("sqlite")
    assert (figures.points, figures.by_chance, figures.kills) == (Counter({"put:after": 1}), 7, 8)


def test_a_violation_is_in_the_figures_and_is_looked_at_again(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "done.json", "a")
    memory.note("sqlite", told(KILLS[0]))
    assert memory.left("sqlite", KILLS) == KILLS
    assert len(memory.figures("sqlite").violations) == 1


def test_of_another_source_nothing_is_remembered(tmp_path: Path) -> None:
    Memory(tmp_path / "done.json", "a").note("sqlite", told(KILLS[0], seen=Seen()))
    assert Memory(tmp_path / "done.json", "b").left("sqlite", KILLS) == KILLS


def test_a_finished_programme_begins_anew(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "done.json", "a")
    memory.note("sqlite", told(KILLS[0], seen=Seen()))
    memory.forget()
    assert Memory(tmp_path / "done.json", "a").left("sqlite", KILLS) == KILLS
