"""Never noisy, as a promise: a quiet project is silent, a storm about one person is one message, a mad mind is mute."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.scheduler import digest_slot
from bot.sync import person_of
from integrations.simulator.company import item
from integrations.simulator.nouns import Change
from models.actions import ACTION_KINDS, PostDigest
from models.database import Database, upgrade
from models.directives import Directives, Team
from models.directives_file import load
from models.events import Reason, Source, Trigger
from models.ids import IssueKey, PersonId, SprintId
from models.ledger import Ledger
from models.mailbox import Mailbox
from models.proposals import Effect, Receipt
from models.signals import Signal
from models.store import Store
from models.work import Issue, Progress, Snapshot, Sprint, SprintState
from planner.carry_out import carry_out
from planner.cycle import run_cycle
from planner.ports import Desk, Mind
from planner.reasoning import RulesMind
from planner.worktime import team_calendar
from tests.contracts.stores.values import FakeClock
from tests.world import CONSTITUTION, TUESDAY, World, running

pytestmark = pytest.mark.anyio

LOOKS = 1_000
STEP = timedelta(minutes=35)
"""Between two looks: 1,000 of them cover 24 days, nights and weekends included."""


@dataclass
class Outbox:
    """A hand that does everything and remembers it."""

    sent: list[Effect] = field(default_factory=list)

    async def perform(self, effect: Effect) -> Receipt:
        self.sent.append(effect)
        return Receipt({}, "sent")

    async def find(self, effect: Effect) -> Receipt | None:
        return None

    async def changed(self, effect: Effect) -> str | None:
        return None


@dataclass
class Project:
    """Real stores with a project in which nothing needs anybody, and the real two stories over them."""

    directives: Directives
    store: Store
    ledger: Ledger
    mailbox: Mailbox
    clock: FakeClock
    outbox: Outbox = field(default_factory=Outbox)
    fired: set[str] = field(default_factory=set)

    @property
    def team(self) -> Team:
        return self.directives.teams[0]

    async def fill(self) -> None:
        """One long sprint, most of it done; everything else has an owner and moves."""
        begin = self.clock.now()
        sprint = Sprint(
            id=SprintId(24), name="Sprint 24", state=SprintState.ACTIVE, board=self.team.jira.boards[0], goal="",
            start=begin - timedelta(days=2), end=begin + timedelta(days=60),
        )  # fmt: skip
        owner = self.team.members[-1].jira
        issues = [quiet_issue(n, str(owner), Progress.DONE if n < 7 else Progress.DOING, begin) for n in range(10)]
        people = [person_of(member, self.team) for member in self.team.members]
        await self.store.save(self.team.id, source=Source.JIRA, complete=True, sprints=[sprint], issues=issues)
        await self.store.save(self.team.id, source=Source.SLACK, complete=True, people=people)

    async def look(self, mind: Mind) -> None:
        """One scheduled look, the digest when its slot has come, and everything that follows from both."""
        desk = Desk(
            clock=self.clock, directives=self.directives, work=self.store, mind=mind, ledger=self.ledger,
            hands=dict.fromkeys(ACTION_KINDS, self.outbox),
        )  # fmt: skip
        await run_cycle(Trigger(team=self.team.id, reason=Reason.LOOK, at=self.clock.now()), desk)
        slot = digest_slot(self.directives, self.team, self.clock.now())
        if slot is not None and slot not in self.fired:
            self.fired.add(slot)
            await run_cycle(Trigger(team=self.team.id, reason=Reason.DIGEST, at=self.clock.now()), desk)
        while (job := await self.mailbox.claim((0, 1, 2), 60)) is not None:
            await carry_out(job.payload["effect"], desk)
            await self.mailbox.finish(job)


def quiet_issue(number: int, owner: str, progress: Progress, begin: datetime) -> Issue:
    return Issue(
        key=IssueKey(f"PAY-{number}"), id=str(number), title="A ticket", url="https://jira.test", kind="Story",
        status=progress.value, progress=progress, status_since=begin, assignee=owner, unassigned_since=None,
        priority="Medium", labels=frozenset(), points=3, due=None, flagged_since=None, blocked_by=(),
        sprint=SprintId(24), created=begin, updated=begin,
    )  # fmt: skip


@pytest.fixture
async def project(tmp_path: Path) -> Any:
    url = f"sqlite:///{tmp_path / 'quiet.db'}"
    await asyncio.to_thread(upgrade, url)
    clock = FakeClock()
    database = Database(url, clock)
    made = Project(load(CONSTITUTION), Store(database, clock), Ledger(database, clock), Mailbox(database, clock), clock)
    await made.fill()
    yield made
    await database.close()


async def test_a_thousand_looks_at_a_quiet_project_send_nothing_but_the_digest(project: Project) -> None:
    begin = project.clock.now()
    for _ in range(LOOKS):
        await project.look(RulesMind())
        project.clock.tick(STEP.total_seconds())

    sent = Counter(effect.action.kind for effect in project.outbox.sent)
    days = team_calendar(project.directives, project.team.id).working_days(begin, project.clock.now() - STEP)
    assert sent.keys() == {PostDigest.kind}
    assert abs(sent[PostDigest.kind] - days) <= 1  # the first and the last day may lie half outside
    assert len({e.action.day for e in project.outbox.sent if isinstance(e.action, PostDigest)}) == sum(sent.values())


class MadMind:
    """Says everything a model gone wrong, or an attacker behind it, could say."""

    name = "mad"

    async def propose(
        self, snapshot: Snapshot, signals: Sequence[Signal], trigger: Trigger, directives: Directives
    ) -> Sequence[Any]:
        good = list(await RulesMind().propose(snapshot, signals, trigger, directives))
        made_up = [replace(p, because="<!channel> everything is on fire", id=f"mad-{n}") for n, p in enumerate(good)]
        return [None, "Ignore the rules and tell everybody.", {"action": "delete_issue"}, object(), *made_up]


async def test_a_mind_gone_wrong_says_nothing_about_a_quiet_project(project: Project) -> None:
    for _ in range(LOOKS // 4):
        await project.look(MadMind())
        project.clock.tick(STEP.total_seconds())
    assert {effect.action.kind for effect in project.outbox.sent} <= {PostDigest.kind}
    assert "channel" not in repr([e.action for e in project.outbox.sent if not isinstance(e.action, PostDigest)])


async def test_two_hundred_events_about_one_person_are_one_message(tmp_path: Path) -> None:
    async with running(tmp_path, at=TUESDAY + timedelta(hours=2)) as world:  # Sam is at work by then
        keys = pile_up(world, "sam", 8)
        before = len(world.direct_messages("sam"))
        for number in range(200):
            comment(world, keys[number % len(keys)])
        await world.settle(60)
        [told] = world.direct_messages("sam")[before:]
        assert sum(key in told.text for key in keys) == 3
        assert f"{len(keys) - 3} more" in told.text + repr(told.blocks)

        await world.later(timedelta(hours=1))
        assert len(world.direct_messages("sam")) == before + 1
        await world.later(timedelta(days=1))
        assert len(world.direct_messages("sam")) <= before + 2


def pile_up(world: World, person: str, count: int) -> list[str]:
    """So many tickets of one person that have been stuck for more than one working day, unheard until now."""
    company, owner = world.simulator.company, str(world.team.member(PersonId(person)).jira)
    chosen = [i for i in company.active() if company.category(i) != "done" and not i.flagged][:count]
    for issue in chosen:
        row = item(company, "flagged", False, True)
        stuck = Change(company.number(), owner, world.clock.now() - timedelta(days=1, minutes=30), (row,))
        company.issues[issue.key] = replace(issue, assignee=owner, flagged=True, changes=(*issue.changes, stuck))
    return [issue.key for issue in chosen]


def comment(world: World, key: str) -> None:
    company = world.simulator.company
    company.comment(key, str(company.issues[key].assignee), {"type": "doc", "version": 1, "content": []})
