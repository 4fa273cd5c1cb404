"""Answers that a model has put into words, from a believable team; see ``test_gallery`` for how to read these."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from bot.views.parts.message import Message
from bot.views.parts.verdict import judged
from bot.views.reply import reply_message
from models.errors import NotThought, Silence
from models.ids import PersonId
from planner.asked.topics import AskLost
from planner.converse import Talk, converse
from tests.bot.views.reading import seen
from tests.bot.views.test_gallery_answers import GALLERY
from tests.contracts.blockkit import check_message
from tests.planner.asked.converse.talks import Line, Model, Shelf, call, desk, says
from tests.planner.reports.believable import LAW, work
from tests.planner.world import HOUR, NOON, TEAM, ZONE

pytestmark = pytest.mark.anyio


async def told(*lines: Line) -> Message:
    words = "should anybody talk about the refunds today?"
    talk = Talk(words=words, asked=AskLost(words), asker=PersonId("ann"), team=TEAM, public=True)
    done = await converse(talk, desk(work(), law=LAW), Model(list(lines)), Shelf())
    assert done.reply is not None
    drawn = reply_message(done.reply, zone=ZONE, now=NOON + HOUR / 10, company_now=NOON, named=True)
    return judged(drawn, "0f1e2d3c")


READ = [call("report", what="blockers"), call("report", what="reviews")]


def answer(model: Model) -> str:
    first, second = model.fact("PAY-1 is blocked by"), model.fact("api#7 is waiting")
    return says(
        f"{first}, and {second}.",
        inference=[f"{first}, so a short talk with its owner could help the reviewer."],
        unknown="The facts here do not say why.",
    )


MESSAGES: dict[str, Callable[[], Awaitable[Message]]] = {
    "answer-in-conversation": lambda: told(READ, answer),
    "answer-in-conversation-not-said": lambda: told(READ, says("PAY-1 is late.")),
    "answer-in-conversation-out-of-money": lambda: told(
        READ, NotThought(Silence.BUDGET, "$1.00 of $1.00 is spent today")
    ),
}


@pytest.mark.parametrize("name", MESSAGES)
async def test_the_message_reads_as_in_the_gallery(name: str) -> None:
    shown = seen((await MESSAGES[name]()).blocks)
    assert shown == (GALLERY / f"{name}.txt").read_text(encoding="utf-8").rstrip("\n")


@pytest.mark.parametrize("name", MESSAGES)
async def test_slack_would_take_the_message(name: str) -> None:
    drawn = await MESSAGES[name]()
    check_message({"text": drawn.text, "blocks": drawn.blocks})
