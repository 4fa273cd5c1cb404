"""Where something is asked: the board chosen there, what may stand in the channel, and who has paused the team."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bot.jobs.asked.answer import _room, answer_one
from integrations.slack.reading.members import SlackMember
from models.database import Database
from models.directives import Directives
from models.events import Delivery, Source
from models.ids import DeliveryId, PersonId, SlackUserId
from models.ledger import Ledger
from models.pauses import Pause
from models.store import Store
from models.wording import meanings
from models.work import Facts
from planner.ports import Desk
from planner.reasoning import RulesMind
from tests.planner.reports.believable import LAW as BARE
from tests.planner.reports.believable import Clock, two_boards, work
from tests.planner.world import MEMBERS, NOON, TEAM, constitution
from tests.world import fresh_database

pytestmark = pytest.mark.anyio

PEOPLE: list[Any] = MEMBERS

LAW = constitution(
    team={
        "roles": {role: list(held) for role, held in BARE.teams[0].roles.items()},
        "members": [each | {"slack": f"U{each['id'].upper()}"} for each in PEOPLE],
    }
)


@dataclass
class Said:
    """One answer: its words, whether the channel reads it, and its buttons by label."""

    text: str
    in_channel: bool
    buttons: dict[str, dict[str, Any]]


@dataclass
class Slack:
    said: list[Said] = field(default_factory=list)

    async def member(self, user: str) -> SlackMember:
        return SlackMember(id=SlackUserId(user), name=user, tz=None)

    async def granted(self) -> frozenset[str]:
        return frozenset()

    async def is_shared(self, channel: str) -> bool:
        return channel == "CSHARED"

    async def respond(self, url: str, text: str, blocks: Any = (), *, in_channel: bool = False) -> None:
        rows = [block["elements"] for block in blocks if block["type"] == "actions"]
        self.said.append(Said(text, in_channel, {b["text"]["text"]: b for row in rows for b in row}))


@dataclass
class Inbox:
    body: dict[str, Any]
    name: str
    planned: list[str] = field(default_factory=list)

    async def delivery(self, row: int) -> Delivery:
        body = json.dumps(self.body).encode()
        return Delivery(source=Source.SLACK, id=DeliveryId("d"), name=self.name, body=body, received=NOON)

    async def finish(self, job: Any) -> None: ...

    async def note(self, job: Any, **words: Any) -> None: ...

    async def put(self, job: Any) -> None:
        self.planned.append(job.kind)


@dataclass
class Office:
    """Real stores, and the real answering job between a delivery and what Slack is told."""

    store: Store
    ledger: Ledger
    slack: Slack = field(default_factory=Slack)
    planned: list[str] = field(default_factory=list)
    law: Directives = LAW

    async def holds(self, facts: Facts) -> None:
        given = {"sprints": facts.sprints, "issues": facts.issues, "people": facts.people, "whole": facts.whole}
        await self.store.save(TEAM, source=Source.JIRA, complete=True, **given)  # type: ignore[arg-type]
        await self.store.save(TEAM, source=Source.BITBUCKET, complete=True, pull_requests=facts.pull_requests)

    async def types(self, text: str, user: str = "UANN", channel: str = "C1") -> Said:
        body = {"text": text, "user_id": user, "channel_id": channel, "response_url": "https://slack.test/r"}
        return await self._answered(body, "command")

    async def presses(self, button: dict[str, Any], user: str = "UANN", channel: str = "C1") -> Said:
        body = {
            "user": {"id": user},
            "container": {"channel_id": channel},
            "actions": [{"action_id": button["action_id"], "value": button["value"]}],
            "response_url": "https://slack.test/r",
        }
        return await self._answered(body, "block_actions")

    async def _answered(self, body: dict[str, Any], name: str) -> Said:
        app = SimpleNamespace(
            slack=self.slack, mailbox=Inbox(body, name, self.planned), directives=self.law, clock=Clock(),
            store=self.store, ledger=self.ledger, desk=lambda job: self.desk(),
        )  # fmt: skip
        await answer_one(app, SimpleNamespace(id=1, attempts=1, payload={"inbox": 1}))  # type: ignore[arg-type]
        return self.slack.said[-1]

    def desk(self) -> Desk:
        return Desk(
            clock=Clock(), directives=self.law, work=self.store, mind=RulesMind(), ledger=self.ledger, hands={},
            switch=self.store, meanings=meanings,
        )  # fmt: skip


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    url = fresh_database(tmp_path / "office.db")
    database = Database(url, Clock())
    made = Office(Store(database, Clock()), Ledger(database, Clock()))
    await made.holds(work())
    yield made
    await database.close()


# --- boards -------------------------------------------------------------------------------------------------------


async def test_a_board_is_asked_once_and_remembered_for_that_channel_alone(office: Office) -> None:
    await office.holds(two_boards())
    asked = await office.types("status")
    chosen = await office.presses(asked.buttons["Platform 31 · board 9"])
    assert chosen.text.startswith("Platform 31") and "Board 9, chosen for this channel" in chosen.text
    assert (await office.types("status", user="UBOB")).text.startswith("Platform 31")
    assert "Which board?" in (await office.types("status", channel="C2")).text
    await office.types("board 7")
    assert (await office.types("status")).text.startswith("Sprint 24")


async def test_in_direct_messages_a_board_is_one_persons(office: Office) -> None:
    await office.holds(two_boards())
    await office.types("board 9", channel="DANN")
    assert "chosen for you" in (await office.types("status", channel="DAGAIN")).text
    assert "Which board?" in (await office.types("status", user="UBOB", channel="DBOB")).text


async def test_a_board_nobody_works_on_is_not_kept(office: Office) -> None:
    await office.types("board 99")
    assert await office.store.recall(TEAM, "board") == {}


# --- post to channel ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed", ["status", "blockers", "reviews", "waiting", "forecast", "digest", "changes", "all", "directives"]
)
async def test_an_answer_is_the_askers_until_they_post_it_with_their_name(office: Office, typed: str) -> None:
    own = await office.types(typed)
    assert not own.in_channel
    posted = await office.presses(own.buttons["Post to channel"], user="UBOB")
    assert posted.in_channel and "shown by Bob" in posted.text and not posted.buttons


@pytest.mark.parametrize("typed", ["mine", "held", "snoozed", "why", "pause", "help", "board"])
async def test_what_is_between_two_is_never_posted_whatever_a_button_says(office: Office, typed: str) -> None:
    own = await office.types(typed)
    assert "Post to channel" not in own.buttons and not own.in_channel
    forged = await office.presses({"action_id": "post_to_channel", "value": typed})
    assert not forged.in_channel


async def test_in_a_direct_message_there_is_nowhere_to_post_it(office: Office) -> None:
    assert "Post to channel" not in (await office.types("blockers", channel="DANN")).buttons


@pytest.mark.parametrize(
    ("body", "room"),
    [({"channel_name": "eng"}, "eng"), ({"channel": {"id": "C1", "name": "eng"}}, "eng"), ({"event": {}}, "")],
)
def test_the_channels_name_is_read_where_slack_tells_it(body: dict[str, Any], room: str) -> None:
    assert _room(body) == room


# --- paused -------------------------------------------------------------------------------------------------------


async def test_an_admin_pauses_and_every_answer_says_so_until_somebody_resumes(office: Office) -> None:
    paused = await office.types("pause until tomorrow", user="UPAT")
    assert paused.text.startswith("Paused for Payments until Thu 19 Nov 10:00")
    line = "Paused by Pat since Wed 18 Nov 12:00, until Thu 19 Nov 10:00: nothing unasked leaves."
    for typed in ("status", "help", "sing", "mine"):
        assert line in (await office.types(typed)).text
    assert office.planned == []
    await office.presses(paused.buttons["Resume"], user="UPAT")
    assert "Paused" not in (await office.types("status")).text and office.planned == ["cycle"]


async def test_the_resume_button_is_no_key(office: Office) -> None:
    await office.store.pause(TEAM, Pause(by=PersonId("pat"), since=NOON))
    refused = await office.presses({"action_id": "ask:0", "value": "resume"}, user="UANN")
    assert "Only an admin can resume" in refused.text and await office.store.paused(TEAM)
