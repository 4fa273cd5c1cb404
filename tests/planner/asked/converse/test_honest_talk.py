"""The simulator's honest brain answers our own prompt of a conversation, and every word of it is let through."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from integrations.claude.asking import request_of
from integrations.simulator.claude.brains import Asked, Honest
from integrations.simulator.claude.checks import check
from models.ids import PersonId
from models.thoughts import Call, Prompt, Stop, Thought, Usage
from planner.asked.requests import Request, Wish
from planner.asked.topics import AskLost
from planner.asked.whatif import AskForecast
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


async def asked(words: str, *, public: bool = True, last: str = "") -> Conversed:
    talk = Talk(words=words, asked=AskLost(words), asker=PersonId("ann"), team=TEAM, public=public, spoken_of=last)
    return await converse(talk, desk(work(), law=LAW), Brain(), Shelf())


QUESTIONS = (
    "is there anything to worry about?",
    "who could lend a hand with the refund webhooks?",
    "what is Bob up to these days?",
    "does somebody keep Tess from working?",
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
    assert done.calls == 2


UNKNOWN = (
    "how much did you cost so far, my friend?",
    "hello, how are you?",
    "are you a bot?",
    "you're useless",
    "I'm on vacation from tomorrow",
    "what was our velocity over the last 3 sprints",
    "remind me tomorrow at 9",
    "what did the customer say about reviews",
    "translate the status into german",
    "what did the report say?",
    "who else knows about card networks?",
    "when is Tess back from holiday",
    "does Tess see what I ask you?",
    "how happy is the team with the new office?",
)


@pytest.mark.parametrize("words", UNKNOWN)
async def test_what_it_has_no_words_for_it_does_not_know_and_offers_no_other_answer(words: str) -> None:
    done = await asked(words)
    assert done.question is None and done.reply is not None and done.reply.facts == ()
    assert done.reply.passages == ("I don't know, because nothing I have tells it.",)


async def test_advice_is_given_for_what_is_in_the_way_alone_and_not_always_the_same() -> None:
    found = [done.reply.inference for words in QUESTIONS if (done := await asked(words)).reply is not None]
    given = {re.sub("PAY.*?(?=,|[.])", "", advice[0]) for advice in found if advice}
    assert len(given) > 1 and not all(found)


DOCUMENTED = (
    ("could you hand PAY-2 over to Bob?", "", Request(Wish.ASSIGN, "PAY-2", "bob", by_model=True)),
    ("I want it closed", "PAY-2", Request(Wish.CLOSE, "PAY-2", by_model=True)),
    ("what about giving it to Bob?", "PAY-2", Request(Wish.ASSIGN, "PAY-2", "bob", by_model=True, perhaps=True)),
    ("if Dana agrees, give PAY-2 to Bob", "", Request(Wish.ASSIGN, "PAY-2", "bob", by_model=True, perhaps=True)),
    ("give it to somebody who has room", "PAY-2", Request(Wish.ASSIGN, "PAY-2", by_model=True)),
    ("find out why PAY-1 is stuck", "", Request(Wish.DELEGATE, value="PAY-1", place="cause", by_model=True)),
    ("we need a report for the board", "", Request(Wish.DELEGATE, place="report", by_model=True)),
)


@pytest.mark.parametrize(("words", "last", "meant"), DOCUMENTED)
async def test_what_the_guide_says_can_be_ordered_is_understood_in_the_demo(
    words: str, last: str, meant: Request
) -> None:
    page = (Path(__file__).parents[4] / "docs" / "conversation.md").read_text(encoding="utf-8").replace("\n  ", " ")
    said = words.split(", ")[0].rstrip("?").replace("could you ", "")
    assert said in page or said.replace("it", "PAY-2") in page
    done = await asked(words, last=last)
    assert isinstance(done.question, Request)
    assert replace(done.question, typed="") == meant


async def test_it_routes_what_we_answer_ourselves_and_only_asks_for_changes() -> None:
    assert (await asked("will the release be a success on friday?")).question == AskForecast()
    wanted = (await asked("please hand the refund webhooks to Tess")).question
    assert wanted == Request(Wish.ASSIGN, "PAY-2", "tess", by_model=True)
    refused = (await asked("deploy it to production now")).question
    assert isinstance(refused, Request) and refused.wish is Wish.FORBIDDEN
