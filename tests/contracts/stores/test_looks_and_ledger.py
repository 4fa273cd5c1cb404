"""Look and ledger together: neither age nor another team lets what was told silence what is new."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from models.actions import RemindPerson
from models.database import Database
from models.directives import Directives
from models.events import Reason, Source, Trigger
from models.ids import EffectId, IssueKey, PersonId, TeamId
from models.ledger import Ledger
from models.proposals import Decided, Ending, Outcome, Receipt, Verdict
from models.store import Store
from models.work import Absence, Facts
from planner.cycle import run_cycle
from planner.ports import Desk
from planner.reasoning import RulesMind
from tests.planner.world import BASE, DAY, HOUR, LAW, NOON, TEAM, constitution, facts, issue, line, people

pytestmark = pytest.mark.anyio

OPS = TeamId("ops")
LINES = (
    line("away", {"watch": "person_away", "after": "1 business day", "tell": "pm"}),
    line("many", {"watch": "person_overloaded", "more_than": 3, "tell": "pm"}),
)


class Times:
    """Company and real time, moved by hand."""

    def __init__(self) -> None:
        self.at = NOON

    def now(self) -> Any:
        return self.at

    def real(self) -> Any:
        return self.at

    def monotonic(self) -> float:
        return 0.0


class Room:
    """Looks at what is said to be so, over a real ledger; what is decided reaches its readers at once."""

    def __init__(self, url: str, law: Directives) -> None:
        self.clock = Times()
        self.database = Database(url, self.clock)
        self.ledger = Ledger(self.database, self.clock)
        self.law = law
        self.facts: dict[TeamId, Facts] = {}

    async def facts_about(self, team: TeamId) -> Facts:
        return self.facts[team]

    async def look(self, team: TeamId = TEAM) -> Sequence[Decided]:
        desk = Desk(clock=self.clock, directives=self.law, work=self, mind=RulesMind(), ledger=self.ledger, hands={})
        looked = await run_cycle(Trigger(team=team, reason=Reason.LOOK, at=self.clock.now()), desk)
        for effect in await self.ledger.recent(days=1):
            await self.ledger.begin(EffectId(effect.id))
            done = Outcome(ending=Ending.DONE, words="", receipt=Receipt({"channel": "D", "ts": effect.id}))
            await self.ledger.settle(effect.id, done)
        return [each for each in looked.decided if isinstance(each.proposal.action, RemindPerson)]


def told(decided: Sequence[Decided]) -> list[tuple[PersonId, list[str], Verdict]]:
    """Who is to hear of what, and whether they may."""
    actions = ((each.proposal.action, each.decision.verdict) for each in decided)
    return [
        (action.person, [item.subject for item in action.items], verdict)
        for action, verdict in actions
        if isinstance(action, RemindPerson)
    ]


@pytest.mark.parametrize("days", [112, 133, 203])
async def test_what_was_told_long_ago_and_goes_on_does_not_silence_its_reader(url: str, days: int) -> None:
    room = Room(url, LAW)
    old = issue(1, flagged_since=NOON - days * DAY - 26 * HOUR)
    room.facts[TEAM] = facts(old)
    room.clock.at = NOON - days * DAY
    assert ("ann", ["PAY-1"], Verdict.ALLOW) in told(await room.look())
    room.clock.at = NOON - HOUR
    await room.look()
    await Store(room.database, room.clock).tidy()
    room.clock.at = NOON
    room.facts[TEAM] = facts(old, issue(2, flagged_since=NOON - 26 * HOUR))
    assert ("ann", ["PAY-2"], Verdict.ALLOW) in told(await room.look())
    await room.database.close()


def two_teams() -> Directives:
    """Two teams of the same people, each with a project of its own."""
    law = constitution(objectives={"primary": [*BASE["objectives"]["primary"], *LINES]})
    [own] = law.teams
    jira = own.jira.model_copy(update={"projects": ("OPS",), "boards": (9,)})
    return law.model_copy(update={"teams": (own, own.model_copy(update={"id": OPS, "jira": jira}))})


@pytest.mark.parametrize("gone", [True, False])
async def test_of_somebody_who_works_in_two_teams_each_team_tells_its_own(url: str, gone: bool) -> None:
    """One PM of both, one person who is away from both or has too much begun in both."""
    room = Room(url, two_teams())
    away = Absence(since=NOON - 3 * DAY, until=NOON + 9 * DAY, reason="vacation") if gone else None
    who = tuple(people(ann=away).values()) if away else tuple(people().values())
    mine = [issue(n, progress_since=NOON - 3 * HOUR) for n in range(1, 5)]
    theirs = [replace(each, key=IssueKey(f"OPS-{n}")) for n, each in enumerate(mine, 1)]
    room.facts = {TEAM: facts(*mine, people=who), OPS: facts(*theirs, people=who, team=OPS)}
    assert told(await room.look()) == [("pat", ["person:ann"], Verdict.ALLOW)]
    [waits] = await room.look(OPS)
    assert (waits.decision.verdict, waits.decision.rule) == (Verdict.DEFER, "one-a-day"), "today's is spent"
    room.clock.at += DAY
    assert told(await room.look(OPS)) == [("pat", ["person:ann"], Verdict.ALLOW)]
    assert told(await room.look(TEAM)) == [] == told(await room.look(OPS)), "and each only once"
    await room.database.close()


async def test_what_another_team_has_told_its_reader_is_left_out_and_what_is_new_is_told(url: str) -> None:
    """A project was given to another team: what its people were told of it before still counts."""
    room = Room(url, two_teams())
    old = issue(1, flagged_since=NOON - 26 * HOUR)
    room.facts = {TEAM: facts(old), OPS: facts(old, issue(2, flagged_since=NOON - 2 * HOUR), team=OPS)}
    await Store(room.database, room.clock).save(OPS, source=Source.SLACK, people=tuple(people().values()))
    assert ("ann", ["PAY-1"], Verdict.ALLOW) in told(await room.look())
    room.clock.at += DAY
    assert ("ann", ["PAY-2"], Verdict.ALLOW) in told(await room.look(OPS))
    await room.database.close()
