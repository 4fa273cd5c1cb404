"""Who is answered: members of the workspace; nobody else hears anything internal."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from bot.jobs.answer import OUTSIDE, SHARED, answer_one
from integrations.slack.members import SlackMember
from models.directives_file import load
from models.errors import Refused
from models.events import Delivery, Source
from models.ids import DeliveryId, SlackUserId
from tests.contracts.stores.values import MONDAY, FakeClock
from tests.world import CONSTITUTION

pytestmark = pytest.mark.anyio
DIRECTIVES = load(CONSTITUTION)
DANA = str(DIRECTIVES.teams[0].members[0].slack)


@dataclass
class Workspace:
    """Fits what an answer needs of Slack; knows one guest and one colleague outside the team."""

    said: list[str] = field(default_factory=list)

    async def member(self, user: str) -> SlackMember:
        if user == "UNKNOWN":
            raise Refused("no such user", code="user_not_found")
        return SlackMember(id=SlackUserId(user), name=user, tz=None, guest=user == "GUEST")

    async def respond(self, url: str, text: str, blocks: Any = (), **how: Any) -> None:
        self.said.append(text)

    async def post(self, channel: str, text: str, blocks: Any = (), **how: Any) -> None:
        self.said.append(text)


@dataclass
class Inbox:
    """One delivery, and nothing to remember."""

    body: dict[str, Any]
    name: str = "command"
    finished: int = 0

    async def delivery(self, row: int) -> Delivery:
        body = json.dumps(self.body).encode()
        return Delivery(source=Source.SLACK, id=DeliveryId("d"), name=self.name, body=body, received=MONDAY)

    async def finish(self, job: Any) -> None:
        self.finished += 1

    async def note(self, job: Any, **words: Any) -> None: ...


async def heard(body: dict[str, Any], name: str = "command") -> str:
    """What is said to a question for help."""
    slack, inbox = Workspace(), Inbox(body, name)
    app = SimpleNamespace(
        slack=slack, mailbox=inbox, directives=DIRECTIVES, clock=FakeClock(), desk=lambda job: SimpleNamespace()
    )
    await answer_one(app, SimpleNamespace(id=1, attempts=1, payload={"inbox": 1}))  # type: ignore[arg-type]
    assert inbox.finished == 1
    [text] = slack.said
    return text


def command(user: str) -> dict[str, Any]:
    return {"text": "help", "user_id": user, "response_url": "https://slack.test/r"}


@pytest.mark.parametrize("user", [DANA, "COLLEAGUE"])
async def test_members_of_the_workspace_are_answered(user: str) -> None:
    assert "/pm status" in await heard(command(user))


@pytest.mark.parametrize("user", ["GUEST", "UNKNOWN"])
async def test_guests_and_strangers_hear_nothing_internal(user: str) -> None:
    assert await heard(command(user)) == OUTSIDE.text


async def test_nothing_internal_is_said_in_a_channel_shared_with_others() -> None:
    event = {"type": "app_mention", "user": DANA, "text": "<@B> help", "channel": "C1", "ts": "1.0"}
    assert await heard({"is_ext_shared_channel": True, "event": event}, "event") == SHARED.text
