"""One person's question reaches another once, in their hours and attention, in nobody's words but the asker's."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.actions import RemindPerson
from models.cycles import WhyRecord
from models.hushes import End, Hush
from models.ids import HushId, PersonId
from models.proposals import Effect, EffectState, Ending, Receipt, effect_of
from models.work import Progress
from planner.asked.pressed.endings import offers
from planner.asked.relay import LONGEST, Relay, carry, shown
from planner.carry_out import carry_out
from planner.words.replies import PlainReply
from tests.contracts.stores.conftest import sqlite_databases
from tests.planner.asked.requests.test_story import Office, office
from tests.planner.world import HOUR, NOON, TEAM, constitution, facts, issue

__all__ = ["office", "sqlite_databases"]

pytestmark = pytest.mark.anyio

ANN, BOB, PAT = PersonId("ann"), PersonId("bob"), PersonId("pat")
ASKED = Relay(to=BOB, subject="PAY-7", url="https://jira.example/browse/PAY-7", words="Can you look at this?")


async def carried(office: Office, asked: Relay = ASKED, asker: PersonId | None = ANN, name: str = "one") -> PlainReply:
    return await carry(asked, asker, TEAM, office.desk, name)


async def record(office: Office, reply: PlainReply) -> WhyRecord:
    found = await office.ledger.why(reply.choices[0][1].removeprefix("why "))
    assert found is not None
    return found


async def test_it_is_a_reminder_of_the_asker_that_costs_the_readers_attention(office: Office) -> None:
    reply = await carried(office)
    found = await record(office, reply)
    assert reply.text == "Asking Bob about PAY-7 now."
    assert isinstance(found.proposal.action, RemindPerson) and found.proposal.asked_by == ANN
    assert found.proposal.action.items[0].text == "Ann asks about PAY-7: “Can you look at this?”"
    assert found.effect is EffectState.PLANNED
    assert (await office.ledger.history(TEAM)).spent == {(BOB, "2026-11-18", "daily"): 1}


async def test_a_review_that_is_passed_on_says_so_and_offers_to_take_it(office: Office) -> None:
    review = replace(ASKED, subject="acme/api#9", url="https://bitbucket.example/9", words="", handed=True)
    reply = await carried(office, review)
    assert reply.text == "Telling Bob now that the review of PR api#9 is theirs."
    action = (await record(office, reply)).proposal.action
    assert isinstance(action, RemindPerson)
    [item] = action.items
    assert item.text == "Ann says the review of PR api#9 is yours"
    assert item.asks == "The next step is your review. If it is not yours, tell Ann."
    assert [offer.end for offer in offers(item, BOB, office.held, office.law)] == [End.TODAY]
    again = (await carried(office, review, name="two")).text
    assert again == "Your word that the review of PR api#9 is theirs is on its way to Bob."


async def test_the_asker_is_owed_a_word_of_what_came_of_it(office: Office) -> None:
    reply = await carried(office)
    found = await record(office, reply)
    assert found.proposal.asked_in is not None and found.proposal.asked_in.person == ANN


async def test_out_of_hours_it_waits_and_the_asker_hears_until_when_and_why(office: Office) -> None:
    office.clock.at = NOON + 8 * HOUR
    reply = await carried(office)
    assert reply.text == (
        "Bob gets your question about PAY-7 on Thu 19 Nov 09:00, because it is outside Bob's working hours."
    )
    assert (await office.ledger.history(TEAM)).spent == {}


async def test_without_attention_left_it_waits_for_tomorrow(office: Office) -> None:
    await carried(office, asker=PAT)
    reply = await carried(office)
    assert reply.text.startswith("Bob gets your question about PAY-7 on Thu 19 Nov 09:00, because Bob has had today's")


async def test_what_waits_is_put_off_at_the_last_moment_and_never_taken_back(office: Office) -> None:
    office.clock.at = NOON + 8 * HOUR
    reply = await carried(office)
    found = await record(office, reply)
    outcome = await carry_out(effect_of(found.proposal.id), replace(office.desk, hands={"remind_person": NoHand()}))
    assert outcome is not None and outcome.ending is Ending.LATER
    assert outcome.until == NOON + 21 * HOUR


async def test_asked_twice_on_one_day_it_is_told_once(office: Office) -> None:
    await carried(office, name="one")
    again = await carried(office, replace(ASKED, words="And now?"), name="two")
    assert again.text == "Your question about PAY-7 is on its way to Bob."
    assert (await office.ledger.history(TEAM)).spent == {(BOB, "2026-11-18", "daily"): 1}


async def test_where_everything_is_asked_for_so_is_this(office: Office) -> None:
    office.law = constitution(team={"mode": "suggest"})
    reply = await carried(office)
    assert reply.text.startswith("Asked Pat to approve: Message to Bob about PAY-7.")


async def test_in_shadow_mode_nothing_is_sent_and_that_is_said(office: Office) -> None:
    office.law = constitution(team={"mode": "shadow"})
    assert (await carried(office)).text.startswith("Nothing is done: in shadow mode")


@pytest.mark.parametrize(
    ("asked", "asker", "words"),
    [
        (ASKED, None, "Only members of a team"),
        (replace(ASKED, to=PersonId("zoe")), ANN, "Whoever has PAY-7 is not in Payments"),
        (replace(ASKED, to=ANN), ANN, "PAY-7 is yours"),
    ],
)
async def test_who_cannot_ask_or_be_asked(office: Office, asked: Relay, asker: PersonId | None, words: str) -> None:
    assert (await carried(office, asked, asker)).text.startswith(words)
    assert (await office.ledger.history(TEAM)).settled == {}


async def test_whoever_muted_it_is_left_in_peace(office: Office) -> None:
    await office.ledger.hush(Hush(id=HushId("h"), team=TEAM, person=BOB, subject="PAY-7", at=NOON))
    assert (await carried(office)).text == "Bob hears nothing of PAY-7 for now. Nothing was sent."


async def test_a_ticket_done_meanwhile_is_not_asked_about(office: Office) -> None:
    reply = await carried(office)
    found = await record(office, reply)
    office.held = facts(issue(7, progress=Progress.DONE))
    outcome = await carry_out(effect_of(found.proposal.id), replace(office.desk, hands={"remind_person": NoHand()}))
    assert outcome is not None and (outcome.ending, outcome.words) == (Ending.CHANGED, "PAY-7 is done; nothing sent")


@pytest.mark.parametrize(
    ("typed", "carried_as"),
    [
        ("hey <@U123> and <!channel>, look", "hey and , look"),
        ("&lt;!here&gt; now", "now"),
        ("see <https://x.example/a|the page>", "see the page"),
        ("see <https://x.example/a>", "see https://x.example/a"),
        ("he said “no” \u202e\n twice", "he said 'no' twice"),
        ("@everyone up", "up"),
        ("x" * 500, "x" * (LONGEST - 1) + "…"),
    ],
)
def test_foreign_words_call_nobody_and_stay_short(typed: str, carried_as: str) -> None:
    assert shown(typed) == carried_as


class NoHand:
    """Must not be reached."""

    async def find(self, effect: Effect) -> Receipt | None:
        raise AssertionError

    async def perform(self, effect: Effect) -> Receipt:
        raise AssertionError

    async def changed(self, effect: Effect) -> str | None:
        return None
