"""Who is answered: members of the workspace; nobody else hears anything internal."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from bot.jobs.asked.answer import Asked, _drawn, answer_one, fitting
from bot.jobs.asked.outsiders import OUTSIDE, SHARED, UNSURE, of_no_team
from integrations.slack.reading.members import SlackMember
from models.directives_file import load
from models.errors import Refused
from models.events import Delivery, Source
from models.ids import DeliveryId, SlackUserId, TeamId
from models.wording import meanings
from models.work import Facts
from planner.asked.questions import AskStatus
from planner.words.replies import Attention, PlainReply
from tests.bot.views.samples import status
from tests.contracts.stores.values import MONDAY, FakeClock
from tests.world import CONSTITUTION

pytestmark = pytest.mark.anyio
URL = "https://slack.test/r"
DIRECTIVES = load(CONSTITUTION)
TEAM = DIRECTIVES.teams[0]
DANA, LISTED_GUEST = (str(member.slack) for member in DIRECTIVES.teams[0].members[:2])


@dataclass
class Workspace:
    """Fits what an answer needs of Slack; knows one guest and one colleague outside the team."""

    said: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    closed: bool = False
    """Whether response URLs have expired."""

    async def member(self, user: str) -> SlackMember:
        if user == "UNKNOWN":
            raise Refused("no such user", code="user_not_found")
        return SlackMember(id=SlackUserId(user), name=user, tz=None, guest=user in ("GUEST", LISTED_GUEST))

    async def granted(self) -> frozenset[str]:
        return frozenset()

    async def is_shared(self, channel: str) -> bool:
        if channel == "CUNKNOWN":
            raise Refused("no", code="missing_scope")
        return channel == "CSHARED"

    async def respond(self, url: str, text: str, blocks: Any = (), *, in_channel: bool = False) -> None:
        if self.closed:
            raise Refused("expired_url", code="expired_url")
        assert not in_channel
        self.said.append(text)

    async def post(self, channel: str, text: str, blocks: Any = (), **how: Any) -> None:
        assert how.get("for_all") or channel not in ("CSHARED", "CUNKNOWN"), "Slack's gate would have refused it"
        if channel == "CARCHIVED":
            raise Refused("is_archived", code="is_archived")
        self.places.append(channel)
        self.said.append(text)

    async def open_dm(self, user: str) -> str:
        return "D1"


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


class Store:
    """Nothing was chosen, nobody has paused."""

    async def recall(self, team: str, about: str) -> dict[str, Any]:
        return {}

    async def remembered(self, team: str, about: str, key: str) -> None: ...

    async def remember(self, team: str, about: str, key: str, value: Any) -> None: ...

    async def facts_about(self, team: TeamId) -> Facts:
        return Facts(team=team, sprints=(), issues=(), pull_requests=(), people=(), read_at={})

    async def pause_of(self, team: str) -> None: ...


async def heard(body: dict[str, Any], name: str = "command", slack: Workspace | None = None) -> str:
    """What is said to a question for help."""
    slack, inbox = slack or Workspace(), Inbox(body, name)
    app = SimpleNamespace(
        slack=slack,
        mailbox=inbox,
        directives=DIRECTIVES,
        clock=FakeClock(),
        desk=lambda job: SimpleNamespace(directives=DIRECTIVES, meanings=meanings, clock=FakeClock()),
        store=Store(),
    )
    await answer_one(app, SimpleNamespace(id=1, attempts=1, payload={"inbox": 1}))  # type: ignore[arg-type]
    assert inbox.finished == 1
    [text] = slack.said
    return text


def command(user: str) -> dict[str, Any]:
    return {"text": "help", "user_id": user, "response_url": "https://slack.test/r"}


async def test_members_of_a_team_are_answered() -> None:
    assert "/pm status" in await heard(command(DANA))


@pytest.mark.parametrize("typed", ["help", "status", "blockers", "find 3DS", "why 1", "directives", "me"])
async def test_a_colleague_of_no_team_hears_who_could_add_them_and_no_facts(typed: str) -> None:
    said = await heard(command("COLLEAGUE") | {"text": typed})
    assert said == of_no_team(DIRECTIVES).text and "Dana Whitfield or Noor Rahman can add you" in said


@pytest.mark.parametrize("user", ["GUEST", "UNKNOWN"])
async def test_guests_and_strangers_hear_nothing_internal(user: str) -> None:
    assert await heard(command(user)) == OUTSIDE.text


@pytest.mark.parametrize("typed", ["close PAY-7", "undo e1"])
async def test_a_guest_whom_the_constitution_lists_has_nothing_done(typed: str) -> None:
    assert await heard(command(LISTED_GUEST) | {"text": typed}) == OUTSIDE.text


async def test_nothing_internal_is_said_in_a_channel_shared_with_others() -> None:
    event = {"type": "app_mention", "user": DANA, "text": "<@B> help", "channel": "C1", "ts": "1.0"}
    assert await heard({"is_ext_shared_channel": True, "event": event}, "event") == SHARED.text


@pytest.mark.parametrize(("channel", "said"), [("CSHARED", SHARED), ("CUNKNOWN", UNSURE)])
async def test_who_reads_a_channel_is_asked_where_a_body_does_not_say_it(channel: str, said: PlainReply) -> None:
    mention = {"type": "app_mention", "user": DANA, "text": "<@B> status", "channel": channel, "ts": "1.0"}
    press = {
        "user": {"id": DANA},
        "container": {"channel_id": channel},
        "response_url": URL,
        "actions": [{"action_id": "post_to_channel", "value": "directives"}],
    }
    assert await heard({"event": mention}, "event") == said.text
    assert await heard(press, "block_actions") == said.text


async def test_an_answer_whose_address_is_closed_comes_as_a_direct_message() -> None:
    assert "/pm status" in await heard(command(DANA), slack=Workspace(closed=True))
    body = {
        "user": {"id": DANA},
        "container": {"channel_id": "C1"},
        "response_url": URL,
        "actions": [{"action_id": "post_to_channel", "value": "directives"}],
    }
    slack = Workspace(closed=True)
    assert "too old" in await heard(body, "block_actions", slack) and slack.places == ["D1"]


async def test_an_answer_that_slack_refuses_in_its_thread_is_not_silence() -> None:
    event = {"type": "app_mention", "user": DANA, "text": "<@B> help", "channel": "CARCHIVED", "ts": "1.0"}
    assert (await heard({"event": event}, "event")).startswith("I could not answer “help”.")


# --- in whose time ------------------------------------------------------------------------------------------------

KAI = "U0KAI"
"""Reads in Tokyo; the team is in New York."""


def shown(asked: Asked, *, public: bool) -> str:
    """The next look of a status, as it is drawn for Kai."""
    team = DIRECTIVES.teams[0]
    kai = team.members[0].model_copy(update={"slack": KAI, "zone": "Asia/Tokyo"})
    there = team.model_copy(update={"members": (kai, *team.members[1:])})
    soon = FakeClock().now() + timedelta(hours=1)
    reply = replace(status(), attention=Attention("low", "nothing is pressing", "6 hours", soon))
    app = SimpleNamespace(clock=FakeClock(), directives=DIRECTIVES)
    blocks = json.dumps(_drawn(app, replace(asked, public=public), reply, there).blocks)  # type: ignore[arg-type]
    return str(re.findall(r"the next ([^\"]*)\"", blocks)[0])


@pytest.mark.parametrize(
    ("asked", "public", "said"),
    [
        (Asked(AskStatus(), KAI, response_url=URL), False, "19:00"),
        (Asked(AskStatus(), KAI, channel="D1"), False, "19:00"),
        (Asked(AskStatus(), KAI, channel="C1"), False, "05:00 EST"),
        (Asked(AskStatus(), KAI, response_url=URL), True, "05:00 EST"),
    ],
)
def test_a_channel_reads_the_teams_time_and_its_name_and_one_person_their_own(
    asked: Asked, public: bool, said: str
) -> None:
    assert shown(asked, public=public) == said


@pytest.mark.parametrize("typed", ["held", "snoozed", "mute PAY-1"])
async def test_what_is_between_somebody_and_the_agent_is_not_said_in_a_channel(typed: str) -> None:
    event = {"type": "app_mention", "user": DANA, "text": f"<@B> {typed}", "channel": "C1", "ts": "1.0"}
    assert "between you and me: type /pm" in await heard({"event": event}, "event")


# --- in one's own direct messages ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "offered"),
    [
        ({"channel_id": "D1"}, False),
        ({"container": {"channel_id": "D1"}}, False),
        ({"event": {"type": "message", "channel": "D1"}}, False),
        ({"channel_id": "C1"}, True),
        ({"event": {"type": "app_mention", "channel": "C1"}}, True),
    ],
)
def test_a_status_is_offered_to_the_channel_only_where_there_is_one(body: dict[str, Any], offered: bool) -> None:
    reply = fitting(status(), body)
    app = SimpleNamespace(clock=FakeClock(), directives=DIRECTIVES)
    drawn = _drawn(app, Asked(AskStatus(), DANA), reply, TEAM)  # type: ignore[arg-type]
    assert ("post_to_channel" in json.dumps(drawn.blocks)) is offered
