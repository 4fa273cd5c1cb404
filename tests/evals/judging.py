"""Sentences that judge what was said where wording is free: what an answer tells, what it must not, what it took."""

from __future__ import annotations

import re
from datetime import date

from integrations.simulator.slack.workspace import Message
from models.bills import Bill
from models.thoughts import Purpose
from tests.contracts.blockkit import texts
from tests.stories.outcomes import shown
from tests.stories.scene import Scene
from tests.stories.sentences import then


@then('the answer to {person} tells "{words}"', 'the answer to {person} tells "{words}" or "{other:words}"')
def tells(scene: Scene, person: str, words: str, other: str = "") -> None:
    """``[Refund page]`` stands for the ticket's key; small and capital letters are the same."""
    told = answer(scene, person)
    wanted = [_keyed(scene, each) for each in (words, other) if each]
    assert any(each.casefold() in told.casefold() for each in wanted), told


@then('the answer to {person} does not tell "{words}"')
def tells_not(scene: Scene, person: str, words: str) -> None:
    told = answer(scene, person)
    assert _keyed(scene, words).casefold() not in told.casefold(), told


@then("the answer to {person} has at most {number} words")
def short(scene: Scene, person: str, number: str) -> None:
    told = answer(scene, person)
    assert len(told.split()) <= int(number), told


@then("the answer to {person} names no ticket that is not there")
def no_invented(scene: Scene, person: str) -> None:
    named = set(re.findall(r"\bPAY-\d+\b", answer(scene, person)))
    there = {issue.key for issue in scene.world.simulator.company.issues.values()}
    assert named <= there, named - there


@then('{taker:person} is proposed for "{ticket}"', '{taker:person} or {other:person} is proposed for "{ticket}"')
def proposed(scene: Scene, taker: str, ticket: str, other: str = "") -> None:
    cards = [shown(m) for m in scene.unasked() if scene.tickets[ticket] in shown(m)]
    assert cards, "no card is about it"
    assert any(name and f"→ {name}" in cards[-1] for name in (taker, other)), cards[-1]


@then("a model was asked")
async def asked(scene: Scene) -> None:
    assert await bills(scene)


@then("no model was asked")
async def not_asked(scene: Scene) -> None:
    assert not await bills(scene)


@then("a question took at most {number} calls")
async def few(scene: Scene, number: str) -> None:
    calls = [bill for bill in await bills(scene) if bill.purpose is Purpose.TALK]
    assert len(calls) <= int(number), len(calls)


async def bills(scene: Scene) -> list[Bill]:
    """Every call so far, of all days."""
    return list(await scene.world.app.purse.bills(date.min))


def answer(scene: Scene, person: str) -> str:
    """What stands under the last thing somebody wrote to the agent."""
    workspace = scene.world.simulator.workspace
    said = [m for m in workspace.messages.values() if m.user == scene.user(person)][-1]
    replies: list[Message] = scene.world.messages(lambda m: m.thread == said.ts)
    assert replies, f"{person} has no answer"
    blocks = [
        block for block in replies[-1].blocks if block.get("type") not in ("task_card", "actions", "context_actions")
    ]
    return " ".join(texts(blocks)).replace("\\", "") or replies[-1].text


def _keyed(scene: Scene, words: str) -> str:
    for title, key in scene.tickets.items():
        words = words.replace(f"[{title}]", key)
    return words
