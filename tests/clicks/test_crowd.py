"""However many press at once, whoever they are, whatever breaks meanwhile: one answer counts, each press is answered.

2,400 presses on 200 questions, five on a card: two people at once, the wrong person, a guest, a stranger, an older
version, a copy of the card, questions that lapse or are withdrawn meanwhile, Slack away, the process ending halfway.
"""

from __future__ import annotations

import asyncio
import os
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from models.ids import EffectId, named
from models.proposals import Approval, ApprovalState
from models.tables.outbox import audit
from tests.bot.jobs.test_card import DANA, NOOR
from tests.clicks.floor import MAY, OUTSIDER, PER_CARD, SLACK, WRONG, Floor, answers, floor_of, wishes

pytestmark = pytest.mark.anyio

SEEDS = int(os.environ.get("CLICKS_SEEDS", "10"))
QUESTIONS, EACH = 200, 12
WAVES = 4
"""The presses come in so many parts: the last after the hour in which a fifth of the questions lapses."""

PEOPLE = (SLACK[DANA], SLACK[DANA], SLACK[NOOR], SLACK[NOOR], WRONG, OUTSIDER)
BUTTONS = ("approve", "approve", "approve", "reject", "several_yes")


async def duel(floor: Floor, together: list[Approval]) -> None:
    """Dana approves a whole card while Noor rejects each line of it, and Slack takes its time to say who they are."""
    noes = [floor.press(SLACK[NOOR], "reject", [approval]) for approval in together]
    await asyncio.gather(floor.press(SLACK[DANA], "several_yes", together), *noes)


async def crowd(floor: Floor, asked: list[Approval], each: int) -> None:
    """All of it, in waves."""
    await asyncio.gather(*(duel(floor, asked[at : at + PER_CARD]) for at in range(0, len(asked), 5 * PER_CARD)))
    await floor.work()
    chance, left = floor.chance, [approval for approval in asked for _ in range(each)]
    chance.shuffle(left)
    size = -(-len(left) // WAVES)
    for wave in range(WAVES):
        floor.slack.down = chance.choice([0.0, 0.2])
        floor.slack.guests = {SLACK[NOOR]} if wave == 1 else set()
        floor.deaths = floor.ledger.deaths = chance.choice([0.0, 0.1])
        if wave == WAVES - 1:
            floor.clock.at += timedelta(hours=2)
        presses = [_press(floor, asked, approval) for approval in left[wave * size : (wave + 1) * size]]
        withdrawn = [approval.id for approval in asked if chance.random() < 0.02]
        await asyncio.gather(*presses, floor.ledger.supersede(withdrawn, "the situation changed"))
        if wave == 2:
            await floor.restart()
        await floor.work()


async def _press(floor: Floor, asked: list[Approval], about: Approval) -> None:
    chance = floor.chance
    user, button = chance.choice(PEOPLE), chance.choice(BUTTONS)
    card = floor.places[about.id]
    together = asked[card * PER_CARD : (card + 1) * PER_CARD] if button == "several_yes" else [about]
    odd = chance.random()
    version, place = ("an older one" if odd < 0.05 else ""), ("99.99" if 0.05 <= odd < 0.1 else "")
    await floor.press(user, button, together, version=version, card=place)


async def fair(floor: Floor, asked: list[Approval]) -> None:
    """What must be so whoever pressed what."""
    now = {each.id: found for each in asked if (found := await floor.ledger.approval(each.id)) is not None}
    for name, approval in now.items():
        effect = EffectId(named("effect", approval.proposal.id))
        assert floor.done[effect] == (approval.state is ApprovalState.APPROVED), "one effect for a yes, none without"
        if approval.state in {ApprovalState.APPROVED, ApprovalState.REJECTED}:
            assert approval.by in MAY and approval.at is not None and approval.at < approval.expires
            wish = approval.state.value
            who = SLACK[str(approval.by)]
            assert any(p.user == who and wishes(p) == wish and name in p.about for p in floor.presses), (
                "somebody did say so"
            )
    for press, told in answers(floor):
        assert len(told) <= 1, "answered once"
        fits = [now[n].state.value == wishes(press) and _is(now[n], press.user) for n in press.about]
        assert told or all(fits), f"{press} was not answered"
        assert all(words.strip() for words in told)
    unanswered = sum(not told for _, told in answers(floor))
    assert unanswered <= sum(a.state in {ApprovalState.APPROVED, ApprovalState.REJECTED} for a in now.values()) * 3
    await _on_record(floor)


def _is(approval: Approval, user: str) -> bool:
    return approval.by is not None and SLACK.get(str(approval.by)) == user


async def _on_record(floor: Floor) -> None:
    """Each press that did not count is written down, and no work was given up."""
    query = select(audit.c.who).where(audit.c.what == "click_refused")
    rows = await floor.database.read(lambda c: c.execute(query).all())
    assert len(rows) >= sum(bool(told) for _, told in answers(floor))
    assert await floor.mailbox.dead_letters() == []


async def _run(folder: Path, seed: str, questions: int, each: int) -> None:
    floor = floor_of(folder, seed)
    try:
        asked = await floor.ask(questions)
        await crowd(floor, asked, each)
        await fair(floor, asked)
        assert len(floor.presses) >= questions * each and floor.done
    finally:
        await floor.close()


async def test_a_small_crowd_is_answered_and_only_one_counts(tmp_path: Path) -> None:
    await _run(tmp_path, "a small one", PER_CARD, 6)


@pytest.mark.chaos
@pytest.mark.parametrize("seed", range(SEEDS))
async def test_2400_presses_on_200_questions_have_one_winner_each_and_every_press_is_answered(
    tmp_path: Path, seed: int
) -> None:
    await _run(tmp_path, f"crowd {seed}", QUESTIONS, EACH)
