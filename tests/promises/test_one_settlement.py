"""What settles a matter settles it once: delivered once, five times in any order, or pressed twice in a hurry.

A matter can be settled only once, so each deed is done on three matters of one kind, in one world for all of them.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest
from sqlalchemy import func, select

from integrations.simulator.company import item
from integrations.simulator.nouns import Change
from integrations.simulator.server import Simulator
from models.actions import Item, RemindPerson
from models.hushes import End
from models.ids import AccountId, PersonId
from models.lessons import Feedback
from models.people import Identity, Service, Standing
from models.proposals import Approval, ApprovalState
from models.standing import Living
from models.tables.asks import approvals, hushes
from models.tables.mirror import identities
from models.tables.outbox import audit, effects
from tests.promises.test_one_effect import (
    Delivery,
    Stage,
    again_when_all_is_done,
    five_at_once,
    once,
    the_last_overtakes_the_first,
)
from tests.stories.scene import empty, plant
from tests.world import CONSTITUTION, in_memory, running

pytestmark = pytest.mark.anyio

MIDDAY = datetime.fromisoformat("2026-11-17T12:40:00-05:00")
"""A Tuesday when everybody is at work, in Los Angeles too."""

LAW = CONSTITUTION.read_text(encoding="utf-8").replace("per_person_per_day: 1,", "per_person_per_day: 3,")
"""The project manager hears of the sprint and is asked, on one day."""

EACH = 3
"""Matters of a kind: delivered once, delivered five times and more, pressed twice."""

READERS = ("li", "sam", "sarah", "noor")
"""Each has three tickets that have been blocked since yesterday, and is told so in one message."""

LASTING = (effects, approvals, identities)
"""Where a doubled effect would be a row too many. What is learnt has a key of its own: it cannot be there twice."""

CAME_OF_IT = ("put off", "chat.postMessage", "PUT in Jira or Bitbucket", "POST in Jira or Bitbucket")


# --- what there is to settle ------------------------------------------------------------------------------------


@dataclass
class Matters:
    """The world, and what is left in it to be settled."""

    stage: Stage
    questions: Iterator[Approval]
    lines: Mapping[str, Iterator[tuple[Living, Item]]]
    messages: Iterator[Living]
    tickets: Iterator[str]
    """Each somebody else's."""
    doubts: Iterator[Identity]
    approved: list[Approval] = field(default_factory=list)

    def pressed(self, person: str, action: str, value: Any, place: Mapping[str, Any]) -> dict[str, Any]:
        """What Slack sends when ``person`` presses a button of that message."""
        out, user = self.stage.world.simulator.slack_out, self.stage.world.slack_id(person)
        where = {"type": "message", "message_ts": place["ts"], "channel_id": place["channel"], "is_ephemeral": False}
        button = {"action_id": action, "block_id": "b", "type": "button", "value": json.dumps(value)}
        payload = {**out.sender(user, "block_actions"), "container": where, "actions": [button]}
        return {**payload, "response_url": out.answer_at(place["channel"], user)}

    def sent(self, person: str, word: str, carried: Any, **filled: Mapping[str, Any]) -> dict[str, Any]:
        """What Slack sends when ``person`` sends a window off."""
        sender = self.stage.world.simulator.slack_out.sender(self.stage.world.slack_id(person), "view_submission")
        view = {"id": sender["trigger_id"], "type": "modal", "callback_id": word, "blocks": []}
        state = {"values": {name: {name: value} for name, value in filled.items()}}
        return {**sender, "view": {**view, "private_metadata": json.dumps(carried), "state": state}}


def company(simulator: Simulator) -> None:
    """Nothing but tickets without an owner and tickets that are stuck."""
    empty(simulator)
    made: dict[str, str] = {}
    for number in range(EACH * QUESTIONS):
        plant(simulator, made, f"Loose {number}", None)
    for person in READERS:
        account = str(simulator.directives.teams[0].member(PersonId(person)).jira)
        for number in range(EACH):
            title = f"Stuck {number} of {person}"
            plant(simulator, made, title, account)
            stuck(simulator, made[title], account)


def stuck(simulator: Simulator, key: str, by: str) -> None:
    """Flagged since yesterday morning."""
    at = simulator.company.clock.now() - timedelta(days=1, minutes=90)
    flag = Change(simulator.company.number(), by, at, (item(simulator.company, "flagged", False, True),))
    issues = simulator.company.issues
    issues[key] = replace(issues[key], updated=at, flagged=True, changes=(flag,))


@pytest.fixture(scope="module")
async def matters(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Matters]:
    with in_memory(tmp_path_factory.mktemp("settled")) as folder:
        async with running(Path(folder), at=MIDDAY, speed=0.0, text=LAW, prepare=company) as world:
            await world.live(timedelta(minutes=20))
            stage = Stage(world)
            world.simulator.traffic.taps.append(stage.tap)
            told = {person: await message_to(stage, person) for person in READERS}
            lines = {person: iter([(m, line) for line in items_of(m)]) for person, m in told.items()}
            questions, doubts = await world.app.ledger.pending(), await in_doubt(stage)
            tickets = [line.subject for number in range(EACH) for m in told.values() for line in [items_of(m)[number]]]
            yield Matters(stage, iter(questions), lines, iter(told.values()), iter(tickets), iter(doubts))


async def message_to(stage: Stage, person: str) -> Living:
    (message,) = stage.world.direct_messages(person)
    living = await stage.world.app.ledger.message_at(stage.world.team.id, message.channel, message.ts)
    assert living is not None and len(items_of(living)) == EACH
    return living


def items_of(living: Living) -> tuple[Item, ...]:
    assert isinstance(living.action, RemindPerson)
    return living.action.items


async def in_doubt(stage: Stage) -> list[Identity]:
    """Accounts of which it is not certain whose they are."""
    people = [PersonId(name) for name in ("dana", "mike", "sam")]
    found = [
        Identity(
            person=p, service=Service.JIRA, account=AccountId(f"712020:of-{p}"), standing=Standing.UNCERTAIN, why="x"
        )
        for p in people
    ]
    await stage.world.app.store.keep_found(people, found, people)
    return found


# --- the deeds ---------------------------------------------------------------------------------------------------


def chosen(value: str) -> dict[str, Any]:
    """One of several round buttons in a window."""
    return {"type": "radio_buttons", "selected_option": {"value": value}}


def question_pressed(action: str, **more: str) -> Callable[[Matters], dict[str, Any]]:
    def press(matters: Matters) -> dict[str, Any]:
        asked = next(matters.questions)
        matters.approved += [asked] if action == "approve" else []
        return matters.pressed("dana", action, {"a": asked.id, "v": asked.payload_hash, **more}, asked.places[0])

    return press


def rejected(matters: Matters) -> dict[str, Any]:
    """The window of *Reject…*, sent with a reason."""
    asked = next(matters.questions)
    ids = {"a": asked.id, "q": [[asked.id, asked.payload_hash]]}
    return matters.sent("dana", "reject_why", ids, reason=chosen("not_needed"))


def edited(matters: Matters) -> dict[str, Any]:
    """The window of *Edit…*, sent with another taker."""
    asked = next(matters.questions)
    taker = next(person for person in ("mike", "noor") if person != getattr(asked.proposal.action, "taker", ""))
    return matters.sent("dana", "edit", {"a": asked.id, "v": asked.payload_hash}, value=chosen(taker))


def undone(matters: Matters) -> dict[str, Any]:
    asked = matters.approved.pop()
    return matters.pressed("dana", "undo", {"a": asked.proposal.id}, asked.places[0])


def line_pressed(person: str, action: str, **more: str) -> Callable[[Matters], dict[str, Any]]:
    def press(matters: Matters) -> dict[str, Any]:
        living, line = next(matters.lines[person])
        return matters.pressed(person, action, {"s": line.signal, **more}, living.sent)

    return press


def line_filled(person: str, word: str, **filled: Mapping[str, Any]) -> Callable[[Matters], dict[str, Any]]:
    def fill(matters: Matters) -> dict[str, Any]:
        living, line = next(matters.lines[person])
        carried = {"c": living.sent["channel"], "t": living.sent["ts"], "s": line.signal}
        return matters.sent(person, word, carried, **filled)

    return fill


def tracked(matters: Matters) -> dict[str, Any]:
    """The window of *Track this*."""
    return matters.sent("dana", "track", {}, what=chosen(next(matters.tickets)), until=chosen("is done"))


def carried(matters: Matters) -> dict[str, Any]:
    """The window of *Ask the assignee*."""
    words = {"type": "plain_text_input", "value": "Is this still needed?"}
    return matters.sent("dana", "question", {}, about=chosen(next(matters.tickets)), words=words)


def judged(matters: Matters) -> dict[str, Any]:
    """*Not useful* in the menu below a reminder."""
    living = next(matters.messages)
    assert isinstance(living.action, RemindPerson)
    value = {"p": living.effect, "f": Feedback.NOT_USEFUL.value}
    return matters.pressed(living.action.person, "feedback", value, living.sent)


def identified(matters: Matters) -> dict[str, Any]:
    """*No* to *Is this you?*."""
    doubt = next(matters.doubts)
    room = matters.stage.world.simulator.workspace.direct(matters.stage.world.slack_id(doubt.person))
    value = {"p": doubt.person, "a": doubt.account}
    return matters.pressed(doubt.person, "identity_no", value, {"channel": room.id, "ts": "1.1"})


QUESTIONS = 5
"""Deeds below that settle a question."""

DEEDS: Mapping[str, Callable[[Matters], dict[str, Any]]] = {
    "a judgement of a message": judged,
    "a wait for what a message names": tracked,
    "a question to the assignee": carried,
    "an approval": question_pressed("approve"),
    "an undo": undone,
    "a rejection": question_pressed("reject"),
    "a rejection with its reason": rejected,
    "a question put off": question_pressed("ask_later", l="3 hours"),
    "an edit": edited,
    "a press that ends a matter": line_pressed("li", "ending", e=End.OVER.value),
    "a matter put off": line_pressed("sam", "later", l="tomorrow"),
    "a wait on purpose": line_filled("sarah", "waiting", reason={"type": "plain_text_input", "value": "the bank"}),
    "the wrong person": line_filled("noor", "wrong_person", whose=chosen("mike")),
    "an answer to *Is this you?*": identified,
}  # fmt: skip

WINDOWS = {name for name, deed in DEEDS.items() if deed in (tracked, carried, rejected, edited)}
WINDOWS |= {"a wait on purpose", "the wrong person"}

# --- the proof ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("deed", DEEDS)
async def test_a_matter_is_settled_once_however_its_settlement_is_delivered(matters: Matters, deed: str) -> None:
    single, rows = await effect_of(matters, DEEDS[deed], once)
    assert rows == 1 and sum(single.values()), "one delivery is kept, and something comes of it"
    many, rows = await effect_of(matters, DEEDS[deed], five_times_over)
    assert (drawn(many), rows) == (drawn(single), 1)
    twice, rows = await effect_of(matters, DEEDS[deed], pressed_twice)
    assert rows == (1 if deed in WINDOWS else 2), "a window is known again, whatever the trigger"
    assert lasting(twice) == lasting(single)


async def five_times_over(matters: Matters, delivery: Delivery) -> None:
    await five_at_once(matters.stage, delivery)
    await the_last_overtakes_the_first(matters.stage, delivery)
    await again_when_all_is_done(matters.stage, delivery)


async def pressed_twice(matters: Matters, delivery: Delivery) -> None:
    """A hurried hand: Slack gives the second press a trigger of its own."""
    body, kind = delivery
    payload = json.loads(parse_qs(body.decode())["payload"][0])
    again = payload | {"trigger_id": matters.stage.world.simulator.workspace.trigger(payload["user"]["id"])}
    second = urlencode({"payload": json.dumps(again)}).encode(), kind
    await asyncio.gather(matters.stage.deliver(delivery), matters.stage.deliver(second))


async def effect_of(
    matters: Matters,
    deed: Callable[[Matters], dict[str, Any]],
    way: Callable[[Any, Delivery], Awaitable[None]],
) -> tuple[Counter[str], int]:
    """What comes of it: writes to the vendors and rows that last; and how many deliveries are kept."""
    stage, payload = matters.stage, deed(matters)
    delivery = await stage.deed(lambda stage: act(stage, payload))
    await stage.settled()
    before, (kept, _) = await counted(stage), await stage.kept()
    await way(stage if way is once else matters, delivery)
    came = await stage.settled()
    return came + (await counted(stage) - before), (await stage.kept())[0] - kept


async def act(stage: Stage, payload: dict[str, Any]) -> None:
    await stage.world.simulator.slack_out.interact(payload, "press")


def drawn(came: Counter[str]) -> Counter[str]:
    """A message is drawn again until it stands still, so how often says nothing; that it was drawn says something."""
    return Counter({name: min(number, 1) if name == "chat.update" else number for name, number in came.items()})


def lasting(came: Counter[str]) -> Counter[str]:
    """Without what is said to the presser alone, and what is written down of a press that was refused."""
    names = {*CAME_OF_IT, *(f"approvals {state}" for state in ApprovalState), *(table.name for table in LASTING)}
    return Counter({name: number for name, number in came.items() if name in names})


async def counted(stage: Stage) -> Counter[str]:
    """Rows that last, questions by their state, and what the audit says."""

    def count(connection: Any) -> Counter[str]:
        found = Counter({t.name: connection.execute(select(func.count()).select_from(t)).scalar_one() for t in LASTING})
        force = select(func.count()).select_from(hushes).where(hushes.c.ended.is_(None))
        found["put off"] = connection.execute(force).scalar_one()
        for column in (approvals.c.state, audit.c.what, identities.c.standing):
            for word, number in connection.execute(select(column, func.count()).group_by(column)).all():
                found[f"{column.table.name} {word}"] = number
        return found

    return await stage.world.app.database.read(count)
