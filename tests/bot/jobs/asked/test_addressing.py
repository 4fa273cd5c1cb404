"""Who is answered where: every mention and direct message, follow-ups that are for us, and nothing people say."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bot.jobs.asked import conversation
from bot.jobs.asked.answer import answer_one
from bot.listeners.events import _kept, _work_of
from bot.listeners.intake import Intake, delivery_id
from bot.metrics import Metrics
from models.database import Database
from models.errors import Refused
from models.events import Delivery, Source
from models.ids import DeliveryId
from models.ledger import Ledger
from models.store import Store
from tests.bot.jobs.asked.test_places import LAW, Office, Said, Slack
from tests.bot.jobs.asked.test_teams import BOTH
from tests.bot.knocking import Kept
from tests.planner.reports.believable import Clock, work
from tests.planner.world import NOON, TEAM
from tests.world import fresh_database

pytestmark = pytest.mark.anyio

ME, ROOT, ELSEWHERE = "UBOT", "100.0", "500.0"


@dataclass
class Workspace(Slack):
    """Knows us by ``ME``; where each answer was put is remembered."""

    threads: list[tuple[str, str | None]] = field(default_factory=list)

    async def myself(self) -> str:
        return ME

    async def channel_named(self, name: str) -> str:
        raise Refused(name, code="channel_not_found")

    async def post(self, channel: str, text: str, blocks: Any = (), *, thread: str | None = None, **how: Any) -> None:
        self.threads.append((channel, thread))
        rows = [block["elements"] for block in blocks if block["type"] == "actions"]
        self.said.append(Said(text, True, {b["text"]["text"]: b for row in rows for b in row}))


@dataclass
class Town(Office):
    """The door's decision and the answering job, one after the other."""

    slack: Workspace = field(default_factory=Workspace)
    emptied: int = 0

    async def hears(self, **event: Any) -> list[str]:
        """What is answered to one event."""
        body = {"team_id": "T1", "event_id": "Ev1", "event": {"user": "UANN", "channel": "C1"} | event}
        body |= event.pop("around", {"authorizations": [{"user_id": ME, "is_bot": True}]})
        before = len(self.slack.said)
        found = await _work_of(self._intake(), body)
        if found is not None and found[0] == "answer":
            await answer_one(self._app(body), SimpleNamespace(id=1, attempts=1, payload={"inbox": 1}))  # type: ignore[arg-type]
        return [said.text for said in self.slack.said[before:]]

    async def takes(self, **event: Any) -> None:
        """The door alone: kept, and not answered yet."""
        body = {"team_id": "T1", "event_id": "Ev1", "event": {"user": "UANN", "channel": "C1"} | event}
        found = await _work_of(self._intake(), body)
        assert found is not None
        await _kept(self._intake(), body, *found)

    def _intake(self) -> Intake:
        app = self._app({})
        joined, begun = partial(conversation.joined, app), partial(conversation.begun, app)
        return Intake(
            inbox=Kept(), directives=lambda: LAW, clock=Clock(), metrics=Metrics(), forgotten=print, joined=joined,
            begun=begun,
        )  # fmt: skip

    def _app(self, body: Mapping[str, Any]) -> Any:
        async def delivery(row: int) -> Delivery:
            content = json.dumps(body).encode()
            return Delivery(source=Source.SLACK, id=DeliveryId("d"), name="event", body=content, received=NOON)

        async def nothing(*args: Any, **words: Any) -> None: ...

        async def forget(row: int) -> None:
            self.emptied += 1

        return SimpleNamespace(
            model=None,
            slack=self.slack, directives=self.law, clock=Clock(), store=self.store, ledger=self.ledger,
            desk=lambda job: self.desk(), sync=SimpleNamespace(issues=nothing), jira=None,
            mailbox=SimpleNamespace(
                delivery=delivery, finish=nothing, note=nothing, put=nothing, forget=forget
            ),
        )  # fmt: skip


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    url = fresh_database(tmp_path / "town.db")
    database = Database(url, Clock())
    made = Town(Store(database, Clock()), Ledger(database, Clock()))
    await made.holds(work())
    yield made
    await database.close()


def mention(words: str, **more: Any) -> dict[str, Any]:
    return {"type": "app_mention", "text": f"<@{ME}> {words}", "ts": "101.0"} | more


def said(text: str, **more: Any) -> dict[str, Any]:
    """In the thread where Ann was answered."""
    return {"type": "message", "channel_type": "channel", "text": text, "ts": "102.0", "thread_ts": ROOT} | more


def direct(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "message", "channel_type": "im", "channel": "D1", "text": text, "ts": "103.0"} | more


BOB, OUT = {"user": "UBOB"}, {"thread_ts": ELSEWHERE}

ANSWERED = {
    "a mention": mention("status"),
    "a mention in plain words": mention("how are we doing?"),
    "a mention of nothing we know": mention("sing a song"),
    "a mention with a slip": mention("staus"),
    "a mention that says thanks": mention("thanks"),
    "a mention in a thread we are in": mention("blockers", thread_ts=ROOT),
    "a mention in another thread": mention("blockers", **OUT),
    "a mention by somebody else": mention("what is blocked?", **BOB),
    "a mention after a greeting": mention("status", text=f"hey <@{ME}> status"),
    "a mention that comes as talk of the channel": said(f"<@{ME}> blockers"),
    "a mention without authorizations": mention("status", around={}),
    "a direct message": direct("status"),
    "a direct message in plain words": direct("what should I do next?"),
    "a direct message of nothing we know": direct("tell me a joke"),
    "a direct message in its thread": direct("blockers", thread_ts="90.0"),
    "a direct message with a file": direct("status", subtype="file_share"),
    "a follow-up by whoever was answered": said("and the blockers?"),
    "a command in a follow-up": said("blockers"),
    "a question in a follow-up": said("what is blocked?"),
    "a question we do not know by whoever was answered": said("where is the coffee?"),
    "a question by somebody else": said("what is blocked?", **BOB),
    "a command by somebody else": said("reviews", **BOB),
    "a follow-up in a private channel": said("blockers?", channel_type="group"),
    "a follow-up in a group conversation": said("blockers?", channel_type="mpim"),
    "a follow-up sent to the channel too": said("blockers?", subtype="thread_broadcast"),
}

SILENT = {
    "talk of the channel": said("status", thread_ts=None),
    "a question in a thread we are not in": said("what is blocked?", **OUT),
    "people talking": said("I will look at it after lunch", **BOB),
    "people talking, by whoever was answered": said("ok, then I start with that"),
    "thanks in a thread": said("thanks"),
    "a question to somebody by mention": said("<@UBOB> what is blocked?"),
    "a question to somebody by greeting and mention": said("hey <@UBOB>, what is blocked?"),
    "a question to somebody by name": said("Bob, what is blocked?"),
    "a question to everybody": said("<!here> what is blocked?"),
    "a question of somebody else that we do not know": said("where is the coffee?", **BOB),
    "a ticket's key by somebody else": said("PAY-398", **BOB),
    "an order by somebody else": said("move PAY-398 to sprint 25", **BOB),
    "a wish for peace by somebody else": said("stop", **BOB),
    "a bot": said("status", bot_id="B9"),
    "a bot that mentions us": mention("status", bot_id="B9"),
    "a bot in direct messages": direct("status", bot_id="B9"),
    "ourselves": said("status", user=ME),
    "an edit of a mention": mention("status", edited={"user": "UANN"}),
    "an edit": said("status", subtype="message_changed"),
    "an edited message": said("status", edited={"user": "UANN", "ts": "1"}),
    "a deletion": said("status", subtype="message_deleted"),
    "a join": said("status", subtype="channel_join"),
    "a hidden message": direct("status", hidden=True),
    "a mention of somebody else beside us": mention("x", text=f"<@UBOB> can you? <@{ME}> said so"),
    "a thread with another organisation": said("blockers?", around={"is_ext_shared_channel": True}),
}


async def joined(town: Town) -> None:
    assert await town.hears(**mention("status", ts=ROOT))


@pytest.mark.parametrize("what", ANSWERED)
async def test_it_is_answered_once_in_the_thread_it_belongs_to(town: Town, what: str) -> None:
    await joined(town)
    event = ANSWERED[what]
    assert len(await town.hears(**event)) == 1
    assert town.slack.threads[-1] == (event.get("channel", "C1"), event.get("thread_ts") or event["ts"])


@pytest.mark.parametrize("what", SILENT)
async def test_it_is_left_alone(town: Town, what: str) -> None:
    await joined(town)
    assert await town.hears(**SILENT[what]) == []


@pytest.mark.parametrize("what", ["people talking", "thanks in a thread", "a thread with another organisation"])
async def test_words_for_others_that_came_in_are_emptied_as_soon_as_that_is_known(town: Town, what: str) -> None:
    await joined(town)
    before = town.emptied
    await town.hears(**SILENT[what])
    assert town.emptied == before + 1
    await town.hears(**said("what is blocked?"))
    assert town.emptied == before + 1


async def test_what_is_not_known_is_said_with_the_reason_and_the_nearest_questions(town: Town) -> None:
    [text] = await town.hears(**direct("which way is the wind blowing us?"))
    assert text.startswith("I don't know, because I did not understand")
    assert len(town.slack.said[-1].buttons) == 3


async def test_a_follow_up_speaks_of_the_ticket_spoken_of_before(town: Town) -> None:
    key = work().issues[0].key
    await town.hears(**mention(f"how is {key} doing?", ts=ROOT))
    [text] = await town.hears(**said("what is it waiting for?"))
    assert str(key) in text


async def test_a_direct_conversation_remembers_across_its_threads(town: Town) -> None:
    key = work().issues[0].key
    await town.hears(**direct(f"how is {key} doing?"))
    [text] = await town.hears(**direct("who has it?", ts="200.0"))
    assert str(key) in text


async def test_where_several_tickets_fit_the_choice_is_asked_and_a_press_answers_it(town: Town) -> None:
    await town.hears(**direct("how is the refund ticket doing?"))
    which = town.slack.said[-1]
    assert which.text.startswith("Which one?") and len(which.buttons) > 1
    label, button = next(iter(which.buttons.items()))
    pressed = await town.presses(button)
    assert label.split()[0] in pressed.text and "Which one?" not in pressed.text


async def test_a_slash_command_in_plain_words_is_understood_and_a_slip_still_offered(town: Town) -> None:
    assert (await town.types("how are we doing?")).text == (await town.types("status")).text
    assert "/pm status" in (await town.types("staus")).text


async def test_an_order_in_plain_conversation_still_waits_for_a_yes(town: Town) -> None:
    [text] = await town.hears(**direct("can you give PAY-2 to Kai please"))
    [asked] = (await town.ledger.history(TEAM)).pending
    assert "PAY-2" in text and asked.by is None


@pytest.mark.parametrize("asked", [mention("status", ts=ROOT), mention("status", ts="101.5", thread_ts=ROOT)])
async def test_a_follow_up_needs_no_mention_as_soon_as_the_first_one_is_kept(town: Town, asked: dict[str, Any]) -> None:
    await town.takes(**asked)
    assert len(await town.hears(**said("and the blockers?"))) == 1
    assert await town.hears(**said("PAY-398", **BOB)) == []


async def test_a_second_mention_in_a_thread_forgets_nothing_of_it(town: Town) -> None:
    key = work().issues[0].key
    await town.hears(**mention(f"how is {key} doing?", ts=ROOT))
    await town.takes(**mention("status", ts="101.5", thread_ts=ROOT, **BOB))
    [text] = await town.hears(**said("what is it waiting for?"))
    assert str(key) in text


async def test_a_mention_by_somebody_of_several_teams_asks_which_and_then_answers_the_same_words(town: Town) -> None:
    town.law = BOTH
    [which] = await town.hears(**mention("how are we doing?"))
    assert which.startswith("Which team? I remember it for this channel.")
    assert (await town.presses(town.slack.said[-1].buttons["Payments"])).text.startswith("Sprint 24")
    [again] = await town.hears(**mention("how are we doing?"))
    assert again.startswith("Sprint 24")


async def test_until_somebody_asks_us_there_a_thread_is_none_of_ours(town: Town) -> None:
    assert await town.hears(**said("what is blocked?")) == []


def test_one_mention_that_comes_as_two_events_is_one_delivery() -> None:
    at = {"channel": "C1", "ts": "101.0", "user": "UANN", "text": f"<@{ME}> status"}
    one = {"team_id": "T1", "event_id": "Ev1", "event": at | {"type": "app_mention"}}
    other = {"team_id": "T1", "event_id": "Ev2", "event": at | {"type": "message", "channel_type": "channel"}}
    assert delivery_id(one) == delivery_id(other)
    assert delivery_id(one) != delivery_id(one | {"event": one["event"] | {"ts": "101.1"}})  # type: ignore[operator]
