"""The simulator's honest brain answers our own prompt of a conversation, and every word of it is let through."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from integrations.claude.asking import request_of
from integrations.simulator.claude.brains import Asked, Honest
from integrations.simulator.claude.checks import check
from models.ids import PersonId
from models.thoughts import Call, Prompt, Stop, Thought, Usage
from planner.asked.questions import AskForecast
from planner.asked.requests import Request, Wish
from planner.asked.topics import AskLost
from planner.converse import Conversed, Talk, converse
from tests.planner.asked.converse.talks import Shelf, desk
from tests.planner.reports.believable import LAW, work
from tests.planner.world import TEAM

pytestmark = pytest.mark.anyio


class Brain:
    """What would come over the wire; a request the vendor would refuse is refused."""

    def __init__(self) -> None:
        self.ids = itertools.count(1)

    async def think(self, prompt: Prompt, team: str, **more: Any) -> Thought:
        body = request_of(prompt, "claude-haiku-5-5", "low")
        check(body, "2026-10-21")
        said = Honest().answer(Asked(body))
        calls = tuple(Call(f"toolu_{next(self.ids)}", wish.name, wish.arguments) for wish in said.calls)
        stop = Stop.TOOLS if calls else Stop.END
        return Thought(text=said.text, calls=calls, stop=stop, usage=Usage(), model="claude-haiku-5-5")


async def asked(words: str, *, public: bool = True) -> Conversed:
    talk = Talk(words=words, asked=AskLost(words), asker=PersonId("ann"), team=TEAM, public=public)
    return await converse(talk, desk(work(), law=LAW), Brain(), Shelf())


QUESTIONS = (
    "is there anything to worry about?",
    "who could lend a hand with the refund webhooks?",
    "what is Bob up to these days?",
    "does somebody keep Tess from going on?",
    "is something odd with PAY-9, in your view?",
    "how do the reviews look to you?",
    "which rules are there about code?",
    "what happened over there yesterday?",
    "how fast are we going compared with the plan?",
)


@pytest.mark.parametrize("words", QUESTIONS)
async def test_nothing_an_honest_brain_says_is_thrown_away(words: str) -> None:
    done = await asked(words)
    assert done.misses == () and done.silence is None
    assert done.reply is not None and done.reply.by == "claude-haiku-5-5", done.reply
    assert done.reply.inference and done.calls == 2


async def test_it_routes_what_we_answer_ourselves_and_only_asks_for_changes() -> None:
    assert (await asked("will the release be a success on friday?")).question == AskForecast()
    wanted = (await asked("please hand the refund webhooks to Tess")).question
    assert wanted == Request(Wish.ASSIGN, "PAY-2", "tess", by_model=True)
    refused = (await asked("deploy it to production now")).question
    assert isinstance(refused, Request) and refused.wish is Wish.FORBIDDEN
