"""Whatever reaches a person has their attention of that very day, or waits: nobody hears more for a yes or a delay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from models.actions import AskApproval, Asking, RemindPerson
from models.cycles import History
from models.hushes import Hush
from models.ids import ApprovalId, EffectId, PersonId, TeamId
from models.proposals import Effect, EffectState, Ending, Outcome, Proposal, Receipt, Unit
from models.signals import Urgency
from models.work import Facts
from planner.carry_out import carry_out
from planner.detect import detect
from planner.ports import Desk
from planner.reasoning import RulesMind, reminder
from tests.planner.world import HOUR, LAW, NOON, TEAM, facts, history, issue, snapshot

pytestmark = pytest.mark.anyio

ANN, PAT, DEB = PersonId("ann"), PersonId("pat"), PersonId("deb")
STUCK = issue(1, flagged_since=NOON - 26 * HOUR)
REMINDER = reminder(ANN, detect(snapshot(STUCK), LAW).signals, LAW)
TOMORROW_9 = datetime(2026, 11, 19, 14, tzinfo=UTC)


@dataclass
class Office:
    """A ledger, a mirror, a clock and a hand in one: all that carrying out one effect needs."""

    effect: Effect
    left: bool = True
    """Whether there is attention left to take."""
    at: datetime = NOON
    known: History = field(default_factory=history)
    shown: frozenset[PersonId] = frozenset()
    """Whose card is posted and still shows an open question."""
    taken: list[Unit] = field(default_factory=list)
    sent: int = 0
    outcome: Outcome | None = None

    def now(self) -> datetime:
        return self.at

    def real(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return 0.0

    async def facts_about(self, team: TeamId) -> Facts:
        return facts(STUCK)

    async def history_about(self, team: TeamId, subjects: Sequence[str]) -> History:
        return replace(self.known, heard=tuple(each for each in self.known.heard if each.subject in subjects))

    async def hushes(self, team: TeamId, person: PersonId) -> Sequence[Hush]:
        return [hush for hush in self.known.hushes if hush.person == person]

    async def shown_cards(self) -> frozenset[PersonId]:
        return self.shown

    async def begin(self, effect: EffectId) -> Effect | None:
        return self.effect

    async def take(self, effect: EffectId, units: Sequence[Unit]) -> bool:
        self.taken += units
        return self.left

    async def still_ours(self) -> None:
        return None

    async def settle(self, effect: EffectId, outcome: Outcome) -> None:
        self.outcome = outcome

    async def find(self, effect: Effect) -> Receipt | None:
        return Receipt({"ts": "1"})

    async def changed(self, effect: Effect) -> str | None:
        return None

    async def perform(self, effect: Effect) -> Receipt:
        self.sent += 1
        return Receipt({"ts": "1"})

    async def carried_out(self) -> Outcome:
        hands = dict.fromkeys(("remind_person", "ask_approval"), self)
        desk = Desk(
            clock=self, directives=LAW, work=self, mind=RulesMind(), ledger=self, hands=hands  # type: ignore[arg-type]
        )  # fmt: skip
        outcome = await carry_out(self.effect.id, desk)
        assert outcome is not None
        return outcome


def effect(proposal: Proposal = REMINDER, action: Any = None, approval: str | None = "a", **changes: Any) -> Effect:
    base = Effect(
        id=EffectId("e"), team=TEAM, cycle=None, proposal=proposal, action=action or proposal.action,
        state=EffectState.PLANNED, approval=ApprovalId(approval) if approval else None,
    )  # fmt: skip
    return replace(base, **changes)


async def test_what_was_approved_goes_out_with_a_unit_of_its_readers_attention() -> None:
    office = Office(effect())
    assert (await office.carried_out()).ending is Ending.DONE
    assert [(u.person, u.budget, u.most) for u in office.taken] == [(ANN, "daily", 1)]


async def test_without_one_it_waits_until_there_is_one_again_and_that_is_no_failed_try() -> None:
    office = Office(effect(), left=False)
    outcome = await office.carried_out()
    assert (outcome.ending, outcome.until, outcome.retry_after, office.sent) == (Ending.LATER, TOMORROW_9, None, 0)
    assert "Ann has had today's one message already" in outcome.words


async def test_out_of_hours_no_attention_is_taken() -> None:
    office = Office(effect(), at=NOON + 9 * HOUR)
    assert (await office.carried_out()).until == TOMORROW_9
    assert not office.taken


async def test_something_critical_takes_of_its_own_budget_first() -> None:
    office = Office(effect(replace(REMINDER, urgency=Urgency.CRITICAL)))
    await office.carried_out()
    assert [unit.budget for unit in office.taken] == ["critical", "daily"]


@pytest.mark.parametrize(
    "free",
    [
        effect(replace(REMINDER, asked_by=ANN)),
        effect(replace(REMINDER, asked_by=ANN), AskApproval(approval=ApprovalId("a"), person=PAT), None),
        effect(state=EffectState.UNKNOWN),  # it has arrived
    ],
)
async def test_what_has_arrived_or_was_asked_for_takes_none(free: Effect) -> None:
    office = Office(free, left=False)
    assert (await office.carried_out()).ending in (Ending.DONE, Ending.FOUND)
    assert not office.taken


async def test_what_a_look_decided_on_a_day_gone_by_needs_attention_of_this_one_or_is_decided_anew() -> None:
    late = Office(effect(approval=None), left=False)
    outcome = await late.carried_out()
    assert (outcome.ending, outcome.until, late.sent) == (Ending.DEFERRED, TOMORROW_9, 0)
    assert (await Office(effect(approval=None)).carried_out()).ending is Ending.DONE


@pytest.mark.parametrize(
    ("shown", "ending"), [(frozenset({PAT}), Ending.DONE), (frozenset(), Ending.DEFERRED)]
)  # fmt: skip
async def test_a_question_is_one_more_line_on_a_card_only_if_that_card_is_still_open(
    shown: frozenset[PersonId], ending: Ending
) -> None:
    ask = effect(action=AskApproval(approval=ApprovalId("a"), person=PAT), approval=None)
    office = Office(ask, left=False, known=history(open_cards=frozenset({PAT})), shown=shown)
    assert (await office.carried_out()).ending is ending


async def test_a_reminder_of_a_question_is_a_message_whatever_card_is_open() -> None:
    again = effect(action=AskApproval(approval=ApprovalId("a"), person=PAT, asking=Asking.AGAIN), approval=None)
    office = Office(again, left=False, known=history(open_cards=frozenset({PAT})), shown=frozenset({PAT}))
    assert (await office.carried_out()).ending is Ending.LATER


@pytest.mark.parametrize(("asking", "who"), [(Asking.AGAIN, PAT), (Asking.DEPUTY, DEB)])
async def test_a_reminder_of_a_question_and_its_copy_cost_attention_and_wait(asking: Asking, who: PersonId) -> None:
    again = effect(action=AskApproval(approval=ApprovalId("a"), person=who, asking=asking), approval=None)
    office = Office(again)
    await office.carried_out()
    assert [unit.person for unit in office.taken] == [who]
    assert (await Office(again, left=False).carried_out()).ending is Ending.LATER
    night = await Office(again, at=NOON + 9 * HOUR).carried_out()
    assert (night.ending, night.until) == (Ending.LATER, TOMORROW_9)


async def test_one_more_line_on_a_deputys_open_card_is_free() -> None:
    copy = effect(action=AskApproval(approval=ApprovalId("a"), person=DEB, asking=Asking.DEPUTY), approval=None)
    office = Office(copy, left=False, shown=frozenset({DEB}))
    assert (await office.carried_out()).ending is Ending.DONE


async def test_of_what_was_approved_only_what_is_still_so_takes_attention() -> None:
    gone = replace(REMINDER, action=RemindPerson(person=PAT, items=REMINDER.action.items))  # type: ignore[union-attr]
    office = Office(effect(gone))
    assert (await office.carried_out()).ending is Ending.CHANGED
    assert not office.taken
