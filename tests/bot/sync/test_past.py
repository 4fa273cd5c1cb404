"""What the mirror held at any moment of a company's life, the vendors' histories tell again."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.sync import Sync
from bot.sync.past import Pasts, pasts_of
from integrations.bitbucket import Bitbucket
from integrations.jira import Jira
from integrations.jira.past.rewinding import MOVES
from integrations.simulator.company import Company
from integrations.simulator.nouns import News
from integrations.simulator.server import Simulator
from models.clock import SharedClock
from models.database import Database
from models.directives import Directives
from models.events import Event, Source
from models.histories import Past
from models.ids import SprintId
from models.store import Store
from models.work import Facts, Issue, Progress
from tests.bot.sync.happening import happen, turn_the_sprint
from tests.integrations.simulator.conftest import clock, directives, law, product, simulator
from tests.world import fresh_database

__all__ = ["clock", "directives", "law", "product", "simulator"]

pytestmark = pytest.mark.anyio

STEPS = 24
"""Happenings that are compared; with sixty, and any of forty seeds, nothing else differed."""

ROOM = "https://acme.example"

BEGINNINGS = ("jira:issue_created", "pullrequest:created", "pullrequest:comment")
"""What nobody can answer by, and talk, which is no reason to look."""


@dataclass
class Life:
    """A simulated company, its mirror, and what reads its past."""

    company: Company
    clock: SharedClock
    directives: Directives
    sync: Sync
    store: Store
    pasts: Pasts
    told: list[Event] = field(default_factory=list)
    done: list[tuple[str, str, datetime]] = field(default_factory=list)
    """Who did something to which ticket or pull request, and when, to the second."""

    def hear(self, news: News) -> None:
        """Of a build only its own event tells at once."""
        pull, change = news.pull_request, news.change
        subject = f"{pull.repository}#{pull.number}" if pull is not None else news.issue.key if news.issue else ""
        silent = change is not None and MOVES.isdisjoint(item.field.lower() for item in change.items)
        if subject and news.build is None and not silent and not news.event.startswith(BEGINNINGS):
            self.done.append((news.by, subject, news.at.replace(microsecond=0)))
        if news.build is not None and (pull := news.pull_request) is not None:
            event = Event(
                source=Source.BITBUCKET, name=news.event, repository=pull.repository, commit=news.build.commit
            )
            self.told.append(event)

    @property
    def team(self) -> Any:
        return self.directives.teams[0]

    async def mirrored(self) -> Facts:
        """What the mirror holds after what was told and the next reconciliation."""
        await self.sync.after(self.team.id, self.told)
        self.told.clear()
        await self.sync.reconcile(self.team.id)
        return await self.store.facts_about(self.team.id)

    async def past(self) -> Past:
        wanted = [SprintId(id) for id in self.company.sprints]
        return await self.pasts.read(self.team, wanted)


@pytest.fixture
async def life(simulator: Simulator, clock: SharedClock, directives: Directives, tmp_path: Path) -> AsyncIterator[Life]:
    database, secrets = Database(fresh_database(tmp_path / "past.db"), clock), simulator.secrets
    boards = list(simulator.company.boards)
    jira = Jira(
        base_url=f"{simulator.url}/jira",
        site_url=ROOM,
        email=secrets.atlassian_email,
        token=secrets.atlassian_token,
        boards=boards,
    )
    bitbucket = Bitbucket(
        base_url=f"{simulator.url}/bitbucket/2.0",
        workspace=directives.teams[0].bitbucket.workspace,
        email=secrets.atlassian_email,
        token=secrets.bitbucket_token,
        projects=directives.teams[0].jira.projects,
    )
    store = Store(database, clock)
    sync = Sync(store, clock, lambda: directives, jira=jira, bitbucket=bitbucket, slack=None)
    pasts = pasts_of(jira, bitbucket, store, clock, lambda: directives)
    life = Life(simulator.company, clock, directives, sync, store, pasts)
    simulator.company.listeners.append(life.hear)
    yield life
    await jira.close()
    await bitbucket.close()
    await database.close()


def differing(mirror: Any, rebuilt: Any, apart_from: Collection[str] = ()) -> Mapping[str, Any]:
    """The fields in which two values differ."""
    names = [each.name for each in fields(mirror) if each.name not in apart_from]
    pairs = {name: (told(getattr(mirror, name)), told(getattr(rebuilt, name))) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def told(value: Any) -> Any:
    """In which order links are told, Jira does not say."""
    return frozenset(value) if isinstance(value, tuple) else value


def not_comparable(issue: Any, past: Past) -> frozenset[str]:
    """Since when something blocks that was done in between: the mirror forgets it when it happens to look."""
    if not isinstance(issue, Issue):
        return frozenset()
    blockers = {*issue.blocked_by, *issue.freed_by, *(each.key for each in issue.linked_since)}
    ever = (state for history in past.issues if history.keys & blockers for state in history.states)
    return frozenset({"linked_since"}) if any(state.progress is Progress.DONE for state in ever) else frozenset()


async def test_every_fact_the_mirror_held_at_any_moment_is_told_again_by_the_histories(life: Life) -> None:
    dice, seen = random.Random(41), dict[datetime, Facts]()
    await life.mirrored()
    began = life.clock.now()
    life.clock.advance(timedelta(hours=1))
    for step in range(STEPS):
        life.clock.advance(timedelta(minutes=dice.randint(20, 400)))
        turn_the_sprint(life.company) if step == STEPS // 2 else happen(life.company, dice)
        life.clock.advance(timedelta(seconds=2))
        seen[life.clock.now()] = await life.mirrored()
    past, team = replace(await life.past(), mirrored=began), life.team.id
    pairs = [(facts, past.facts(team, when, facts.people)) for when, facts in seen.items()]
    assert [wrong for facts, rebuilt in pairs for wrong in complaints(facts, rebuilt, past)] == []
    assert all(set(facts.people) == set(rebuilt.people) for facts, rebuilt in pairs)
    assert {issue.sprint for facts in seen.values() for issue in facts.issues if issue.sprint in facts.whole} == set(
        [s.sprint.id for s in past.sprints if s.began is not None][1:]
    )


def complaints(facts: Facts, rebuilt: Facts, past: Past) -> list[Any]:
    """Every difference; an issue outside the sprints comes and goes in the mirror as its readings have it."""
    found: list[Any] = [("whole", facts.whole, rebuilt.whole)] if facts.whole != rebuilt.whole else []
    for kind in ("sprints", "issues", "pull_requests"):
        ours = {each.id: each for each in getattr(facts, kind)}
        theirs = {each.id: each for each in getattr(rebuilt, kind)}
        alone = [each for each in (*ours.values(), *theirs.values()) if (each.id in ours) is not (each.id in theirs)]
        found += [("not in both", one) for one in alone if not isinstance(one, Issue) or one.sprint in facts.whole]
        for id in ours.keys() & theirs.keys():
            different = differing(ours[id], theirs[id], not_comparable(theirs[id], past))
            found += [(kind, id, different)] if different else []
    return found


async def test_who_did_what_is_told_again_by_the_histories(life: Life) -> None:
    dice, began = random.Random(43), life.clock.now()
    for _ in range(STEPS):
        life.clock.advance(timedelta(minutes=dice.randint(20, 400)))
        happen(life.company, dice)
    past = await life.past()
    opened = {(pull.id, pull.since[0]) for pull in past.pulls}
    acts = [act for act in past.acts(since=began) if (act.subject, act.at) not in opened]
    assert sorted((act.account, act.subject, act.at.replace(microsecond=0)) for act in acts) == sorted(life.done)
    somebody = past.issues[0].acts[-1].account
    assert somebody in {act.account for act in past.acts()}
    assert somebody not in {act.account for act in replace(past, me=somebody).acts()}
