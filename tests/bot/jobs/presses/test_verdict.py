"""What a reader says of an answer: kept once, as their latest word, of members alone; nobody is told anything."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from bot.jobs.presses.verdict import settle_one
from bot.listeners.buttons import work_of
from bot.views.parts.verdict import verdict
from models.events import Delivery, Source
from models.ids import DeliveryId
from models.lessons import Observation
from tests.bot.jobs.asked.test_places import LAW
from tests.planner.world import MEMBERS, NOON, constitution, line

pytestmark = pytest.mark.anyio

NAME = "0123456789abcdef0123"
PEOPLE: list[Any] = MEMBERS
LEARNS = constitution(
    team={"members": [each | {"slack": f"U{each['id'].upper()}"} for each in PEOPLE]},
    learning=[line("learn", {"learn": ["feedback"]})],
)


@dataclass
class Office:
    body: dict[str, Any] = field(default_factory=dict)
    seen: list[Observation] = field(default_factory=list)
    counted: list[tuple[str, ...]] = field(default_factory=list)
    law: Any = LEARNS

    async def delivery(self, row: int) -> Delivery:
        content = json.dumps(self.body).encode()
        return Delivery(source=Source.SLACK, id=DeliveryId("d"), name="block_actions", body=content, received=NOON)

    async def finish(self, job: Any) -> None: ...

    async def workspace(self) -> str:
        return "T1"

    async def observe(self, seen: list[Observation]) -> None:
        self.seen += seen

    def feedback(self, *words: str) -> None:
        self.counted.append(words)

    async def pressed(self, value: str, user: str = "UANN", team: str = "T1") -> list[str]:
        action = {"action_id": "verdict", "type": "feedback_buttons", "block_id": "b", "value": value}
        self.body = {"type": "block_actions", "user": {"id": user}, "team": {"id": team}, "actions": [action]}
        app = SimpleNamespace(
            mailbox=self, slack=self, ledger=self, metrics=self, directives=self.law,
            clock=SimpleNamespace(now=lambda: NOON),
        )  # fmt: skip
        await settle_one(app, SimpleNamespace(payload={"inbox": 1}))  # type: ignore[arg-type]
        return [f"{each.person} {each.value['said']}" for each in self.seen]


def value(which: str) -> str:
    element = verdict(NAME)["elements"][0]
    return str(element[f"{which}_button"]["value"])


@pytest.mark.parametrize(("which", "said"), [("positive", "useful"), ("negative", "not_useful")])
async def test_a_members_word_is_kept(which: str, said: str) -> None:
    assert await Office().pressed(value(which)) == [f"ann {said}"]


async def test_a_second_word_on_the_same_answer_replaces_the_first() -> None:
    office = Office()
    await office.pressed(value("positive"))
    await office.pressed(value("negative"))
    assert len({each.source for each in office.seen}) == 1


async def test_two_readers_have_a_word_each() -> None:
    office = Office()
    await office.pressed(value("positive"))
    await office.pressed(value("positive"), "UBOB")
    assert len({each.source for each in office.seen}) == 2


@pytest.mark.parametrize(
    ("given", "user", "team"),
    [
        (value("positive"), "USTRANGER", "T1"),
        (value("positive"), "UANN", "T2"),
        ("no json", "UANN", "T1"),
        (json.dumps({"r": "../../etc", "f": "useful"}), "UANN", "T1"),
        (json.dumps({"r": NAME, "f": "wrong_person"}), "UANN", "T1"),
        (json.dumps([NAME]), "UANN", "T1"),
    ],
    ids=["a stranger", "elsewhere", "unreadable", "no answer's name", "no such word", "no object"],
)
async def test_what_counts_for_nothing_is_not_kept(given: str, user: str, team: str) -> None:
    assert await Office().pressed(given, user, team) == []


async def test_where_the_constitution_does_not_let_us_learn_nothing_is_kept() -> None:
    assert await Office(law=LAW).pressed(value("positive")) == []


def test_the_press_is_a_job_of_its_own() -> None:
    action = {"action_id": "verdict", "type": "feedback_buttons", "value": value("positive")}
    assert work_of({"actions": [action]}) == ("verdict", "")
