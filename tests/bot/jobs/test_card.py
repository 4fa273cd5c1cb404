"""A question that waits takes its course from the rows and the clock alone: killed or doubled, each step comes once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from bot.jobs.card import chase
from bot.sync import person_of
from models.actions import Reassign
from models.cycles import Cycle
from models.database import Database
from models.directives import Mode
from models.directives_file import load, parse
from models.events import Reason, Source, Trigger
from models.ids import ApprovalId, CycleId, EffectId, IssueKey, PersonId, ProposalId, named
from models.ledger import Ledger
from models.proposals import ApprovalState, Decided, Decision, Ending, Outcome, Receipt, Verdict
from models.signals import Urgency
from models.store import Store
from models.tables.outbox import effects
from models.work import Absence
from tests.contracts.stores.values import allow, cycle, nudge, proposal, spend
from tests.world import CONSTITUTION, empty_database

pytestmark = pytest.mark.anyio

LAW = load(CONSTITUTION)
TEAM = LAW.teams[0]
DANA, NOOR = PersonId("dana"), PersonId("noor")
FRIDAY = datetime.fromisoformat("2026-11-20T12:00:00-05:00")
"""In New York; Thursday the week after is Thanksgiving."""
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass
class Clock:
    at: datetime = FRIDAY

    def now(self) -> datetime:
        return self.at

    def real(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return 0.0


class Killed(BaseException):
    """A process died: nothing of it goes on."""


@dataclass
class Death:
    """Kills whoever passes that commit point, and whoever works beside it, once."""

    point: str
    left: int = 1

    def __call__(self, point: str) -> None:
        if point == self.point and self.left:
            self.left -= 1
            raise Killed(point)


@dataclass
class House:
    """What ``chase`` needs of the app, on a real database."""

    clock: Clock
    database: Database
    url: str
    directives: Any = LAW
    died: int = 0
    asked_by: PersonId | None = None

    def app(self) -> Any:
        """As a process that has just started: it remembers nothing."""
        return SimpleNamespace(
            clock=self.clock,
            directives=self.directives,
            ledger=Ledger(self.database, self.clock),
            store=Store(self.database, self.clock),
        )

    async def ask(self) -> ApprovalId:
        """Dana is asked for PAY-1, and has the card."""
        ledger, at = self.app().ledger, self.clock.at
        action = Reassign(
            issue=IssueKey("PAY-1"), issue_title="t", issue_url="https://x", giver=None, taker=PersonId("li")
        )
        wanted = replace(proposal(action, "p"), id=ProposalId("p"), asked_by=self.asked_by)
        decision = Decision(
            verdict=Verdict.ASK, rule="confirm-reassign", reason="r", approvers=(DANA,), expires=at + 4 * DAY
        )
        trigger = Trigger(team=TEAM.id, reason=Reason.LOOK, at=at)
        await ledger.record(
            Cycle(
                id=CycleId("c"), trigger=trigger, at=at, directives_version="v", signals=(),
                decided=(Decided(wanted, decision),), urgency=Urgency.LOW, next_look=at + HOUR,
            )
        )  # fmt: skip
        approval = ApprovalId(named("approval", "p", "c"))
        effect = EffectId(named("ask", approval))
        await ledger.begin(effect)
        receipt = Receipt({"channel": "D1", "ts": "1.0"})
        await ledger.settle(effect, Outcome(ending=Ending.DONE, words="asked", receipt=receipt))
        return approval

    async def away(self, person: PersonId, until: datetime | None) -> None:
        absence = Absence(reason="on holiday", until=until)
        people = [person_of(m, TEAM) for m in TEAM.members]
        known = [replace(p, absent=absence) if p.id == person else p for p in people]
        await self.app().store.save(TEAM.id, source=Source.SLACK, people=known)

    async def live(self, until: datetime, every: timedelta = 30 * MINUTE) -> list[tuple[str, str, str]]:
        """What was planned, for whom and when in New York; every time by processes of their own, and two at once."""
        seen: list[tuple[str, str, str]] = []
        while self.clock.at <= until:
            together = await asyncio.gather(chase(self.app()), chase(self.app()), return_exceptions=True)
            self.died += sum(isinstance(ended, Killed) for ended in together)
            assert all(ended is None or isinstance(ended, Killed) for ended in together), together
            await self.app().ledger.lapse(self.clock.now())
            for kind, person in await self._planned():
                if not any((kind, person) == (k, p) for _, k, p in seen):
                    seen.append((f"{self.clock.at:%a %H:%M}", kind, person))
            self.clock.at += every
        return seen

    async def _planned(self) -> list[tuple[str, str]]:
        wanted = select(effects.c.action).where(effects.c.kind == "ask_approval").order_by(effects.c.planned)
        rows = await self.database.read(lambda c: c.execute(wanted).scalars().all())
        return [(row["asking"], row["person"]) for row in rows if row["asking"] != "first"]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    file = tmp_path / "pm.db"
    file.write_bytes(empty_database())
    clock = Clock()
    url = f"sqlite:///{file}"
    database = Database(url, clock)
    yield House(clock, database, url)
    await database.close()


async def test_over_a_weekend_reminder_and_deputy_come_once_and_then_it_lapses(house: House) -> None:
    approval = await house.ask()
    assert await house.live(FRIDAY + 4 * DAY) == [("Mon 12:00", "again", "dana"), ("Mon 16:30", "deputy", "noor")]
    ended = await house.app().ledger.approval(approval)
    assert (ended.state, ended.by, ended.asked) == (ApprovalState.EXPIRED, None, (DANA, NOOR))


@pytest.mark.parametrize("point", ["remind:before", "remind:after", "pass_on:before", "pass_on:after"])
async def test_a_process_that_dies_at_a_commit_leaves_each_step_to_come_once(house: House, point: str) -> None:
    await house.ask()
    house.database = Database(house.url, house.clock, at_commit=Death(point))
    assert await house.live(FRIDAY + 4 * DAY) == [("Mon 12:00", "again", "dana"), ("Mon 16:30", "deputy", "noor")]
    assert house.died == 1
    await house.database.close()


async def test_an_answer_stops_it(house: House) -> None:
    approval = await house.ask()
    await house.live(FRIDAY + 3 * DAY - HOUR)
    await house.app().ledger.decide(approval, by=DANA, approve=False)
    assert await house.live(FRIDAY + 9 * DAY) == []


async def test_whoever_goes_on_vacation_meanwhile_is_stood_in_for_at_once(house: House) -> None:
    await house.ask()
    await house.live(FRIDAY + HOUR)
    await house.away(DANA, FRIDAY + 9 * DAY)
    assert await house.live(FRIDAY + 3 * HOUR) == [("Fri 13:30", "deputy", "noor")]


async def test_a_team_in_shadow_or_a_constitution_that_asks_no_more_chases_nobody(house: House) -> None:
    await house.ask()
    shadow = TEAM.model_copy(update={"mode": Mode.SHADOW})
    house.directives = LAW.model_copy(update={"teams": (shadow,)})
    assert await house.live(FRIDAY + 4 * DAY - HOUR) == []
    free = CONSTITUTION.read_text(encoding="utf-8").replace("rule: {ask: reassign, of: pm}", "rule: {allow: reassign}")
    house.directives = parse(free, "free")
    house.clock.at = FRIDAY
    assert await house.live(FRIDAY + 4 * DAY - HOUR) == []


async def test_a_deputy_whose_attention_is_spent_has_half_a_day_from_tomorrow(house: House) -> None:
    approval = await house.ask()
    house.clock.at = FRIDAY + 3 * DAY
    said = allow(proposal(nudge(NOOR, "s9"), "p9"), spend=replace(spend(NOOR, 1), day=house.clock.at.date()))
    await house.app().ledger.record(cycle(house.clock, said, team=TEAM.id))  # type: ignore[arg-type]
    await house.live(FRIDAY + 3 * DAY + 5 * HOUR)
    ended = await house.app().ledger.approval(approval)
    assert ended.expires == FRIDAY + 4 * DAY + timedelta(minutes=90)  # Tuesday 9:00 and four and a half hours
