"""Two people press fifty times at once, one *Approve*, the other *Reject*: one answer counts, and both see which."""

from __future__ import annotations

import asyncio
import inspect
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy import select

from integrations.simulator.seed import ASKER
from integrations.simulator.slack.workspace import Message
from models.ids import ApprovalId
from models.proposals import ApprovalState
from models.tables.outbox import audit
from tests.stories.scene import Plan, Scene, played
from tests.stories.sentences import given, when
from tests.stories.test_stories import TOLD_IN

pytestmark = pytest.mark.anyio

CLICKS = 25
"""Of each."""

BEFORE = ("it is Tuesday 17 November 2026 at 10:00 in New York", 'Li works on "Refund page"')
THEN = ('Li lets go of "Refund page"', "it becomes Wednesday 18 November 2026 at 16:30 in New York")
"""Dana is asked, and a day later Noor as well, each on a card of their own."""


async def test_fifty_clicks_of_two_people_are_one_execution_one_state_and_told_to_all(tmp_path: Path) -> None:
    assert TOLD_IN
    plan, told = Plan(), Counter[str]()
    for sentence in BEFORE:
        await say(given, sentence, plan)
    async with played(plan, tmp_path) as scene:
        for sentence in THEN:
            await say(when, sentence, scene)
            await scene.settle()
        scene.world.simulator.traffic.taps.append(lambda *call: told.update(whisper(*call)))
        cards = {"Dana": scene.card("Dana"), "Noor": scene.card("Noor")}
        asked = question(cards["Dana"])
        presses = [press(scene, cards, name) for _ in range(CLICKS) for name in ("Dana", "Noor")]
        assert all(answered.ok for answered in await asyncio.gather(*presses))
        await scene.settle()

        approval = await scene.world.app.ledger.approval(ApprovalId(asked))
        assert approval is not None and approval.state in {ApprovalState.APPROVED, ApprovalState.REJECTED}
        done = approval.state is ApprovalState.APPROVED
        assert changes(scene) == done, "once, or not at all when the no was first"
        assert approval.by == ("dana" if done else "noor")
        for name in cards:
            [line] = scene.card(name).blocks
            assert ("Done" if done else "Rejected") in str(line), "each of the two sees the same end"
        refused = await refusals(scene, asked)
        assert sum(refused.values()) == 2 * CLICKS - 1, "each press that did not count is on record"
        assert sum(told.values()) == 2 * CLICKS - 1, "and told to whoever pressed"
        assert all("already" in words for words in told), told


async def say(language: Any, sentence: str, about: Any) -> None:
    act, blanks = language.find(sentence)
    done = act(about, **blanks)
    if inspect.isawaitable(done):
        await done


def question(card: Message) -> str:
    """The approval a card is about."""
    return str(json.loads(button(card, "approve")["value"])["a"])


def button(card: Message, action: str) -> Any:
    elements = [part for block in card.blocks for part in block.get("elements", ())]
    return next(part for part in elements if part.get("action_id", "").startswith(action))


async def press(scene: Scene, cards: dict[str, Message], name: str) -> Any:
    """Dana says yes and Noor no, each with the button of their own card."""
    out, card = scene.world.simulator.slack_out, cards[name]
    value = button(card, "approve")["value"]
    action = {"action_id": "approve" if name == "Dana" else "reject", "block_id": "b", "type": "button", "value": value}
    where = {"type": "message", "message_ts": card.ts, "channel_id": card.channel, "is_ephemeral": False}
    user = scene.user(name)
    payload = {**out.sender(user, "block_actions"), "container": where, "actions": [action]}
    return await out.interact({**payload, "response_url": out.answer_at(card.channel, user)}, f"click of {name}")


def whisper(request: web.Request, body: bytes, response: web.StreamResponse) -> list[str]:
    """What was said to a presser alone."""
    return [str(json.loads(body)["text"])] if request.path.startswith("/slack/response") else []


def changes(scene: Scene) -> int:
    """How often the agent has given the ticket to somebody."""
    return len([change for change in scene.issue("Refund page").changes if change.by == ASKER])


async def refusals(scene: Scene, about: str) -> Counter[str]:
    query = select(audit.c.who).where(audit.c.what == "click_refused", audit.c.about == about)
    rows = await scene.world.app.database.read(lambda c: c.execute(query).all())
    return Counter(row.who for row in rows)
