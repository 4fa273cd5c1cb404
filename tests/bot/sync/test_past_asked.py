"""What is asked of Jira and Bitbucket when a past is read, and what is made of what they leave out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.sync.past import Pasts
from models.errors import Refused
from models.histories import SETTLED_FOR, SprintHistory
from models.ids import SprintId
from models.work import Sprint, SprintState
from tests.planner.world import LAW

pytestmark = pytest.mark.anyio

[TEAM] = LAW.teams
BEGAN = datetime(2026, 11, 2, 9, tzinfo=UTC)
TWELVE = SprintId(12)


def history(number: int) -> SprintHistory:
    began = BEGAN + (number - 12) * timedelta(days=14)
    end = began + timedelta(days=11)
    known = Sprint(
        id=SprintId(number), name=f"S{number}", state=SprintState.CLOSED, board=7, goal="", start=began, end=end
    )
    return SprintHistory(sprint=known, began=began, ended=end)


@dataclass
class FakeJira:
    """Tells of ``told`` alone."""

    told: frozenset[int] = frozenset({11, 12})

    async def sprint_histories(self, board: int) -> Sequence[SprintHistory]:
        return [history(number) for number in (12, 11)]

    async def ever_in(self, projects: Any, sprints: Sequence[SprintId], since: datetime, now: datetime) -> Any:
        assert since == min(history(each).began or now for each in sprints)
        return {each: frozenset({"1"}) for each in sprints if each in self.told}

    async def issue_histories(self, names: Sequence[str], sprints: Any) -> Sequence[Any]:
        return []

    async def myself(self) -> str:
        return "me"


@dataclass
class FakeBitbucket:
    asked: list[datetime] = field(default_factory=list)

    async def pull_histories(self, repository: str, since: datetime, projects: Any) -> Sequence[Any]:
        self.asked.append(since)
        return []


class Clock:
    def now(self) -> datetime:
        return BEGAN + timedelta(days=30)

    real = now


class Allowed:
    async def allowed(self) -> Sequence[str]:
        return ["PAY"]


def pasts(jira: Any, bitbucket: Any = None) -> Pasts:
    doors: Any = Clock(), Allowed()
    return Pasts(jira, bitbucket, *doors)


async def test_pull_requests_of_the_fortnight_before_are_read_too() -> None:
    bitbucket = FakeBitbucket()
    past = await pasts(FakeJira(), bitbucket).read(TEAM, [TWELVE])
    assert set(bitbucket.asked) == {BEGAN - SETTLED_FOR} and past.sources == {"jira", "bitbucket"}


async def test_without_pull_requests_bitbucket_is_not_asked() -> None:
    bitbucket = FakeBitbucket()
    past = await pasts(FakeJira(), bitbucket).read(TEAM, [TWELVE], pulls=False)
    assert bitbucket.asked == [] and past.sources == {"jira"} and past.watched == {TWELVE}


async def test_one_pass_begins_with_the_first_of_the_sprints_and_names_what_jira_does_not_tell() -> None:
    found = await pasts(FakeJira(frozenset({12}))).gather(TEAM, [SprintId(11), TWELVE])
    assert found.asked == {11, 12} and (found.of(SprintId(11)), found.of(TWELVE)) == (None, {"1"})
    assert [each.sprint.id for each in found.sprints] == [11, 12]


async def test_whoever_asks_for_a_sprint_that_jira_does_not_tell_of_hears_so() -> None:
    with pytest.raises(Refused, match="S11"):
        await pasts(FakeJira(frozenset({12}))).read(TEAM, [SprintId(11), TWELVE])
