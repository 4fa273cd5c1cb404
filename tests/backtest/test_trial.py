"""A walk that was broken off goes on at the last whole sprint, and never on what does not fit any more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.backtest.folder import Folder, History
from bot.backtest.trial import Days, Trial
from models.directives import Directives
from models.directives_file import load
from models.histories import Past
from models.ids import TeamId
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
