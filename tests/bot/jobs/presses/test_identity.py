"""*Is this you?*: whose click counts is decided on the server, against the record, once."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from bot.jobs.presses.identity import NOT_YOURS, SETTLED, TAKEN, settle_one
from bot.jobs.presses.press import ELSEWHERE
from bot.listeners.buttons import work_of
from bot.people import Roster
from models.database import Database
from models.directives import LimitReminders
from models.directives_file import load
from models.errors import NotDone
from models.events import Delivery, Source
from models.ids import AccountId, DeliveryId, PersonId, SlackUserId
from models.ledger import Ledger
from models.people import Identity, Service, Standing
from models.store import Store
from models.tables.outbox import audit
from models.work import Person
from tests.contracts.stores.values import MONDAY, FakeClock
from tests.world import CONSTITUTION, fresh_database

pytestmark = pytest.mark.anyio

GIVEN = load(CONSTITUTION)
TEAM = GIVEN.teams[0]
LI, ACCOUNT = PersonId("li"), AccountId("712020:found")
LI_SLACK, DANA_SLACK = str(TEAM.member(LI).slack), str(TEAM.member(PersonId("dana")).slack)


def open_account(person: PersonId) -> Any:
    """The constitution without one member's Atlassian account."""
    members = tuple(
        m.model_copy(update={"jira": None, "bitbucket": None}) if m.id == person else m for m in TEAM.members
    )
    return GIVEN.model_copy(update={"teams": (TEAM.model_copy(update={"members": members}),)})


@dataclass
class Workspace:
    """What an answer needs of Slack."""

    updates: list[str] = field(default_factory=list)
    fails: bool = False

    async def workspace(self) -> str:
        return "T1"

    async def update(self, channel: str, ts: str, text: str, blocks: Any) -> None:
        if self.fails:
            raise NotDone("busy")
        self.updates.append(text)


@dataclass
class Inbox:
    """One delivery, and what is done about it."""

    body: bytes = b""
    finished: int = 0
    looks: int = 0

    async def delivery(self, row: int) -> Delivery:
        return Delivery(source=Source.SLACK, id=DeliveryId("d"), name="block_actions", body=self.body, received=MONDAY)

    async def finish(self, job: Any) -> None:
        self.finished += 1

    async def put(self, job: Any) -> None:
        self.looks += 1


@dataclass
class Whispers:
    said: list[str] = field(default_factory=list)

    async def whisper(self, url: str, words: str) -> None:
        self.said.append(words)


@dataclass
class Answering:
    app: Any
    slack: Workspace
    inbox: Inbox
    whispers: Whispers
    database: Database

    async def click(
        self, user: str = LI_SLACK, *, yes: bool = True, person: str = LI, team: str = "T1", attempts: int = 1
    ) -> list[str]:
        """What the clicker is told privately: nothing when it counted."""
        before = len(self.whispers.said)
        self.inbox.body = json.dumps(body(user, yes, person, team)).encode()
        job = SimpleNamespace(id=1, attempts=attempts, team=TEAM.id, payload={"inbox": 1})
        await settle_one(self.app, job)  # type: ignore[arg-type]
        return self.whispers.said[before:]

    async def standing(self) -> list[str]:
        return [each.standing.value for each in await self.app.store.identities()]

    async def written(self) -> list[tuple[str, str, str]]:
        rows = select(audit.c.who, audit.c.what, audit.c.detail).order_by(audit.c.id)
        return [tuple(row) for row in await self.database.read(lambda c: c.execute(rows).all())]


def body(user: str = LI_SLACK, yes: bool = True, person: str = LI, team: str = "T1") -> dict[str, Any]:
    action = {"action_id": "identity_yes" if yes else "identity_no", "value": json.dumps({"p": person, "a": ACCOUNT})}
    return {
        "user": {"id": user},
        "team": {"id": team},
        "container": {"channel_id": "D1", "message_ts": "1.1"},
        "actions": [action],
        "response_url": "https://slack.test/r",
    }


@pytest.fixture
async def answering(tmp_path: Path) -> AsyncIterator[Answering]:
    url = fresh_database(tmp_path / "pm.db")
    clock = FakeClock()
    database = Database(url, clock)
    store, slack, inbox, whispers = Store(database, clock), Workspace(), Inbox(), Whispers()
    roster = Roster(open_account(LI), store)
    app = SimpleNamespace(
        slack=slack,
        mailbox=inbox,
        notify=whispers,
        store=store,
        roster=roster,
        clock=clock,
        ledger=Ledger(database, clock),
        directives=roster.constitution,
        settings=SimpleNamespace(jira_site_url="https://acme.atlassian.net"),
    )
    doubt = Identity(person=LI, service=Service.JIRA, account=ACCOUNT, standing=Standing.UNCERTAIN, why="w")
    await store.keep_found([LI], [doubt], [m.id for m in TEAM.members])
    await store.save(
        TEAM.id, source=Source.SLACK, people=[Person(id=LI, name="Li Wei", zone="UTC", slack=SlackUserId(LI_SLACK))]
    )
    yield Answering(app, slack, inbox, whispers, database)
    await database.close()


async def test_a_yes_of_the_person_counts_is_shown_and_makes_us_look(answering: Answering) -> None:
    assert await answering.click() == []
    assert await answering.standing() == ["confirmed"]
    assert answering.slack.updates[0].startswith("*Yes* Mon 04:00")  # in Li's own zone
    assert answering.inbox.looks == 1 and answering.inbox.finished == 1
    (person,) = (await answering.app.store.facts_about(TEAM.id)).people
    assert person.account == ACCOUNT
    assert await answering.written() == [(LI_SLACK, "identity_confirmed", f"Atlassian account {ACCOUNT}")]


@pytest.mark.parametrize("yes", [True, False])
async def test_the_receipt_names_the_admins_and_links_the_profile(answering: Answering, yes: bool) -> None:
    await answering.click(yes=yes)
    (told,) = answering.slack.updates
    assert "A mistake? Dana Whitfield or Noor Rahman can put it right." in told
    assert f"/jira/people/{ACCOUNT}|" in told and ("From now on reminders" in told) is yes


async def test_the_receipt_tells_the_companys_own_limit(answering: Answering) -> None:
    three = LimitReminders(limit="reminders", per_person_per_day=3, critical_per_person_per_day=1)
    lines = [SimpleNamespace(id="cap", says="", rule=three)]
    real = answering.app.directives
    answering.app.directives = SimpleNamespace(teams=real.teams, team=real.team, lines=lambda: lines)
    await answering.click()
    assert "at most 3 a day" in answering.slack.updates[0]


async def test_a_no_of_the_person_counts_and_changes_nobodys_work(answering: Answering) -> None:
    assert await answering.click(yes=False) == []
    assert await answering.standing() == ["refused"] and answering.slack.updates[0].startswith("*No*")
    assert answering.inbox.looks == 0


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"user": DANA_SLACK}, NOT_YOURS),
        ({"user": DANA_SLACK, "person": "dana"}, SETTLED),
        ({"user": "USTRANGER"}, NOT_YOURS),
        ({"person": "dana"}, NOT_YOURS),
        ({"team": "T2"}, ELSEWHERE),
    ],
)
async def test_no_other_click_counts_and_each_is_written_down(
    answering: Answering, how: dict[str, str], said: str
) -> None:
    assert await answering.click(**how) == [said]  # type: ignore[arg-type]
    assert await answering.standing() == ["uncertain"] and answering.slack.updates == []
    assert [(what, detail) for _, what, detail in await answering.written()] == [("identity_click_refused", said)]


async def test_a_second_click_changes_nothing(answering: Answering) -> None:
    await answering.click(yes=False)
    assert await answering.click(yes=True) == [SETTLED]
    assert await answering.standing() == ["refused"]


async def test_a_click_whose_worker_died_after_it_counted_is_shown_and_not_refused(answering: Answering) -> None:
    await answering.app.store.answer_identity(LI, ACCOUNT, yes=True)
    assert await answering.click(attempts=2) == []
    assert answering.slack.updates and await answering.written() == []


async def test_an_account_the_constitution_gives_somebody_else_by_now_is_not_taken(answering: Answering) -> None:
    members = tuple(
        m.model_copy(update={"jira": ACCOUNT}) if m.id == "sam" else m
        for m in answering.app.roster.constitution.teams[0].members
    )
    team = answering.app.roster.constitution.teams[0].model_copy(update={"members": members})
    answering.app.roster.constitution = GIVEN.model_copy(update={"teams": (team,)})
    assert await answering.click() == [TAKEN]
    assert await answering.standing() == ["uncertain"]


async def test_an_answer_counts_even_when_slack_does_not_show_it(answering: Answering) -> None:
    answering.slack.fails = True
    assert await answering.click() == []
    assert await answering.standing() == ["confirmed"]


@pytest.mark.parametrize("broken", [b"{}", b'{"actions": []}', json.dumps(body() | {"actions": [{}]}).encode()])
async def test_what_is_no_answer_does_nothing(answering: Answering, broken: bytes) -> None:
    answering.inbox.body = broken
    await settle_one(answering.app, SimpleNamespace(id=1, attempts=1, team=TEAM.id, payload={"inbox": 1}))  # type: ignore[arg-type]
    assert answering.inbox.finished == 1 and await answering.standing() == ["uncertain"]


def test_clicks_on_one_question_are_worked_one_after_the_other() -> None:
    assert work_of(body(yes=True)) == work_of(body(yes=False)) == ("identity", f"identity:{ACCOUNT}")
