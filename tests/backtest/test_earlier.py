"""What a back-test's forecasts rest on is remembered, or read once and kept."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.backtest.days import Days, nobody
from bot.backtest.earlier import Earlier
from bot.backtest.folder import Folder, History
from bot.backtest.report.page import page
from bot.backtest.report.pictures import Gallery, drawn
from bot.backtest.report.record import Record
from models.clock import SystemClock
from models.database import Database
from models.directives import Team
from models.directives_file import load
from models.foresight import Foresight
from models.histories import Past
from models.ids import SprintId
from planner.bounds.worktime import team_calendar
from tests.backtest.test_pictures import past
from tests.world import CONSTITUTION, fresh_database

pytestmark = pytest.mark.anyio

LAW = load(CONSTITUTION)
TEAM = LAW.teams[0]
CALENDAR = team_calendar(LAW, TEAM.id)
WHOLE = past(7)
"""Seven sprints, of which the last is tried."""


@dataclass
class Readings:
    """A Jira that counts how often it is read."""

    asked: list[list[SprintId]] = field(default_factory=list)

    async def read(self, team: Team, wanted: Collection[SprintId], *, pulls: bool = True) -> Past:
        assert not pulls
        self.asked.append(sorted(wanted))
        return replace(WHOLE, watched=frozenset(wanted))


def tried(first: int) -> History:
    begin = WHOLE.sprints[first].began
    assert begin is not None
    mine = frozenset(each.sprint.id for each in WHOLE.sprints[first:])
    of = replace(WHOLE, watched=mine)
    return History(sprints=("Sprint",), begin=begin, end=begin + timedelta(days=5), past=of)


def earlier(folder: Path, jira: Readings | None, ours: Database | None = None) -> Earlier:
    return Earlier(LAW, Folder(folder), jira, ours, nobody)  # type: ignore[arg-type]


async def test_sprints_before_those_that_are_tried_are_read_once(tmp_path: Path) -> None:
    jira = Readings()
    found = [await earlier(tmp_path, jira).of(TEAM, tried(6)) for _ in range(2)]
    assert jira.asked == [[0, 1, 2, 3, 4, 5]]
    assert list(found[0]) == list(found[1]) != []
    assert {each.stand.sprint for each in found[0]} == set(range(6))


async def test_what_was_read_serves_where_there_is_no_jira(tmp_path: Path) -> None:
    assert await earlier(tmp_path, None).of(TEAM, tried(6)) == ()
    known = await earlier(tmp_path, Readings()).of(TEAM, tried(6))
    assert await earlier(tmp_path, None).of(TEAM, tried(6)) == known


@pytest.mark.parametrize(("known", "reads"), [(5, 0), (4, 1)])
async def test_what_the_agent_remembers_itself_is_not_read(tmp_path: Path, known: int, reads: int) -> None:
    jira, ours = Readings(), Database(fresh_database(tmp_path / "own.db"), SystemClock())
    try:
        for number in range(known):
            told = [each for each in Gallery(WHOLE, CALENDAR).ended if each.stand.sprint == number]
            await Foresight(ours).keep_ended(TEAM.id, SprintId(number), WHOLE.sprints[number].ended, told)
        found = await earlier(tmp_path, jira, ours).of(TEAM, tried(6))
    finally:
        await ours.close()
    assert (len(jira.asked), len({each.stand.sprint for each in found})) == (reads, 5 if known == 5 else 6)


async def test_too_few_earlier_sprints_are_not_read_at_all(tmp_path: Path) -> None:
    jira = Readings()
    assert await earlier(tmp_path, jira).of(TEAM, tried(4)) == ()
    assert jira.asked == []


@pytest.mark.parametrize("spoilt", ["", "[]", '{"sprints": [0]}', '{"sprints": [0, 1], "ended": [{}]}'])
async def test_a_spoilt_file_is_read_anew(tmp_path: Path, spoilt: str) -> None:
    (tmp_path / f"{TEAM.id}.earlier.json").write_text(spoilt)
    assert len({each.stand.sprint for each in await earlier(tmp_path, Readings()).of(TEAM, tried(6))}) == 6


async def test_the_page_shows_how_the_sprints_went_and_what_was_to_be_foretold(tmp_path: Path) -> None:
    history = tried(6)
    ended: Sequence = await earlier(tmp_path, Readings()).of(TEAM, history)
    days = Days(
        sprints=history.sprints, begin=history.begin, end=history.end,
        tellings={TEAM.id: history.past}, ended={TEAM.id: ended},
    )  # fmt: skip
    record = Record(version="1", sprints=("Sprint 6",), begin=history.begin, end=history.end, names={})
    told = page(record, {}, "marks.json", None, drawn(days, LAW))
    assert "to finish all 12 points; in the end 12 were done" in told
    assert told.count("<svg") == 4
    assert "How the sprints went" not in page(record, {}, "marks.json")


def test_a_kept_sprint_counts_as_one_read_now() -> None:
    assert len(Gallery(past(6), CALENDAR, Gallery(past(6), CALENDAR).ended).ended) == 66
