"""Who is heard in a thread without a mention, and what needs no answer at all."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from bot.jobs.asked.conversation import Heard, begun, keep, typed, understood_in
from planner.asked.questions import AskBlockers, AskSeveral, AskStatus, AskWaiting, Question, parse_command
from planner.asked.requests import Request, Wish
from planner.asked.topics import AskIssue, AskLost
from tests.planner.asked.talk.test_true_intent import HELD, TALK

pytestmark = pytest.mark.anyio

THREAD = "C1 1.0"


class Memory(dict[str, Any]):
    """As much of the store as a conversation needs."""

    async def remember(self, team: str, about: str, key: str, value: Any, *, once: bool = False) -> None:
        if not (once and key in self):
            self[key] = value

    async def remembered(self, team: str, about: str, key: str) -> Any:
        return self.get(key)

    async def facts_about(self, team: str) -> Any:
        return HELD


class Room:
    def __init__(self) -> None:
        self.app: Any = SimpleNamespace(store=Memory(), directives=TALK.directives)

    async def says(self, user: str, text: str, *, mention: bool = False, key: str = THREAD) -> Question | None:
        """What they are answered to; as in a job, what is answered is kept."""
        heard = Heard(text=text, user=user, key=key, follow_up=not mention)
        question = await understood_in(self.app, heard, [TALK.team])
        if question is not None:
            await keep(self.app, heard, question)
        return question


async def test_whoever_mentioned_it_keeps_being_heard_when_others_have_asked_since() -> None:
    room = Room()
    await room.says("U-mike", "how is PAY-116 doing?", mention=True)
    assert await room.says("U-sam", "what is blocked?") is not None
    assert isinstance(await room.says("U-mike", "is that really so?"), AskLost)
    assert await room.says("U-mike", "move it to sprint 25") == Request(Wish.MOVE, "PAY-116", "sprint 25")


async def test_whoever_only_asked_there_is_heard_until_somebody_else_was_answered() -> None:
    room = Room()
    await room.says("U-mike", "how is PAY-116 doing?", mention=True)
    await room.says("U-sam", "what is blocked?")
    await room.says("U-mike", "what needs review?")
    assert await room.says("U-sam", "move it to sprint 25") is None


async def test_a_mention_that_is_not_answered_yet_counts_already() -> None:
    room = Room()
    await begun(room.app, "C1", "1.0", "U-mike")
    key = next(iter(room.app.store))
    await room.says("U-sam", "what is blocked?", key=key)
    assert isinstance(await room.says("U-mike", "is that really so?", key=key), AskLost)


@pytest.mark.parametrize("nod", ["ok", "cool", "👍", ":thumbsup:"])
async def test_a_nod_gets_no_answer_not_even_alone_with_us(nod: str) -> None:
    assert await Room().says("U-mike", nod, mention=True) is None


@pytest.mark.parametrize(
    ("command", "question"),
    [
        ("status and blockers", AskSeveral((AskStatus(), AskBlockers()))),
        ("reviews for bob", AskWaiting("bob")),
        ("status of nothing we know", AskStatus("nothing we know")),
        ("status sprint 24", AskStatus("24")),
    ],
)
async def test_behind_a_slash_several_questions_are_several_too(command: str, question: Question) -> None:
    assert await typed(Room().app, parse_command(command), command, "U-mike", [TALK.team]) == question


async def test_of_several_questions_the_last_ticket_is_spoken_of() -> None:
    room = Room()
    asked = await room.says("U-mike", "how is PAY-116 doing and what blocks PAY-115?", mention=True)
    assert isinstance(asked, AskSeveral)
    assert await room.says("U-mike", "who has it?") == AskIssue("PAY-115")
