"""An operator's wish to look now, at one sprint or at everything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from models.directives import Directives
from models.errors import OperatorError
from models.events import Reason
from models.ids import JobId, TeamId
from models.mailbox import NewJob
from models.work import Facts
from planner.words.sprints import meant_by


class Jobs(Protocol):
    """Where work is put."""

    async def put(self, job: NewJob) -> JobId:
        """Add a job."""
        ...


class Mirror(Protocol):
    """What is known of a team's work."""

    async def facts_about(self, team: TeamId) -> Facts:
        """Everything the mirror holds."""
        ...


async def ask_for_a_look(directives: Directives, jobs: Jobs, mirror: Mirror, wanted: str = "") -> Sequence[TeamId]:
    """Put one cycle into the queue for each team whose sprint ``wanted`` names; without a name, for every team.

    ``wanted`` is a sprint's Jira id or anything ``/pm status`` understands. A team of which no sprint is
    known yet is looked at in any case: reading comes first. Returns the teams. Raises ``OperatorError`` when
    no sprint fits; the hint names those there are.
    """
    found, known = list[tuple[TeamId, int | None]](), list[str]()
    for team in directives.teams:
        sprints = (await mirror.facts_about(team.id)).sprints
        meant = meant_by(wanted, sprints)
        known += [f"{s.name} ({s.id})" for s in sprints]
        if meant or not sprints or not wanted:
            found.append((team.id, meant[0].id if meant else None))
    if not found:
        raise OperatorError(f"no sprint is called {wanted[:60]!r}", hint=f"There are: {', '.join(known[:20])}")
    for team_id, sprint in found:
        await jobs.put(_look(team_id, sprint))
    return [team_id for team_id, _ in found]


def _look(team: TeamId, sprint: int | None) -> NewJob:
    """Not coalesced: a look that waits for other reasons must not swallow the sprint that was named."""
    return NewJob(
        kind="cycle", key=f"team:{team}", team=team, lane=1, payload={"reason": Reason.ASKED.value, "sprint": sprint}
    )
