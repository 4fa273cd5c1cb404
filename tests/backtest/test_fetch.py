"""Which sprints are lived through, from when on, and what is told where Jira cannot be asked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import pytest

from bot.backtest.days import Days
from bot.backtest.fetch import Wanted, days_of, stops_of
from bot.backtest.folder import Folder, History
from bot.sync.past import Keep, Pasts, Say, silent, unkept
from models.directives import Directives, Team
from models.directives_file import load
from models.errors import NotDone, OperatorError
from models.histories import IssueHistory, Past, PullHistory, SprintHistory
from models.ids import SprintId
from models.work import SprintState
from tests.backtest.test_pictures import DAY, MONDAY, WEEK, past, sprint
from tests.world import CONSTITUTION

pytestmark = pytest.mark.anyio

WHOLE = past(5)


def one_team() -> Directives:
    law = load(CONSTITUTION)
    return law.model_copy(update={"teams": law.teams[:1]})


@dataclass
class Clock:
    at: datetime = MONDAY + 6 * WEEK

    def now(self) -> datetime:
        return self.at

    real = now

    def monotonic(self) -> float:
        return 0.0


@dataclass
class Vendors:
    """A Jira with five sprints, in memory."""

    whole: Past = WHOLE
    clock: Clock = field(default_factory=Clock)
    asked: list[list[SprintId]] = field(default_factory=list)
    jira: None = None
    bitbucket: None = None

    async def sprints(self, team: Team) -> list[SprintHistory]:
        return list(self.whole.sprints)

    async def read(
        self, team: Team, wanted: Collection[SprintId], *, pulls: bool = True, say: Say = silent, keep: Keep = unkept
    ) -> Past:
        self.asked.append(sorted(wanted))
        return replace(self.whole, watched=frozenset(wanted))


async def days(folder: Path, wanted: Wanted, vendors: Vendors | None) -> Days:
    kept = Folder(folder)
    kept.make()
    return await days_of(wanted, one_team(), vendors, kept)  # type: ignore[arg-type]


def test_the_last_so_many_are_those_that_ended_last() -> None:
    assert [each.sprint.id for each in Wanted(last=2).of(WHOLE.sprints)] == [3, 4]
    assert [each.sprint.id for each in Wanted().of(WHOLE.sprints)] == [2, 3, 4]


async def test_what_is_lived_through_begins_when_the_warm_up_does(tmp_path: Path) -> None:
    found = await days(tmp_path, Wanted(last=2), Vendors())
    [telling] = found.tellings.values()
    assert isinstance(telling, Past)
    assert found.begin == WHOLE.sprints[3].began
    assert found.since is not None and found.since < found.begin
    assert telling.mirrored == found.since


def test_it_stops_only_inside_the_days_that_count_whatever_other_sprints_are_called() -> None:
    namesake = replace(sprint(0), sprint=replace(sprint(3).sprint, id=SprintId(99)), ended=MONDAY)
    other = replace(sprint(3), sprint=replace(sprint(3).sprint, id=SprintId(98)), ended=sprint(3).ended + DAY)  # type: ignore[operator]
    of = replace(WHOLE, sprints=(namesake, *WHOLE.sprints, other), watched=frozenset(map(SprintId, (2, 3, 4))))
    begin, end = WHOLE.sprints[3].began, WHOLE.sprints[4].ended
    assert begin is not None and end is not None
    history = History(sprints=("Sprint 3", "Sprint 4"), begin=begin, end=end, past=of)
    assert stops_of([history], begin, end) == (WHOLE.sprints[3].ended,)


async def test_what_was_read_serves_without_a_jira_and_it_is_said_when_it_was_read(tmp_path: Path) -> None:
    vendors = Vendors()
    first = await days(tmp_path, Wanted(last=2), vendors)
    again = await days(tmp_path, Wanted(), None)
    assert (again.sprints, again.begin) == (first.sprints, first.begin)
    assert (first.unasked_since, again.unasked_since) == (None, vendors.clock.at)


@pytest.mark.parametrize("wanted", [Wanted(name="99"), Wanted(name="4"), Wanted(last=3)])
async def test_without_a_jira_other_sprints_than_were_read_are_refused(tmp_path: Path, wanted: Wanted) -> None:
    await days(tmp_path, Wanted(last=2), Vendors())
    with pytest.raises(OperatorError, match="no Jira to read other sprints from") as refused:
        await days(tmp_path, wanted, None)
    assert "Sprint 3, Sprint 4" in str(refused.value) and "ATLASSIAN_API_TOKEN" in str(refused.value)


async def test_without_a_jira_the_very_sprints_that_were_read_may_be_named(tmp_path: Path) -> None:
    await days(tmp_path, Wanted(name="4"), Vendors())
    assert (await days(tmp_path, Wanted(name="Sprint 4"), None)).sprints == ("Sprint 4",)


async def test_a_sprint_that_runs_is_not_tried(tmp_path: Path) -> None:
    last = WHOLE.sprints[-1]
    runs = replace(last, ended=None, sprint=replace(last.sprint, state=SprintState.ACTIVE))
    whole = replace(WHOLE, sprints=(*WHOLE.sprints[:-1], runs))
    with pytest.raises(OperatorError, match="Sprint 4 is not over yet"):
        await days(tmp_path, Wanted(name="4"), Vendors(whole))


async def test_what_was_read_is_not_read_again(tmp_path: Path) -> None:
    vendors = Vendors()
    for _ in range(2):
        await days(tmp_path, Wanted(last=2), vendors)
    assert len(vendors.asked) == 1
    await days(tmp_path, Wanted(last=1), vendors)
    assert len(vendors.asked) == 2


@dataclass
class Breaking:
    """Jira and Bitbucket, of which one reading breaks off."""

    asked: list[str] = field(default_factory=list)
    breaks: bool = True

    async def sprint_histories(self, board: int) -> list[SprintHistory]:
        self.asked.append("sprints")
        return list(WHOLE.sprints)

    async def ever_in(
        self, projects: object, sprints: Collection[SprintId], since: object, now: object
    ) -> dict[SprintId, frozenset[str]]:
        self.asked.append("members")
        return {id: frozenset(i.id for i in WHOLE.issues if i.states[0].sprint == id) for id in sprints}

    async def issue_histories(self, names: Collection[str], sprints: object) -> list[IssueHistory]:
        self.asked.append("issues")
        return [issue for issue in WHOLE.issues if issue.id in names]

    async def pull_histories(self, repository: str, since: object, allowed: object) -> list[PullHistory]:
        self.asked.append(repository)
        if self.breaks and self.asked[-1] != REPOSITORIES[0]:
            raise NotDone("away")
        return []

    async def allowed(self) -> frozenset[str]:
        return frozenset({"WEB"})

    async def myself(self) -> None:
        return None


REPOSITORIES = ["one", "two"]


async def test_a_reading_that_broke_off_goes_on_where_it_was(tmp_path: Path) -> None:
    law, vendors, folder = one_team(), Breaking(), Folder(tmp_path)
    repositories = law.teams[0].bitbucket.model_copy(update={"repositories": REPOSITORIES})
    law = law.model_copy(update={"teams": (law.teams[0].model_copy(update={"bitbucket": repositories}),)})
    pasts = Pasts(vendors, vendors, Clock(), vendors)  # type: ignore[arg-type]
    folder.make()
    with pytest.raises(NotDone):
        await days_of(Wanted(last=2), law, pasts, folder)
    vendors.asked, vendors.breaks = [], False
    found = await days_of(Wanted(last=2), law, pasts, folder)
    assert [each for each in vendors.asked if each != "sprints"] == ["two"]
    [telling] = found.tellings.values()
    assert isinstance(telling, Past) and {issue.states[0].sprint for issue in telling.issues} == {1, 2, 3, 4}
    assert not list(folder.path.glob("*.part-*"))
