"""What a reader says of a message: only theirs counts, the latest word, and the message shows it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bot.jobs.presses.feedback import NOT_LEARNT, NOT_YOURS, UNKNOWN, settle_one
from bot.jobs.presses.press import ELSEWHERE
from bot.listeners.buttons import work_of
from bot.metrics import Metrics
from bot.views.parts.feedback import feedback_buttons, feedback_menu
from models.database import Database
from models.directives_file import load
from models.errors import NotDone
from models.events import Delivery, Source
from models.ids import DeliveryId, EffectId, PersonId
from models.keeping.effects import effect_name
from models.ledger import Ledger
from models.lessons import Feedback
from models.proposals import Ending, Outcome, Receipt
from tests.contracts.stores.values import MONDAY, FakeClock, allow, cycle, nudge, proposal
from tests.world import CONSTITUTION, empty_database

pytestmark = pytest.mark.anyio

GIVEN = load(CONSTITUTION)
TEAM = GIVEN.teams[0]
LI = PersonId("li")
LI_SLACK, DANA_SLACK = str(TEAM.member(LI).slack), str(TEAM.member(PersonId("dana")).slack)


@dataclass
class Slack:
    async def workspace(self) -> str:
        return "T1"


@dataclass
class Inbox:
    """The one press that is settled."""

    body: bytes = b""

    async def delivery(self, row: int) -> Delivery:
        return Delivery(source=Source.SLACK, id=DeliveryId("d"), name="block_actions", body=self.body, received=MONDAY)

    async def finish(self, job: Any) -> None:
        return None


@dataclass
class Notify:
    """What the presser is told alone, and what the message says then."""

    whispers: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    fails: bool = False

    async def whisper(self, url: str, words: str) -> None:
        self.whispers.append(words)

    async def refresh_told(self, team: Any, effect: Any, words: str) -> None:
        if self.fails:
            raise NotDone("busy")
        self.notes.append(words)


@dataclass
class Room:
    app: Any

    async def press(
        self, said: Feedback = Feedback.TOO_EARLY, user: str = LI_SLACK, proposal: str = "p1", team: str = "T1"
    ) -> list[str]:
        """What the presser is told privately: nothing when it counted."""
        before = len(self.app.notify.whispers)
        self.app.mailbox.body = json.dumps(body(said, user, proposal, team)).encode()
        await settle_one(self.app, SimpleNamespace(id=1, attempts=1, team=TEAM.id, payload={"inbox": 1}))  # type: ignore[arg-type]
        return self.app.notify.whispers[before:]  # type: ignore[no-any-return]

    async def kept(self) -> list[tuple[str, str]]:
        return [(o.about, o.value["said"]) for o in await self.app.ledger.known_of(LI)]


def body(said: Feedback, user: str = LI_SLACK, proposal: str = "p1", team: str = "T1") -> dict[str, Any]:
    menu = feedback_menu(feedback_buttons(proposal))
    chosen = next(option for option in menu["options"] if json.loads(option["value"])["f"] == said)
    return {
        "user": {"id": user},
        "team": {"id": team},
        "container": {"channel_id": "D1", "message_ts": "1.1"},
        "actions": [{"type": "overflow", "action_id": menu["action_id"], "selected_option": chosen}],
        "response_url": "https://slack.test/r",
    }


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    clock = FakeClock()
    file = tmp_path / "pm.db"
    file.write_bytes(empty_database())
    database = Database(f"sqlite:///{file}", clock)
    ledger = Ledger(database, clock)
    made = proposal(nudge(LI, "s1"), "p1")
    await ledger.record(cycle(clock, allow(made), team=TEAM.id))
    await ledger.begin(EffectId(effect_name(made)))
    await ledger.settle(EffectId(effect_name(made)), Outcome(ending=Ending.DONE, words="", receipt=Receipt({})))
    app = SimpleNamespace(
        ledger=ledger,
        clock=clock,
        directives=GIVEN,
        slack=Slack(),
        mailbox=Inbox(),
        notify=Notify(),
        metrics=Metrics(),
    )
    yield Room(app)
    await database.close()


@pytest.mark.parametrize("said", Feedback)
async def test_each_choice_is_kept_for_its_rule_and_noted_on_the_message(room: Room, said: Feedback) -> None:
    assert await room.press(said) == []
    assert await room.kept() == [("rule", said.value)]
    assert room.app.notify.notes[0].startswith("Noted: ")
    assert f'said="{said.value}"'.encode() in room.app.metrics.render()


async def test_a_second_thought_replaces_the_first(room: Room) -> None:
    await room.press(Feedback.WRONG_PERSON)
    await room.press(Feedback.USEFUL)
    assert await room.kept() == [("rule", "useful")]


@pytest.mark.parametrize(
    ("press", "words"),
    [
        ({"user": DANA_SLACK}, NOT_YOURS),
        ({"user": "U0NOBODY"}, NOT_YOURS),
        ({"team": "T2"}, ELSEWHERE),
        ({"proposal": "made-up"}, UNKNOWN),
    ],
    ids=["a colleague", "a stranger", "another workspace", "no such message"],
)
async def test_only_the_readers_word_counts(room: Room, press: dict[str, str], words: str) -> None:
    assert await room.press(**press) == [words]  # type: ignore[arg-type]
    assert await room.kept() == [] and room.app.notify.notes == []


async def test_nothing_is_kept_where_the_constitution_does_not_say_so(room: Room) -> None:
    silent = [line for line in GIVEN.learning if line.id != "remember-what-worked"]
    room.app.directives = GIVEN.model_copy(update={"learning": tuple(silent)})
    assert await room.press() == [NOT_LEARNT]
    assert await room.kept() == []


async def test_a_word_that_is_not_on_the_menu_does_nothing(room: Room) -> None:
    made = body(Feedback.USEFUL)
    made["actions"][0]["selected_option"] = {"value": json.dumps({"p": "p1", "f": "fire_them"})}
    room.app.mailbox.body = json.dumps(made).encode()
    await settle_one(room.app, SimpleNamespace(id=1, attempts=1, team=TEAM.id, payload={"inbox": 1}))  # type: ignore[arg-type]
    assert await room.kept() == []


async def test_a_message_that_cannot_be_drawn_again_takes_nothing_back(room: Room) -> None:
    room.app.notify.fails = True
    assert await room.press() == []
    assert len(await room.kept()) == 1


def test_the_menu_asks_for_this_job() -> None:
    assert work_of(body(Feedback.USEFUL))[0] == "feedback"
