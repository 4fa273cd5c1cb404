"""A walk that was broken off goes on at the last whole sprint, and never on what does not fit any more."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.backtest.days import Days
from bot.backtest.folder import Folder, History
from bot.backtest.trial import Trial
from models.directives import Directives
from models.directives_file import load
from models.histories import Past
from models.ids import TeamId
from models.lessons import Act
from models.presses import Rested
from models.work import Facts, Person
from tests.backtest.large import FORTNIGHT, three_sprints
from tests.backtest.live import MONDAY, TEAM, constitution

pytestmark = pytest.mark.anyio


@pytest.fixture
def law(tmp_path: Path) -> Directives:
    return load(constitution(tmp_path))


@pytest.fixture
def days(law: Directives) -> Days:
    past = three_sprints(law.teams[0], 9, MONDAY)
    stop = MONDAY + timedelta(days=3)
    return Days(sprints=("A",), begin=MONDAY, end=stop + timedelta(days=1), tellings={TEAM: past}, stops=(stop,))


@dataclass(frozen=True)
class Breaks:
    """A past that cannot be told behind a moment."""

    past: Past
    at: datetime

    def instants(self, since: datetime | None = None, until: datetime | None = None) -> Sequence[datetime]:
        return self.past.instants(since, until)

    def acts(self, since: datetime | None = None, until: datetime | None = None) -> Sequence[Act]:
        return ()

    def facts(self, team: TeamId, when: datetime, people: Sequence[Person] = ()) -> Facts:
        if when > self.at:
            raise ConnectionAbortedError
        return self.past.facts(team, when, people)


async def test_what_was_broken_off_goes_on_at_the_last_whole_sprint(
    tmp_path: Path, law: Directives, days: Days
) -> None:
    file, folder = tmp_path / "directives.yaml", Folder(tmp_path / "tried")
    folder.make()
    [past] = days.tellings.values()
    assert isinstance(past, Past)
    broken = replace(days, tellings={TEAM: Breaks(past, days.stops[0] + timedelta(hours=1))})
    with pytest.raises(ConnectionAbortedError):
        await Trial(broken, folder).of(file, law, law)
    went_on = await Trial(days, folder).of(file, law, law)
    anew = await Trial(replace(days, checksum="other"), folder).of(file, law, law)
    assert (went_on.resumed, anew.resumed) == (days.stops[0], None)
    assert went_on.looks < anew.looks
    assert went_on.record == anew.record
    assert went_on.record.messages


@pytest.mark.parametrize(
    "other",
    [
        {"checksum": "other"},
        {"since": MONDAY - timedelta(days=1)},
        {"end": MONDAY + timedelta(days=9)},
        {"presses": [Rested(at=MONDAY, team=TEAM, pause=None, by=None)]},
        {"identities": [object()]},
        {"lore": {TEAM: [object()]}},
    ],
)
def test_days_that_differ_in_anything_have_walks_of_another_name(
    tmp_path: Path, days: Days, other: dict[str, Any]
) -> None:
    mine = Trial(days, Folder(tmp_path))
    assert mine.name == Trial(replace(days, stops=()), Folder(tmp_path)).name
    assert mine.name != Trial(replace(days, **other), Folder(tmp_path)).name


def test_another_version_of_the_agent_walks_anew(tmp_path: Path, days: Days) -> None:
    folder = Folder(tmp_path)
    assert Trial(days, folder, version="1").name != Trial(days, folder, version="2").name


async def test_what_came_before_the_days_that_count_is_no_stop(tmp_path: Path, law: Directives, days: Days) -> None:
    folder, early = Folder(tmp_path / "tried"), MONDAY - timedelta(days=30)
    folder.make()
    short = replace(days, end=MONDAY + timedelta(hours=6), stops=(early,))
    done = await Trial(short, folder).of(tmp_path / "directives.yaml", law, law)
    assert [each.at for each in done.record.messages if each.at < MONDAY] == [] and done.resumed is None
    with closing(sqlite3.connect(folder.scratch(law.version))) as walk:
        [(first,)] = walk.execute("SELECT min(at) FROM cycles")
    assert first >= f"{MONDAY:%Y-%m-%d}"


async def test_a_walk_that_was_kept_and_then_changed_is_walked_anew(
    tmp_path: Path, law: Directives, days: Days
) -> None:
    folder = Folder(tmp_path / "tried")
    folder.make()
    await Trial(days, folder).of(tmp_path / "directives.yaml", law, law)
    [kept] = folder.path.glob("kept-*.db")
    kept.write_bytes(kept.read_bytes()[:-1])
    again = await Trial(days, folder).of(tmp_path / "directives.yaml", law, law)
    assert again.resumed is None


def test_history_is_kept_with_a_checksum_and_what_was_changed_is_read_anew(tmp_path: Path, law: Directives) -> None:
    folder, past = Folder(tmp_path / "kept"), three_sprints(law.teams[0], 6, MONDAY)
    folder.make()
    history = History(sprints=("A",), begin=MONDAY, end=MONDAY + FORTNIGHT, past=past)
    folder.keep_history(TEAM, "the last", history)
    assert folder.history(TEAM, "the last") == history
    assert folder.history(TEAM, "another") is None
    [file] = folder.path.glob("*.json.gz")
    file.write_bytes(file.read_bytes() + b" ")
    assert folder.history(TEAM, "the last") is None
