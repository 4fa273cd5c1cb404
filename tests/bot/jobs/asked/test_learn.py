"""What is known of somebody is theirs to see, to set right and to delete; and only theirs."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from bot.jobs.asked.learn import NOT_YOURS, about_asker, acts_of, settle_one
from bot.listeners.buttons import work_of
from bot.people import Roster
from bot.views.parts.message import Message
from models.database import Database
from models.directives_file import load
from models.events import Delivery, Event, Source
from models.hushes import Hush
from models.ids import AccountId, DeliveryId, HushId, IssueKey, PersonId, PullRequestId, TeamId
from models.ledger import Ledger
from models.lessons import Observation, Way, What
from models.store import Store
from models.tables.outbox import audit
from planner.asked.questions import AskForgetMe, AskHelp, AskMe, parse_command
from tests.contracts.stores.values import MONDAY, FakeClock
from tests.world import CONSTITUTION, empty_database

pytestmark = pytest.mark.anyio

GIVEN = load(CONSTITUTION)
TEAM = GIVEN.teams[0]
LI = PersonId("li")
LI_SLACK, DANA_SLACK = str(TEAM.member(LI).slack), str(TEAM.member(PersonId("dana")).slack)


@dataclass
class Slack:
    """What is shown to the presser."""

    shown: list[str] = field(default_factory=list)

    async def workspace(self) -> str:
        return "T1"

    async def respond(self, url: str, text: str, blocks: Any, *, replace: bool) -> None:
        assert replace
        self.shown.append(text)


@dataclass
class Mailbox:
    body: bytes = b""
    looks: int = 0

    async def delivery(self, row: int) -> Delivery:
        return Delivery(source=Source.SLACK, id=DeliveryId("d"), name="block_actions", body=self.body, received=MONDAY)

    async def finish(self, job: Any) -> None:
        return None

    async def put(self, job: Any) -> None:
        self.looks += 1


@dataclass
class Notify:
    whispers: list[str] = field(default_factory=list)

    async def whisper(self, url: str, words: str) -> None:
        self.whispers.append(words)


@dataclass
class Room:
    app: Any
    database: Database

    async def page(self, user: str = LI_SLACK) -> Message:
        shown = await about_asker(self.app, AskMe(), user, private=True)
        assert shown is not None
        return shown

    async def press(self, button: str, user: str = LI_SLACK, value: str = "") -> str:
        """Press the first button of that kind on Li's page, or one with another value; what is shown then."""
        pages = [await self.page(), await about_asker(self.app, AskForgetMe(), LI_SLACK, private=True)]
        found = [e for page in pages if page for block in page.blocks for e in block.get("elements", ())]
        pressed = next(e for e in found if str(e.get("action_id", "")).startswith(button))
        action = {"action_id": pressed["action_id"], "value": value or pressed["value"]}
        body = {"user": {"id": user}, "team": {"id": "T1"}, "actions": [action], "response_url": "https://slack.test/r"}
        assert work_of(body)[0] == "known"
        self.app.mailbox.body = json.dumps(body).encode()
        await settle_one(self.app, SimpleNamespace(id=1, attempts=1, team=TEAM.id, payload={"inbox": 1}))  # type: ignore[arg-type]
        return str((self.app.slack.shown or [""])[-1])

    async def kinds(self) -> set[What]:
        return {each.what for each in await self.app.ledger.known_of(LI)}


def seen(n: int, what: What, **value: Any) -> Observation:
    return Observation(team=TEAM.id, person=LI, what=what, about="rule", source=f"e{n}", value=value, at=MONDAY)


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    clock = FakeClock()
    file = tmp_path / "pm.db"
    file.write_bytes(empty_database())
    database = Database(f"sqlite:///{file}", clock)
    ledger, store = Ledger(database, clock), Store(database, clock)
    for n in range(6):
        await ledger.observe(
            [
                seen(n, What.RESPONSE, minutes=40),
                seen(n, What.CHANNEL, asked="dm", answered=True, on="dm"),
                seen(n, What.HOUR, hour=10),
            ]
        )
    app = SimpleNamespace(
        ledger=ledger,
        store=store,
        clock=clock,
        directives=GIVEN,
        roster=Roster(GIVEN, store),
        slack=Slack(),
        mailbox=Mailbox(),
        notify=Notify(),
    )
    yield Room(app, database)
    await database.close()


async def test_everything_known_is_told_in_words_with_how_often_and_since_when(room: Room) -> None:
    text = (await room.page()).text
    assert "You answer after about 40 minutes of your working time. · 6 times, since " in text
    assert "You answered 6 of 6 direct messages. So I write direct messages." in text
    assert "You answer mostly 10:00 to 11:00." in text
    assert "directives.yaml says: zone America/New_York" in text


async def test_somebody_the_constitution_does_not_know_is_told_that_nothing_is_kept(room: Room) -> None:
    assert "nothing is kept about you" in (await room.page("U0NOBODY")).text


async def test_it_is_told_to_the_asker_alone(room: Room) -> None:
    assert await about_asker(room.app, AskMe(), LI_SLACK, private=False) is None
    assert await about_asker(room.app, AskHelp(), LI_SLACK, private=True) is None


async def test_one_thing_can_be_deleted(room: Room) -> None:
    shown = await room.press("known_delete")
    assert shown.startswith("Deleted.") and "You answer after" not in shown and "You answered 6 of 6" in shown
    assert await room.kinds() == {What.CHANNEL, What.HOUR, What.FORGOTTEN}


async def test_what_is_wrong_can_be_set_right(room: Room) -> None:
    shown = await room.press("known_prefer", value=json.dumps({"p": LI, "c": "channel:jira"}))
    assert "You have said that you prefer Jira comments." in shown
    shown = await room.press("known_prefer", value=json.dumps({"p": LI, "c": "hours:morning"}))
    assert "You have said that you prefer 9:00 to 12:00." in shown
    assert What.SAID in await room.kinds()


async def test_forgetting_asks_once_and_then_empties_it(room: Room) -> None:
    question = await about_asker(room.app, AskForgetMe(), LI_SLACK, private=True)
    assert question is not None and "record of messages" in question.text
    assert len(await room.app.ledger.known_of(LI)) == 18
    shown = await room.press("known_forget")
    assert "18 observations" in shown and "What stays: the record of messages" in shown
    assert await room.kinds() == {What.FORGOTTEN}
    rows = await room.database.read(lambda c: c.execute(select(audit.c.what, audit.c.about)).all())
    assert [tuple(row) for row in rows] == [("forgotten", "li")]


async def test_whoever_is_in_two_teams_is_shown_and_forgotten_in_both(room: Room) -> None:
    other = TEAM.model_copy(update={"id": TeamId("ops")})
    both = GIVEN.model_copy(update={"teams": (TEAM, other)})
    room.app.directives, room.app.roster = both, Roster(both, room.app.store)
    for team in both.teams:
        hush = Hush(id=HushId(team.id), team=team.id, person=LI, subject=f"{team.id}-7", at=MONDAY)
        await room.app.ledger.hush(hush)
    assert "2 things" in (await room.page()).text
    assert "2 things put off or muted" in await room.press("known_forget")
    assert room.app.mailbox.looks == 2


@pytest.mark.parametrize("button", ["known_delete", "known_prefer", "known_forget"])
async def test_nobody_touches_what_is_known_of_another(room: Room, button: str) -> None:
    before = await room.app.ledger.known_of(LI)
    await room.press(button, DANA_SLACK)
    assert room.app.notify.whispers == [NOT_YOURS]
    assert await room.app.ledger.known_of(LI) == before


async def test_a_preference_nobody_offered_is_not_believed(room: Room) -> None:
    await room.press("known_prefer", value=json.dumps({"p": LI, "c": "channel:fax"}))
    assert What.SAID not in await room.kinds()


@pytest.mark.parametrize(
    ("text", "question"),
    [("me", AskMe()), ("Forget me!", AskForgetMe()), ("forget PAY-7", AskHelp(unknown="forget PAY-7"))],
)
def test_the_commands_are_understood(text: str, question: object) -> None:
    assert parse_command(text) == question


def test_who_did_what_is_read_from_events_but_not_what_we_did_ourselves() -> None:
    def event(actor: str | None, **more: Any) -> Event:
        return Event(source=more.pop("source", Source.JIRA), name="x", at=MONDAY, actor=AccountId(actor or ""), **more)

    pull = PullRequestId("acme/api#7")
    acts = acts_of(
        [
            event("acc-li", issue=IssueKey("PAY-7")),
            event("acc-me", issue=IssueKey("PAY-7")),
            event("acc-li"),
            event("acc-li", source=Source.BITBUCKET, pull_request=pull),
        ],
        AccountId("acc-me"),
    )
    assert [(a.subject, a.on) for a in acts] == [("PAY-7", Way.JIRA), (pull, Way.BITBUCKET)]
