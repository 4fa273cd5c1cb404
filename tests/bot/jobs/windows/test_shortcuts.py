"""The shortcuts on a message: what it names is offered, what was chosen is kept or carried, and told in private."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bot.jobs.windows.answers import TYPE_IT
from bot.jobs.windows.open import handle
from bot.jobs.windows.shortcuts import GONE, NOT_ONE_OF_US, NOTHING_NAMED
from bot.views.windows.question import question_faults
from bot.views.windows.track import track_faults
from integrations.slack.reading.members import SlackMember
from models.database import Database
from models.events import Delivery, Source
from models.ids import DeliveryId, PersonId
from models.ledger import Ledger
from models.store import Store
from tests.bot.jobs.asked.test_places import LAW, Office, Said, Slack
from tests.planner.reports.believable import Clock, work
from tests.planner.world import NOON, TEAM
from tests.world import fresh_database

pytestmark = pytest.mark.anyio

NAMES = "PAY-1 waits for the queue, and so does <https://jira.example/browse/PAY-2|the webhook>. XYZ-9 is not ours."


@dataclass
class Workspace(Slack):
    drawn: list[Any] = field(default_factory=list)
    dms: list[str] = field(default_factory=list)
    markers: set[str] = field(default_factory=set)
    guests: set[str] = field(default_factory=set)

    async def member(self, user: str) -> SlackMember:
        return replace(await super().member(user), guest=user in self.guests)

    async def workspace(self) -> str:
        return "T1"

    async def is_public(self, channel: str) -> bool:
        return channel == "C1"

    async def open_dm(self, user: str) -> str:
        return f"D{user}"

    async def update_window(self, name: str, view: Any) -> None:
        self.drawn.append(view)

    async def find(self, channel: str, marker: str, *args: Any, **how: Any) -> dict[str, str] | None:
        return {"ts": "1"} if marker in self.markers else None

    async def post(self, channel: str, text: str, blocks: Any = (), *, marker: str, **how: Any) -> None:
        self.markers.add(marker)
        self.dms.append(f"{channel}: {text}")
        self.said.append(Said(text, False, {}))


@dataclass
class House(Office):
    slack: Workspace = field(default_factory=Workspace)
    noted: dict[str, Any] = field(default_factory=dict)

    async def uses(self, word: str, text: str = NAMES, user: str = "UANN", **more: Any) -> str:
        """The window that a shortcut shows."""
        message = {"type": "message", "ts": "5.0", "text": text}
        body = {"type": "message_action", "callback_id": word, "trigger_id": "7.7", "message": message}
        await self._handles(body | {"user": {"id": user}, "team": {"id": "T1"}, "channel": {"id": "C1"}} | more)
        return json.dumps(self.slack.drawn[-1], ensure_ascii=False)

    async def fills(self, word: str, values: dict[str, str], user: str = "UANN", *, attempts: int = 1) -> list[str]:
        """What is told in private."""
        before = len(self.slack.dms)
        state = {"values": {block: {block: {"value": value}} for block, value in values.items()}}
        view = {"type": "modal", "callback_id": word, "private_metadata": "{}", "state": state}
        await self._handles(
            {"type": "view_submission", "user": {"id": user}, "team": {"id": "T1"}, "view": view}, attempts
        )
        return self.slack.dms[before:]

    async def _handles(self, body: dict[str, Any], attempts: int = 1) -> None:
        async def delivery(row: int) -> Delivery:
            content = json.dumps(body).encode()
            return Delivery(source=Source.SLACK, id=DeliveryId("d"), name="x", body=content, received=NOON)

        async def finish(job: Any) -> None: ...

        async def note(job: Any, **words: Any) -> None:
            self.noted |= words

        if attempts == 1:
            self.noted.clear()

        app = SimpleNamespace(
            slack=self.slack, directives=LAW, clock=Clock(), store=self.store, ledger=self.ledger,
            desk=lambda job: self.desk(), mailbox=SimpleNamespace(delivery=delivery, finish=finish, note=note),
        )  # fmt: skip
        job = SimpleNamespace(id=1, attempts=attempts, team=TEAM, payload={"inbox": 1, **self.noted})
        await handle(app, job)  # type: ignore[arg-type]


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    url = fresh_database(tmp_path / "home.db")
    database = Database(url, Clock())
    made = House(Store(database, Clock()), Ledger(database, Clock()))
    await made.holds(work())
    yield made
    await database.close()


async def test_what_a_message_names_is_offered_and_nothing_else(home: House) -> None:
    view = await home.uses("track")
    assert "PAY-1 Settle refunds nightly" in view and "PAY-2 Refund webhooks" in view and "XYZ-9" not in view


async def test_a_message_that_names_nothing_says_so(home: House) -> None:
    assert NOTHING_NAMED in await home.uses("track", "no key here")
    assert NOTHING_NAMED in await home.uses("question", "no key here")


@pytest.mark.parametrize("word", ["track", "question"])
async def test_nobody_outside_a_team_learns_what_a_message_names(home: House, word: str) -> None:
    view = await home.uses(word, user="USTRANGER")
    assert NOT_ONE_OF_US in view and "Refund" not in view


async def test_a_guest_uses_neither_shortcut_whatever_the_constitution_lists(home: House) -> None:
    home.slack.guests.add("UANN")
    for word, filled in (("track", {"what": "PAY-1", "until": "changes"}), ("question", {"about": "PAY-2"})):
        view = await home.uses(word)
        assert NOT_ONE_OF_US in view and "Refund" not in view
        assert await home.fills(word, filled | {"words": "well?"}) == [f"DUANN: {NOT_ONE_OF_US}"]
    assert await home.ledger.hushes(TEAM, PersonId("ann")) == [] and not (await home.ledger.history(TEAM)).spent


@pytest.mark.parametrize("said", ["close PAY-1", "assign PAY-1 to bob", "snooze PAY-1 until it changes", "pause", "me"])
async def test_a_button_of_a_home_only_asks(home: House, said: str) -> None:
    """What stood behind it may be anything a body can hold."""
    action = {"action_id": "ask:1", "value": said}
    view = await home.uses("ask", type="block_actions", callback_id="", actions=[action], view={"type": "home"})
    assert TYPE_IT in view
    assert await home.ledger.pending() == [] and await home.ledger.recent() == []


@pytest.mark.parametrize("until", ["changes", "is done", "is merged", "is unblocked"])
async def test_a_tracked_ticket_is_a_wait_of_ones_own_and_told_in_private(home: House, until: str) -> None:
    [told] = await home.fills("track", {"what": "PAY-1", "until": until})
    [hush] = await home.ledger.hushes(TEAM, PersonId("ann"))
    assert told.startswith("DUANN: ") and "PAY-1" in told
    assert (hush.subject, hush.until, hush.sight is not None) == ("PAY-1", None, True)


async def test_a_second_try_keeps_the_same_wait_and_tells_nothing_twice(home: House) -> None:
    await home.fills("track", {"what": "PAY-1", "until": "changes"})
    assert await home.fills("track", {"what": "PAY-1", "until": "changes"}, attempts=2) == []
    assert len(await home.ledger.hushes(TEAM, PersonId("ann"))) == 1


async def test_what_was_not_offered_is_not_believed(home: House) -> None:
    [told] = await home.fills("track", {"what": "XYZ-9", "until": "changes"})
    assert told == f"DUANN: {GONE}"
    [asked] = await home.fills("question", {"about": "everything", "words": "well?"})
    assert asked == f"DUANN: {GONE}"


async def test_a_question_names_whom_it_goes_to_and_starts_with_the_messages_words(home: House) -> None:
    view = await home.uses("question", "PAY-2 <!channel> is late, <@UBOB> why?")
    assert "PAY-2 · Bob · Refund webhooks" in view
    assert "is late" in view and "<!channel>" not in view and "<@UBOB>" not in view


async def test_the_words_of_a_private_channel_are_not_put_into_a_question(home: House) -> None:
    view = await home.uses("question", "PAY-2 is late", channel={"id": "G1"})
    assert "PAY-2 · Bob" in view and "is late" not in view


async def test_ones_own_and_nobodys_ticket_is_not_asked_about(home: House) -> None:
    assert "there is nobody to ask" in await home.uses("question", "PAY-1 and PAY-3")


async def test_a_question_is_a_reminder_of_the_asker_and_its_way_is_told(home: House) -> None:
    [told] = await home.fills("question", {"about": "PAY-2", "words": "When is it ready?"})
    assert told == "DUANN: Asking Bob about PAY-2 now."
    [planned] = await home.ledger.deferred(TEAM) or [None]
    history = await home.ledger.history(TEAM)
    assert planned is None and history.spent


async def test_the_question_is_decided_once_however_often_it_is_settled(home: House) -> None:
    await home.fills("question", {"about": "PAY-2", "words": "When is it ready?"})
    spent = (await home.ledger.history(TEAM)).spent
    await home.fills("question", {"about": "PAY-2", "words": "When is it ready?"}, attempts=2)
    assert (await home.ledger.history(TEAM)).spent == spent and set(spent.values()) == {1}


def test_what_is_left_empty_is_said_at_the_door() -> None:
    assert set(track_faults({"what": None, "until": "never"})) == {"what", "until"}
    assert set(question_faults({"about": "PAY-1", "words": " "})) == {"words"}
    assert track_faults({"what": "PAY-1", "until": "changes"}) == question_faults({"about": "x", "words": "y"}) == {}
