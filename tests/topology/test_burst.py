"""Ten thousand deliveries at once, with repeats and out of order: nothing lost, nothing doubled, people first."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from pathlib import Path

import pytest

from bot.chaos.checker import violations
from bot.chaos.looking_back import look_back
from bot.webhooks import DEBOUNCE, LONGEST_WAIT
from models.ids import TeamId
from tests.bench.figures import machine, milliseconds, percentile
from tests.postgresql import Server
from tests.redis_server import RedisServer
from tests.topology.cluster import Cluster, running
from tests.topology.load import People, Storm, backlog, worked_off

pytestmark = [pytest.mark.anyio, pytest.mark.bench]

EVENTS, AGAIN = 10_000, 2_000
"""Of the storm on four workers, and of the one on a single worker."""

JOBS = 600
"""Of the last lane, waiting when the storm begins."""

PEOPLE = 2.0
"""Seconds within which 99 of 100 people are answered in the middle of all that."""


async def test_a_storm_loses_nothing_doubles_nothing_and_leaves_people_first(
    server: Server, redis: RedisServer, tmp_path: Path
) -> None:
    print(f"\n2 web + 4 workers on PostgreSQL + Redis: {machine()}")
    async with running(tmp_path / "run", server, redis_url=redis.url) as cluster:
        idle = People()
        await idle.ask(cluster, 60)
        print(f"  people, idle system     {milliseconds(idle.waits)}")
        four = await _storm(cluster, EVENTS, "four", idle)
        while len(cluster.workers) > 1:
            await cluster.dismiss(cluster.workers[-1])
        one = await _storm(cluster, AGAIN, "one", idle)
        print(f"  four workers to one: backlog worked off {one / four:.2f} times as fast")
        await cluster.settled()
        assert cluster.count("SELECT count(*) FROM inbox WHERE source = 'jira'") == EVENTS + AGAIN
        looks = {team.id: _looks(cluster, team.id) for team in cluster.flow.simulator.directives.teams}
    assert violations(look_back(cluster.flow)) == []
    assert all(later - earlier >= DEBOUNCE for times in looks.values() for earlier, later in pairwise(times))


async def _storm(cluster: Cluster, count: int, seed: str, idle: People) -> float:
    """Every promise of one storm; the seconds in which the backlog was worked off."""
    workers, storm, people = len(cluster.workers), Storm(), People()
    before = {team.id: len(_looks(cluster, team.id)) for team in cluster.flow.simulator.directives.teams}
    await backlog(cluster, JOBS)
    async with people.asking(cluster):
        working = asyncio.create_task(worked_off(cluster))
        await storm.send(cluster, count, seed=seed)
        seconds = await working
        await cluster.flow.quiet()
    ratio = percentile(people.waits, 0.99) / percentile(idle.waits, 0.99)
    rate = storm.answers.total() / storm.seconds
    asked = f"{len(people.waits)} questions, {milliseconds(people.waits)}"
    print(f"  {workers} workers, {count} events  {storm.seconds:.0f} s, {rate:.0f}/s, {milliseconds(storm.taken)}")
    print(f"    backlog of {JOBS} jobs  worked off in {seconds:.1f} s")
    print(f"    people meanwhile      {asked}; p99 {ratio:.1f} times the idle one")
    assert storm.failed == 0 and people.troubles == 0
    assert percentile(people.waits, 0.99) < PEOPLE
    windows = 2 * storm.seconds / LONGEST_WAIT + 3  # a busy disk can be quiet for long enough to end a window
    looked = {team: len(_looks(cluster, team)) - was for team, was in before.items()}
    print(f"    looks                 {sum(looked.values())} for {len(looked)} sprints, at most {windows:.0f} each")
    assert max(looked.values()) <= windows
    return seconds


def _looks(cluster: Cluster, team: TeamId) -> list[float]:
    """When the team was looked at because of events."""
    words = f"SELECT extract(epoch FROM at) FROM cycles WHERE team = '{team}' AND reason = 'event' ORDER BY at"
    return [float(row[0]) for row in cluster.ask(words)]
