"""The two stories with everything real in the planner, and the smallest possible world around it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from models.actions import PostDigest, Reassign, RemindPerson
from models.cycles import Cycle, History, LastCycle
from models.errors import LostLease, NotDone, Refused, Unclear
from models.events import Reason, Trigger
from models.hushes import Hush
from models.ids import ApprovalId, EffectId, PersonId, SignalId, SprintId, TeamId
from models.proposals import (
    Approval,
    ApprovalState,
    Decided,
    Effect,
    EffectState,
    Ending,
    Outcome,
    Proposal,
    Receipt,
    Unit,
    Verdict,
)
from models.signals import Urgency
from models.work import Facts, Issue, Progress
from planner.carry_out import carry_out
from planner.cycle import run_cycle
from planner.ports import Desk
from planner.reasoning import RulesMind
from tests.planner.world import DAY, HOUR, LAW, NOON, TEAM, facts, history, issue, sprint

pytestmark = pytest.mark.anyio


@dataclass
class Clock:
    at: datetime = NOON

    def now(self) -> datetime:
        return self.at

    def real(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return 0.0


@dataclass
class Mirror:
    held: Facts

    async def facts_about(self, team: TeamId) -> Facts:
        return self.held


@dataclass
class Book:
    """A ledger that keeps all in lists and learns from each cycle what policy must know."""

    known: History = field(default_factory=history)
    cycles: list[Cycle] = field(default_factory=list)
    effects: dict[str, Effect] = field(default_factory=dict)
    outcomes: list[Outcome] = field(default_factory=list)
    lost: bool = False

    async def last_cycles(self, team: TeamId, limit: int) -> Sequence[LastCycle]:
        return ()

    async def history(self, team: TeamId) -> History:
        return self.known

    async def history_of(self, team: TeamId, person: PersonId) -> History:
        return self.known

    async def history_about(self, team: TeamId, subjects: Sequence[str]) -> History:
        return replace(self.known, heard=tuple(each for each in self.known.heard if each.subject in subjects))

    async def hushes(self, team: TeamId, person: PersonId) -> Sequence[Hush]:
        return [hush for hush in self.known.hushes if hush.person == person]

    async def shown_cards(self) -> frozenset[PersonId]:
        return frozenset()

    async def record(self, cycle: Cycle) -> Sequence[Decided]:
        self.cycles.append(cycle)
        for each in cycle.decided:
            self._learn(each)
        return cycle.decided

    def _learn(self, each: Decided) -> None:
        spend, verdict, action = each.decision.spend, each.decision.verdict, each.proposal.action
        if verdict is not Verdict.DEFER:
            self.known = replace(self.known, settled={**self.known.settled, each.proposal.id: verdict})
        if spend is not None:
            key = (spend.person, spend.day.isoformat(), spend.budget)
            self.known = replace(self.known, spent={**self.known.spent, key: spend.ordinal})
        if verdict is Verdict.ALLOW and isinstance(action, RemindPerson):
            heard = {(action.person, item.signal) for item in action.items}
            self.known = replace(self.known, told=self.known.told | heard)

    async def known_items(self, team: TeamId) -> Mapping[SignalId, Urgency]:
        posts = [each.proposal.action for cycle in self.cycles for each in cycle.decided]
        lines = (item for post in posts if isinstance(post, PostDigest) for item in post.items)
        return {item.signal: Urgency[item.urgency.upper()] for item in lines}

    async def begin(self, effect: EffectId) -> Effect | None:
        return self.effects.get(effect)

    async def take(self, effect: EffectId, units: Sequence[Unit]) -> bool:
        return True

    async def still_ours(self) -> None:
        if self.lost:
            raise LostLease("another worker has taken over")

    async def settle(self, effect: EffectId, outcome: Outcome) -> None:
        self.outcomes.append(outcome)


@dataclass
class Hand:
    """Does what it is told, or fails as it is told."""

    done: list[str] = field(default_factory=list)
    fails: Exception | None = None
    there: Receipt | None = None
    moved: str | None = None

    async def perform(self, effect: Effect) -> Receipt:
        if self.fails is not None:
            raise self.fails
        self.done.append(effect.id)
        return Receipt({"ts": "1"}, "sent")

    async def find(self, effect: Effect) -> Receipt | None:
        return self.there

    async def changed(self, effect: Effect) -> str | None:
        return self.moved


def desk(held: Facts, *, at: datetime = NOON, book: Book | None = None, hand: Hand | None = None) -> Desk:
    return Desk(
        clock=Clock(at),
        directives=LAW,
        work=Mirror(held),
        mind=RulesMind(),
        ledger=book or Book(),  # type: ignore[arg-type]
        hands={"remind_person": hand or Hand()},
    )


def look(at: datetime = NOON) -> Trigger:
    return Trigger(team=TEAM, reason=Reason.LOOK, at=at)


async def test_a_thousand_looks_at_a_quiet_team_record_no_decision() -> None:
    book = Book()
    for n in range(1000):
        at = NOON + n * 6 * HOUR / 1000
        await run_cycle(look(at), desk(facts(issue(1)), at=at, book=book))
    assert len(book.cycles) == 1000
    assert not any(cycle.decided for cycle in book.cycles)


async def test_a_look_every_hour_tells_a_person_once_a_day() -> None:
    book, tickets = Book(), [issue(n, "ann", flagged_since=NOON - 26 * HOUR) for n in range(20)]
    for n in range(3 * 24):
        at = NOON + n * HOUR
        await run_cycle(look(at), desk(facts(*tickets), at=at, book=book))
    sent = [d for cycle in book.cycles for d in cycle.decided if d.decision.verdict is Verdict.ALLOW]
    to_ann = [d.decision.spend for d in sent]
    assert [spend.day.day for spend in to_ann if spend] == [18, 19, 20]
    assert len(sent) == 3


async def test_the_summary_of_the_next_morning_counts_what_that_of_today_has_told() -> None:
    book, held = Book(), facts(issue(1, flagged_since=NOON - 26 * HOUR), issue(2, None))
    for at in (NOON, NOON + HOUR):  # an hour stands for a morning: nothing but the summary's day differs
        due = Trigger(team=TEAM, reason=Reason.DIGEST, at=at)
        book.known = history()
        await run_cycle(due, desk(held, at=at, book=book))
    decided = (each.proposal.action for cycle in book.cycles for each in cycle.decided)
    today, tomorrow = (action for action in decided if isinstance(action, PostDigest))
    assert ([item.subject for item in today.items], today.footer) == (["PAY-2", "PAY-1"], "")
    assert (tomorrow.items, tomorrow.footer) == ((), "2 known items not repeated")


async def test_a_look_says_when_to_look_again() -> None:
    ticket = issue(1, flagged_since=NOON - HOUR)
    looked = await run_cycle(look(), desk(facts(ticket)))
    assert looked.next_look == NOON + 6 * HOUR  # nothing is urgent, and it ripens only tomorrow
    late = NOON + 20 * HOUR
    looked = await run_cycle(look(late), desk(facts(ticket), at=late))
    assert looked.next_look == NOON - HOUR + DAY


def pending(proposal: Proposal, name: str = "a") -> Approval:
    return Approval(
        id=ApprovalId(name), team=TEAM, proposal=proposal, payload_hash="h", approvers=(PersonId("pat"),),
        state=ApprovalState.PENDING, asked_at=NOON, expires=NOON + 2 * DAY, decision_rule="r", directives_version="v",
    )  # fmt: skip


UNOWNED, STILL_UNOWNED = issue(1, None), issue(2, None)


async def asked_about(*tickets: Issue) -> list[Approval]:
    book = Book()
    await run_cycle(look(), desk(facts(*tickets), book=book))
    asks = [d.proposal for d in book.cycles[0].decided if d.decision.verdict is Verdict.ASK]
    return [pending(proposal, str(proposal.action.issue)) for proposal in asks]  # type: ignore[union-attr]


async def test_a_question_that_is_over_is_withdrawn_by_the_look_that_sees_it() -> None:
    asks = await asked_about(UNOWNED, STILL_UNOWNED)
    book = Book(known=history(pending=tuple(asks)))
    owned = issue(1, "ann", updated=NOON)
    await run_cycle(look(), desk(facts(owned, STILL_UNOWNED), book=book))
    assert book.cycles[0].overtaken == ("PAY-1",)


async def test_a_ticket_that_waits_on_a_card_is_counted_for_whom_the_card_would_give_it_to() -> None:
    (asked,) = await asked_about(UNOWNED)
    book = Book(known=history(pending=(asked,), settled={asked.proposal.id: Verdict.ASK}))
    await run_cycle(look(), desk(facts(UNOWNED, STILL_UNOWNED), book=book))
    [second] = [d.proposal for d in book.cycles[0].decided if isinstance(d.proposal.action, Reassign)]
    assert isinstance(asked.proposal.action, Reassign) and isinstance(second.action, Reassign)
    assert (asked.proposal.action.taker, second.action.taker) == ("ann", "bob")


async def test_a_look_that_does_not_see_everything_withdraws_no_question() -> None:
    book = Book(known=history(pending=tuple(await asked_about(UNOWNED))))
    other = facts(sprints=(sprint(24), sprint(30)))
    await run_cycle(replace(look(), sprint=SprintId(30)), desk(other, book=book))
    await run_cycle(look(), desk(replace(other, whole=frozenset()), book=book))
    assert [cycle.overtaken for cycle in book.cycles] == [(), ()]


async def test_a_question_that_is_withdrawn_makes_room_for_none_that_is_free() -> None:
    (over,) = await asked_about(UNOWNED)
    book = Book(known=history(pending=(over,), open_cards=frozenset({PersonId("pat")})))
    await run_cycle(look(), desk(facts(STILL_UNOWNED), book=book))
    (new,) = book.cycles[0].decided
    assert new.decision.verdict is Verdict.ASK and new.decision.spend is not None


async def test_only_what_was_read_whole_is_judged() -> None:
    ticket = issue(1, None, sprint=SprintId(30), flagged_since=NOON - 26 * HOUR)
    ending = sprint(30, end=NOON + DAY)
    held = facts(issue(2), ticket, sprints=(sprint(24), ending))
    seen = await run_cycle(look(), desk(held))
    assert seen.signals
    unseen = await run_cycle(look(), desk(replace(held, whole=frozenset({SprintId(24)}))))
    assert not unseen.signals


STILL_SO = facts(issue(1, flagged_since=NOON - 26 * HOUR))


async def sent_effect() -> Effect:
    book = Book()
    await run_cycle(look(), desk(STILL_SO, book=book))
    proposal = book.cycles[0].decided[0].proposal
    return Effect(
        id=EffectId("e"), team=TEAM, cycle=None, proposal=proposal, action=proposal.action, state=EffectState.PLANNED
    )


@pytest.mark.parametrize(
    ("hand", "state", "ending", "times"),
    [
        (Hand(), EffectState.PLANNED, Ending.DONE, 1),
        (Hand(there=Receipt({})), EffectState.UNKNOWN, Ending.FOUND, 0),
        (Hand(there=None), EffectState.SENDING, Ending.DONE, 1),
        (Hand(moved="it got an owner"), EffectState.PLANNED, Ending.CHANGED, 0),
        (Hand(fails=NotDone("busy", retry_after=3)), EffectState.PLANNED, Ending.LATER, 0),
        (Hand(fails=Unclear("cut")), EffectState.PLANNED, Ending.UNCLEAR, 0),
        (Hand(fails=Refused("gone", code="x")), EffectState.PLANNED, Ending.FAILED, 0),
    ],
)
async def test_an_effect_ends_as_the_world_says(hand: Hand, state: EffectState, ending: Ending, times: int) -> None:
    book = Book(effects={"e": replace(await sent_effect(), state=state)})
    outcome = await carry_out(EffectId("e"), desk(STILL_SO, book=book, hand=hand))
    assert outcome is not None and outcome.ending is ending
    assert book.outcomes == [outcome] and len(hand.done) == times


async def test_an_effect_is_put_off_when_night_has_fallen() -> None:
    hand, book = Hand(), Book(effects={"e": await sent_effect()})
    outcome = await carry_out(EffectId("e"), desk(STILL_SO, at=NOON + 9 * HOUR, book=book, hand=hand))
    assert outcome is not None and outcome.ending is Ending.DEFERRED and hand.done == []
    assert outcome.until == NOON + timedelta(hours=21)


async def test_a_message_that_waited_is_not_sent_when_it_is_no_longer_true() -> None:
    hand, book = Hand(), Book(effects={"e": await sent_effect()})
    done = facts(issue(1, progress=Progress.DONE, updated=NOON))
    outcome = await carry_out(EffectId("e"), desk(done, at=NOON + HOUR, book=book, hand=hand))
    assert outcome is not None and outcome.ending is Ending.CHANGED and hand.done == []
    assert book.outcomes == [outcome]


async def test_whoever_has_lost_the_job_does_not_write_to_the_world() -> None:
    hand, book = Hand(), Book(effects={"e": await sent_effect()}, lost=True)
    with pytest.raises(LostLease):
        await carry_out(EffectId("e"), desk(STILL_SO, book=book, hand=hand))
    assert hand.done == [] and book.outcomes == []


async def test_an_ended_effect_is_left_alone() -> None:
    book = Book()
    assert await carry_out(EffectId("gone"), desk(facts(), book=book)) is None
    assert book.outcomes == []
