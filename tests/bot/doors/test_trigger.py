"""An operator's wish to look reaches the team whose sprint was meant, and nobody else."""

from __future__ import annotations

import pytest

from bot.doors.trigger import ask_for_a_look
from models.directives_file import load
from models.errors import OperatorError
from models.ids import JobId, SprintId, TeamId
from models.mailbox import NewJob
from models.work import Facts, Sprint, SprintState
from tests.bot.knocking import ROOT

pytestmark = pytest.mark.anyio

SPRINT = Sprint(
    id=SprintId(101), name="PAY Sprint 24", state=SprintState.ACTIVE, board=1, goal="", start=None, end=None
)


class World:
    """A mirror with these sprints for every team, and the jobs that were put."""

    def __init__(self, *sprints: Sprint) -> None:
        self.sprints = sprints
        self.jobs: list[NewJob] = []

    async def facts_about(self, team: TeamId) -> Facts:
        return Facts(team=team, sprints=self.sprints, issues=(), pull_requests=(), people=())

    async def put(self, job: NewJob) -> JobId:
        self.jobs.append(job)
        return JobId(len(self.jobs))


async def _ask(world: World, wanted: str) -> list[NewJob]:
    await ask_for_a_look(load(ROOT / "directives.yaml"), world, world, wanted)
    return world.jobs


@pytest.mark.parametrize("wanted", ["SPRINT-24", "24", "101", "pay sprint 24", "sprint 24"])
async def test_a_sprint_is_found_by_its_id_its_name_and_its_number(wanted: str) -> None:
    jobs = await _ask(World(SPRINT), wanted)
    assert jobs and all(job.payload == {"reason": "asked", "sprint": 101} for job in jobs)
    assert not any(job.coalesce for job in jobs)


async def test_without_a_name_every_team_is_looked_at_whole() -> None:
    jobs = await _ask(World(SPRINT), "")
    assert [job.team for job in jobs] == [team.id for team in load(ROOT / "directives.yaml").teams]
    assert all(job.payload["sprint"] is None for job in jobs)


async def test_a_sprint_nobody_has_is_refused_with_those_there_are() -> None:
    world = World(SPRINT)
    with pytest.raises(OperatorError, match=r"PAY Sprint 24 \(101\)"):
        await _ask(world, "99")
    assert world.jobs == []


async def test_before_anything_was_read_the_look_itself_will_read() -> None:
    assert len(await _ask(World(), "24")) == len(load(ROOT / "directives.yaml").teams)
