"""*Undo*: whose press counts is decided on the server, against the record, once."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import pytest

from bot.jobs.asked.request_again import ask_once_more, plan_again
from bot.jobs.presses.press import ELSEWHERE
from bot.jobs.presses.undo import STRANGER, settle_one
from bot.listeners.buttons import work_of
from models.actions import ChangePriority
from models.database import Database
from models.events import Delivery, Source
from models.ids import DeliveryId, EffectId, IssueKey, PersonId
from models.ledger import Ledger
from models.mailbox import NewJob
from models.proposals import Ending, Outcome, Receipt, effect_of, undo_of
from planner.ports import Desk
from planner.reasoning import RulesMind
from tests.contracts.stores.conftest import Databases, sqlite_databases
from tests.contracts.stores.values import MONDAY, FakeClock, ask, cycle, issue, proposal
from tests.planner.world import LAW, TEAM, facts

__all__ = ["sqlite_databases"]

pytestmark = pytest.mark.anyio

PAT = PersonId("pat")
SLACK = {"pat": "U0PAT", "ann": "U0ANN"}
ABOUT: dict[str, Any] = {"issue": IssueKey("PAY-7"), "issue_title": "T", "issue_url": "https://x"}


@dataclass
class Workspace:
    guests: set[str] = field(default_factory=set)

    async def workspace(self) -> str:
        return "T1"

    async def member(self, user: str) -> Any:
        return SimpleNamespace(bot=False, deleted=False, guest=user in self.guests)


@dataclass
class Inbox:
    body: bytes = b""
    jobs: list[NewJob] = field(default_factory=list)

    async def delivery(self, row: int) -> Delivery:
        return Delivery(source=Source.SLACK, id=DeliveryId("d"), name="block_actions", body=self.body, received=MONDAY)

    async def finish(self, job: Any) -> None:
        pass

    async def put(self, job: NewJob) -> None:
        self.jobs.append(job)


@dataclass
class Whispers:
    said: list[str] = field(default_factory=list)

    async def whisper(self, url: str, words: str) -> None:
        self.said.append(words)


class Mirror:
    def __init__(self) -> None:
        self.held = facts(replace(issue(), priority="Low"))

    async def facts_about(self, team: object) -> Any:
        return self.held


def law() -> Any:
    [team] = LAW.teams
    members = tuple(m.model_copy(update={"slack": SLACK.get(m.id)}) for m in team.members)
    return LAW.model_copy(update={"teams": (team.model_copy(update={"members": members}),)})


@dataclass
class Pressing:
    app: Any
    ledger: Ledger
    inbox: Inbox
    slack: Workspace

    async def press(self, user: str, effect: EffectId, *, team: str = "T1", attempts: int = 1) -> list[str]:
        """What the presser is told privately: nothing when it counted."""
        self.app.notify.said.clear()
        self.inbox.body = json.dumps(body(user, effect, team)).encode()
        await settle_one(self.app, job(attempts))
        return list(self.app.notify.said)

    async def done(self, ending: Ending = Ending.DONE) -> EffectId:
        """A change of priority that Pat approved and that has ended."""
        action = ChangePriority(**ABOUT, before="Medium", after="High")
        asked = replace(ask(proposal(action, signals=()), PAT), proposal=proposal(action, signals=()))
        await self.ledger.record(cycle(FakeClock(), asked, team=TEAM))
        [pending] = (await self.ledger.history(TEAM)).pending
        await self.ledger.decide(pending.id, by=PAT, approve=True)
        effect = effect_of(pending.proposal.id)
        await self.ledger.begin(effect)
        receipt = Receipt({"after": "High"}) if ending is Ending.DONE else None
        await self.ledger.settle(effect, Outcome(ending=ending, words="done", receipt=receipt))
        return effect


async def test_a_member_of_two_teams_takes_back_what_was_done_in_the_second(pressing: Pressing) -> None:
    [own] = pressing.app.directives.teams
    first = own.model_copy(update={"id": "first"})
    pressing.app.directives = both = pressing.app.directives.model_copy(update={"teams": (first, own)})
    desk = pressing.app.desk
    pressing.app.desk = lambda job: replace(desk(job), directives=both)
    effect = await pressing.done()
    assert await pressing.press("U0PAT", effect) == []
    assert await pressing.ledger.effect(effect_of(undo_of(effect))) is not None


async def test_a_press_that_does_not_count_answers_no_message(pressing: Pressing) -> None:
    heard = pressing.app.heard = Heard(pressing.ledger)
    pressing.app.ledger = heard
    effect = await pressing.done()
    await pressing.press("U0PAT", effect, team="T2")
    pressing.slack.guests.add("U0PAT")
    await pressing.press("U0PAT", effect)
    assert heard.answers == []
    pressing.slack.guests.clear()
    await pressing.press("U0PAT", effect)
    assert heard.answers == ["pat"]


class Heard:
    """A ledger, and whose answers it was told of."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger, self.answers = ledger, list[str]()

    async def answered(self, person: PersonId, channel: str, ts: str) -> None:
        self.answers.append(person)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)


def body(user: str, effect: EffectId, team: str = "T1") -> dict[str, Any]:
    action = {"action_id": "undo", "value": json.dumps({"a": effect})}
    where = {"channel_id": "D1", "message_ts": "1.0"}
    said = {"user": {"id": user}, "team": {"id": team}, "actions": [action], "response_url": "https://r"}
    return said | {"container": where}


def job(attempts: int = 1, **payload: Any) -> Any:
    return SimpleNamespace(id=1, attempts=attempts, team=TEAM, payload={"inbox": 1} | payload)


@pytest.fixture
async def pressing(sqlite_databases: Databases, anyio_backend: Any) -> AsyncIterator[Pressing]:
    with sqlite_databases.fresh() as url:
        clock = FakeClock()
        database = Database(url, clock)
        ledger, inbox, slack, work = Ledger(database, clock), Inbox(), Workspace(), Mirror()

        def desk(_: Any) -> Desk:
            return Desk(clock=clock, directives=law(), work=work, mind=RulesMind(), ledger=ledger, hands={})

        app = SimpleNamespace(
            slack=slack, directives=law(), ledger=ledger, mailbox=inbox, notify=Whispers(), desk=desk, work=work
        )
        yield Pressing(app, ledger, inbox, slack)
        await database.close()


async def test_a_press_plans_the_opposite_once(pressing: Pressing) -> None:
    effect = await pressing.done()
    assert await pressing.press("U0PAT", effect) == []
    assert await pressing.press("U0PAT", effect) == []
    undo = await pressing.ledger.effect(effect_of(undo_of(effect)))
    assert undo is not None and undo.action == ChangePriority(**ABOUT, before="High", after="Medium")
    assert [e.proposal.undoes for e in await pressing.ledger.recent() if e.proposal.undoes] == [effect]


async def test_a_second_try_of_a_press_that_counted_says_nothing(pressing: Pressing) -> None:
    effect = await pressing.done()
    await pressing.press("U0PAT", effect)
    assert await pressing.press("U0PAT", effect, attempts=2) == []


@pytest.mark.parametrize(
    ("user", "team", "said"),
    [
        ("U0ANN", "T1", "Only Pat or Deb can take this back. Nothing was done."),
        ("U0NEW", "T1", STRANGER),
        ("U0PAT", "T2", ELSEWHERE),
    ],
)
async def test_a_press_that_does_not_count_is_told_why_and_does_nothing(
    pressing: Pressing, user: str, team: str, said: str
) -> None:
    effect = await pressing.done()
    assert await pressing.press(user, effect, team=team) == [said]
    assert await pressing.ledger.effect(effect_of(undo_of(effect))) is None


async def test_a_guest_takes_nothing_back(pressing: Pressing) -> None:
    pressing.slack.guests.add("U0PAT")
    assert await pressing.press("U0PAT", await pressing.done()) == [STRANGER]


def test_presses_on_one_matter_are_worked_one_after_the_other() -> None:
    assert work_of(body("U0PAT", EffectId("e"))) == ("undo", "undo:e")


@pytest.mark.parametrize(("ending", "jobs"), [(Ending.CHANGED, ["again"]), (Ending.DONE, []), (Ending.FORBIDDEN, [])])
async def test_only_what_changed_in_between_is_asked_again(pressing: Pressing, ending: Ending, jobs: list[str]) -> None:
    effect = await pressing.ledger.effect(await pressing.done(ending))
    assert effect is not None
    await plan_again(pressing.app, effect)
    assert [each.kind for each in pressing.inbox.jobs] == jobs


async def test_asking_again_twice_is_one_question(pressing: Pressing) -> None:
    effect = await pressing.done(Ending.CHANGED)
    for attempts in (1, 2):
        await ask_once_more(pressing.app, job(attempts, effect=effect))
    [again] = (await pressing.ledger.history(TEAM)).pending
    assert isinstance(again.proposal.action, ChangePriority) and again.proposal.action.before == "Low"
