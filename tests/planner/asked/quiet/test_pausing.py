"""Pause and resume: admins alone, for a time or until somebody resumes; nothing unasked leaves meanwhile."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from models.cycles import Cycle
from models.ids import ApprovalId, EffectId, PersonId
from models.pauses import Pause
from models.proposals import Effect, Ending, Verdict
from planner.asked.quiet.pausing import pause_line
from planner.carry_out import carry_out
from planner.cycle import run_cycle
from planner.policy import PAUSED
from planner.words.replies import PlainReply
from tests.planner.reports.believable import LAW, Office, ask
from tests.planner.test_stories import STILL_SO, Book, Hand, desk, look, sent_effect
from tests.planner.world import DAY, HOUR, NOON, TEAM

pytestmark = pytest.mark.anyio

PAUSE = Pause(by=PersonId("pat"), since=NOON - HOUR)
QUIET = replace(STILL_SO, paused=PAUSE)


async def plain(typed: str, **where: Any) -> PlainReply:
    reply = await ask(typed, **where)
    assert isinstance(reply, PlainReply)
    return reply


# --- who may --------------------------------------------------------------------------------------------------


async def test_an_admin_pauses_until_somebody_resumes() -> None:
    office = Office()
    reply = await plain("pause", asker="pat", office=office)
    assert reply.text.startswith("Paused for Payments until an admin resumes: nothing unasked leaves")
    assert office.pause_ == Pause(by=PersonId("pat"), since=NOON) and reply.choices == (("Resume", "resume"),)
    resumed = await plain("resume", asker="pat", office=office)
    assert resumed.text.startswith("Payments goes on (it was paused by Pat): I look at once")
    assert (await plain("resume", asker="pat", office=office)).text == "Payments was not paused."


@pytest.mark.parametrize(
    ("typed", "hours"), [("pause for 2h", 2), ("pause 2h", 2), ("pause until tomorrow", 22), ("pause till 15:00", 3)]
)
async def test_a_pause_may_end_by_itself(typed: str, hours: int) -> None:
    office = Office()
    await plain(typed, asker="pat", office=office)
    assert office.pause_ is not None and office.pause_.until == NOON + hours * HOUR


async def test_a_time_that_is_not_understood_pauses_nothing() -> None:
    office = Office()
    reply = await plain("pause until blue", asker="pat", office=office)
    assert reply.text.startswith("Nothing is paused.") and not office.thrown


async def test_in_a_pause_a_time_that_is_not_understood_changes_nothing_and_is_not_called_unpaused() -> None:
    office = Office(facts=replace(Office().facts, paused=PAUSE))
    reply = await plain("pause until yesterday", asker="pat", office=office)
    assert reply.text.startswith("Unchanged.") and "Nothing is paused" not in reply.text and not office.thrown


@pytest.mark.parametrize("typed", ["pause", "pause until tomorrow", "resume"])
@pytest.mark.parametrize("asker", ["ann", None])
async def test_nobody_else_can_and_they_are_told_whom_to_ask(typed: str, asker: str | None) -> None:
    office = Office()
    reply = await plain(typed, asker=asker, office=office)
    assert "Only an admin can" in reply.text and "Ask Pat." in reply.text and not office.thrown


async def test_who_may_not_pause_the_team_can_still_have_peace_for_themselves() -> None:
    reply = await plain("pause until tomorrow", asker="ann")
    assert reply.choices == (("Leave me in peace until tomorrow", "snooze everything until tomorrow"),)


# --- what it does ---------------------------------------------------------------------------------------------


async def look_at(held: Any) -> Cycle:
    book = Book()
    await run_cycle(look(), desk(held, book=book))
    return book.cycles[0]


async def test_what_a_look_finds_in_a_pause_waits_and_costs_nobody_attention() -> None:
    decided = [each.decision for each in (await look_at(QUIET)).decided]
    assert [(d.verdict, d.rule, d.reason) for d in decided] == [(Verdict.DEFER, PAUSED, "Pat has paused me")]
    assert decided[0].spend is None


@pytest.mark.parametrize("pause", [None, replace(PAUSE, until=NOON)])
async def test_without_a_pause_or_after_it_the_same_is_allowed(pause: Pause | None) -> None:
    decided = (await look_at(replace(STILL_SO, paused=pause))).decided
    assert [each.decision.verdict for each in decided] == [Verdict.ALLOW]


async def carried(effect: Effect, held: Any = QUIET) -> tuple[Ending, Any, int]:
    hand, book = Hand(), Book(effects={"e": effect})
    outcome = await carry_out(EffectId("e"), desk(held, book=book, hand=hand))
    assert outcome is not None
    return outcome.ending, outcome.until, len(hand.done)


async def test_what_was_decided_before_the_pause_is_held_at_the_last_moment() -> None:
    timed = replace(STILL_SO, paused=replace(PAUSE, until=NOON + DAY))
    assert await carried(await sent_effect(), timed) == (Ending.DEFERRED, NOON + DAY, 0)
    ending, until, sent = await carried(await sent_effect())
    assert (ending, sent) == (Ending.DEFERRED, 0) and until > NOON


async def test_what_somebody_said_yes_to_or_asked_for_goes_on() -> None:
    effect = await sent_effect()
    assert (await carried(replace(effect, approval=ApprovalId("a"))))[2] == 1
    asked = replace(effect, proposal=replace(effect.proposal, asked_by=PersonId("ann")))
    assert (await carried(asked))[2] == 1


@pytest.mark.parametrize(
    ("pause", "words"),
    [
        (PAUSE, "Paused by Pat since Wed 18 Nov 11:00: nothing unasked leaves."),
        (
            replace(PAUSE, until=NOON + DAY),
            "Paused by Pat since Wed 18 Nov 11:00, until Thu 19 Nov 12:00: nothing unasked leaves.",
        ),
        (Pause(by=None), "Paused: nothing unasked leaves."),
        (replace(PAUSE, until=NOON), ""),
        (None, ""),
    ],
)
def test_every_answer_says_who_has_paused_and_since_when(pause: Pause | None, words: str) -> None:
    assert pause_line(pause, TEAM, LAW, NOON) == words


def test_one_reader_is_told_in_their_own_time() -> None:
    """Noon in New York is two in the morning in Tokyo."""
    assert pause_line(PAUSE, TEAM, LAW, NOON, PersonId("kai")).startswith("Paused by Pat since Thu 19 Nov 01:00")


async def test_who_may_not_see_what_shadow_mode_keeps_is_told_whom_to_ask_and_an_admin_where() -> None:
    told = await plain("shadow", asker="ann")
    assert told.text == "Only an admin sees what shadow mode keeps. Ask Pat."
    aloud = await plain("shadow", asker="pat")
    assert "type /pm shadow, or ask in a direct message" in aloud.text
