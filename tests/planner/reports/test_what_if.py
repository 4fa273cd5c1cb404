"""What tickets that leave would buy, and how often forecasts came true: the answer first, of that sprint alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.work import SprintState
from planner.foresight.outlook import Lore
from planner.words.odds import percent
from planner.words.replies import PlainReply, SheetReply
from tests.planner.foresight.lore import BEFORE, MIXED, TODO, certain, running, told
from tests.planner.reports.believable import Office, ask
from tests.planner.reports.remembered import Memory
from tests.planner.world import facts, issue, sprint

pytestmark = pytest.mark.anyio

NOW = percent(certain(Lore(MIXED)).foretold.chance)


async def asked(typed: str, memory: Memory | None = None, **changes: object) -> SheetReply:
    held = replace(running(), **changes)  # type: ignore[arg-type]
    reply = await ask(typed, office=Office(held), hindsight=memory or Memory(), said=True)
    assert isinstance(reply, SheetReply)
    return reply


async def test_the_chance_without_them_comes_first_then_the_chance_as_it_is() -> None:
    """Without the 3 points nobody has, 9 of the 12 that are left are asked for; without 4 more, 5 are."""
    one, two = await asked("what if we drop PAY-5?"), await asked("forecast without PAY-5 and PAY-4")
    [first, second] = certain(Lore(MIXED)).changes
    assert one.headline == (
        f"Without PAY-5: {percent(first.chance)} by Fri 27 Nov. As it is: {NOW}. Nothing was moved."
    )
    assert second.without == ("PAY-5", "PAY-4")
    assert two.headline.startswith(f"Without PAY-5 and PAY-4: {percent(second.chance)} by Fri 27 Nov. As it is: {NOW}.")
    assert any("Rests on 10 past sprints" in note for note in one.notes)


async def test_each_can_be_proposed_with_one_press_and_the_forecast_is_near() -> None:
    reply = await asked("drop PAY-5 and PAY-4")
    assert reply.choices == (
        ("Propose moving PAY-5", "move PAY-5 to backlog"),
        ("Propose moving PAY-4", "move PAY-4 to backlog"),
        ("Will we make it?", "forecast id:24"),
    )
    coming = await asked("drop PAY-5", sprints=(sprint(), sprint(25, state=SprintState.FUTURE)))
    assert coming.choices[0][1] == "move PAY-5 to next sprint"


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("without PAY-1?", "PAY-1 is done already, so the chance is the same: "),
        ("without PAY-999?", "PAY-999 is not in Sprint 24, so the chance is the same: "),
        ("without ABC-1 and PAY-1?", "ABC-1 is not in Sprint 24; PAY-1 is done already, so the chance is the same: "),
    ],
)
async def test_only_open_tickets_of_that_sprint_change_anything(typed: str, says: str) -> None:
    assert (await asked(typed)).headline == f"{says}{NOW} by Fri 27 Nov."


async def test_of_several_those_that_change_nothing_are_named_beneath() -> None:
    reply = await asked("without PAY-5 and PAY-999?")
    assert reply.headline.startswith("Without PAY-5: ") and "PAY-999 is not in Sprint 24." in reply.notes


async def test_a_number_is_the_open_ticket_of_that_number() -> None:
    assert (await asked("without #5?")).headline == (await asked("without PAY-5?")).headline


async def test_what_is_under_way_or_without_an_estimate_is_said_to_be() -> None:
    assert "PAY-3 is under way: the work in it would be left." in (await asked("without PAY-3?")).notes
    bare = issue(6, "ann", points=None, created=BEFORE, **TODO)
    reply = await asked("without PAY-6?", issues=(*running().issues, bare))
    assert "PAY-6 has no estimate, so no point leaves with it." in reply.notes


async def test_with_too_few_past_sprints_it_is_said_that_there_is_no_chance_without_them_either() -> None:
    reply = await asked("without PAY-5?", Memory(MIXED[:4]))
    assert "No probability: fewer than 5 past sprints are known here." in reply.notes and "%" not in reply.headline


async def rate(memory: Memory) -> str:
    reply = await ask("what is your hit rate?", office=Office(running()), hindsight=memory, said=True)
    assert isinstance(reply, PlainReply)
    return reply.text


async def test_the_hit_rate_is_told_from_five_sprints_on_and_before_that_how_many_there_are() -> None:
    over = [told(9, 0.5, number=n, delivered=20.0 - n) for n in range(1, 8)]
    assert (await rate(Memory(over=over))).startswith("The 80 % range held 6 of 7 times, each sprint by its forecast")
    assert "Brier score of the chances 0.25" in await rate(Memory(over=over))
    assert (await rate(Memory(over=over[:1]))).endswith("foretold in one unit, and there is 1.")
    assert (await rate(Memory(over=[]))).endswith("and there are 0.")


async def test_it_is_asked_of_no_sprint_so_none_needs_to_run() -> None:
    reply = await ask("how often were you right?", office=Office(facts()), hindsight=Memory(over=[]), said=True)
    assert isinstance(reply, PlainReply) and reply.text.startswith("No hit rate yet")
