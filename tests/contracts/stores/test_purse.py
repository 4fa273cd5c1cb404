"""The money of a day: held before a call, settled after, and never more than the cap, however many ask at once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from models.bills import UNDER_WAY, Bill, BillState, Caps, Spending, Wanted, size_for
from models.errors import NotThought, Silence
from models.ids import PersonId, TeamId, fresh
from models.money import Money
from models.purse import Purse
from models.store import Store
from models.thoughts import Purpose, Size, Stop, Thought, Usage

pytestmark = pytest.mark.anyio

TEAM, MIKE, SARAH = TeamId("payments"), PersonId("mike"), PersonId("sarah")
DAY, NOON = date(2026, 11, 16), datetime(2026, 11, 16, 12, tzinfo=UTC)
CAPS = Caps(team=Money.usd("1"), person=Money.usd("0.25"))
CENT = Money.usd("0.01")
THOUGHT = Thought(
    text="", stop=Stop.END, usage=Usage(read=10, written=5, cached=3), model="claude-haiku-5-5", request="req_1"
)


@pytest.fixture
def purse(store: Store) -> Purse:
    return Purse(store._database)


def wanted(small: Money = CENT, large: Money | None = None, **changed: object) -> Wanted:
    worst: Mapping[Size, Money] = {Size.SMALL: small, Size.LARGE: large or small * 4}
    made = Wanted(
        id=fresh(),
        team=TEAM,
        day=DAY,
        at=NOON,
        purpose=Purpose.TALK,
        prompt="talk/1",
        size=Size.LARGE,
        worst=worst,
    )
    return replace(made, **changed)  # type: ignore[arg-type]


async def spend(purse: Purse, amount: Money, **changed: object) -> None:
    ask = wanted(amount, amount, size=Size.SMALL, **changed)
    await purse.hold(ask, Caps(team=Money.usd(99), person=Money.usd(99)))
    await purse.settle(ask.id, THOUGHT, amount)


async def counted(purse: Purse) -> Money:
    return (await purse.spending(TEAM, DAY, NOON)).counted


async def refused(purse: Purse, ask: Wanted, caps: Caps = CAPS) -> Silence:
    with pytest.raises(NotThought) as why:
        await purse.hold(ask, caps)
    return why.value.why


async def test_the_worst_case_counts_until_what_it_came_to_is_known(purse: Purse) -> None:
    ask = wanted()
    assert await purse.hold(ask, CAPS) is Size.LARGE
    assert await counted(purse) == CENT * 4
    await purse.settle(ask.id, THOUGHT, Money.usd("0.002"))
    assert await counted(purse) == Money.usd("0.002")


async def test_what_nobody_knows_stays_counted_and_what_was_surely_free_does_not(purse: Purse) -> None:
    lost, free = wanted(), wanted()
    for ask in (lost, free):
        await purse.hold(ask, CAPS)
    await purse.give_up(lost.id, NotThought(Silence.AWAY, "no answer in 30 s", charged=True), "claude-sonnet-5-5")
    await purse.give_up(free.id, NotThought(Silence.AWAY, "overloaded"), "claude-sonnet-5-5")
    assert await counted(purse) == CENT * 4
    kept: dict[str, Bill] = {bill.id: bill for bill in await purse.bills(DAY)}
    assert (kept[lost.id].state, kept[free.id].state) == (BillState.LOST, BillState.FREE)
    assert kept[lost.id].trouble == "away: no answer in 30 s"


async def test_a_call_is_settled_once(purse: Purse) -> None:
    ask = wanted()
    await purse.hold(ask, CAPS)
    for _ in range(2):
        await purse.settle(ask.id, THOUGHT, CENT)
    await purse.give_up(ask.id, NotThought(Silence.AWAY, "late"), "x")
    assert await counted(purse) == CENT
    assert [bill.state for bill in await purse.bills(DAY, TEAM)] == [BillState.SETTLED]


async def test_fifty_at_once_never_hold_more_than_the_cap(purse: Purse) -> None:
    asks = [wanted(Money.usd("0.05"), Money.usd("0.05"), asker=PersonId(f"p{n}")) for n in range(50)]
    got = await asyncio.gather(*(purse.hold(ask, CAPS) for ask in asks), return_exceptions=True)
    assert sum(isinstance(each, Size) for each in got) == 20
    assert {each.why for each in got if isinstance(each, NotThought)} == {Silence.BUDGET}
    assert await counted(purse) == CAPS.team


@pytest.mark.parametrize(
    ("share", "by_a_look", "asked"),
    [
        ("0.69", Size.LARGE, Size.LARGE),
        ("0.70", Size.SMALL, Size.SMALL),
        ("0.89", Size.SMALL, Size.SMALL),
        ("0.90", Silence.BUDGET, Size.SMALL),
        ("0.99", Silence.BUDGET, Size.SMALL),
        ("1.00", Silence.BUDGET, Silence.BUDGET),
    ],
)
async def test_less_is_thought_the_more_is_spent(
    purse: Purse, share: str, by_a_look: Size | Silence, asked: Size | Silence
) -> None:
    await spend(purse, Money.usd(share))
    for asker, expected in ((None, by_a_look), (SARAH, asked)):
        ask = wanted(Money.usd("0.001"), Money.usd("0.002"), asker=asker)
        if isinstance(expected, Size):
            assert await purse.hold(ask, CAPS) is expected
            await purse.give_up(ask.id, NotThought(Silence.AWAY, ""), "")
        else:
            assert await refused(purse, ask) is expected


def test_the_shares_are_those_of_the_docs() -> None:
    assert [size_for(Size.LARGE, share, asked=False) for share in (0.0, 0.7, 0.9)] == [Size.LARGE, Size.SMALL, None]


async def test_the_smaller_model_takes_what_the_larger_might_not_afford(purse: Purse) -> None:
    await spend(purse, Money.usd("0.65"))
    assert await purse.hold(wanted(Money.usd("0.1"), Money.usd("0.5")), CAPS) is Size.SMALL


async def test_one_person_cannot_spend_the_money_of_all(purse: Purse) -> None:
    await spend(purse, Money.usd("0.245"), asker=MIKE)
    assert await refused(purse, wanted(asker=MIKE)) is Silence.PERSON
    assert await purse.hold(wanted(asker=SARAH), CAPS) is Size.LARGE
    assert await purse.hold(wanted(), CAPS) is Size.LARGE, "a look of the clock is nobody's question"


async def test_a_cap_of_nothing_asks_nobody(purse: Purse) -> None:
    assert await refused(purse, wanted(asker=SARAH), replace(CAPS, team=Money())) is Silence.BUDGET


async def test_each_day_has_its_own_money(purse: Purse) -> None:
    await spend(purse, Money.usd("1"))
    assert await purse.hold(wanted(day=date(2026, 11, 17)), CAPS) is Size.LARGE


async def test_a_bill_tells_what_was_used(purse: Purse) -> None:
    ask = wanted(asker=MIKE)
    await purse.hold(ask, CAPS)
    await purse.settle(ask.id, THOUGHT, CENT, trouble="cut")
    (bill,) = await purse.bills(DAY)
    assert (bill.usage, bill.model, bill.request) == (THOUGHT.usage, THOUGHT.model, "req_1")
    assert (bill.asker, bill.stop, bill.trouble, bill.size) == (MIKE, "end_turn", "cut", Size.LARGE)


async def test_what_is_held_is_told_apart_from_what_is_gone_until_nobody_can_be_under_way(purse: Purse) -> None:
    await spend(purse, CENT)
    await purse.hold(wanted(CENT, CENT), CAPS)
    assert await purse.spending(TEAM, DAY, NOON) == Spending(gone=CENT, held=CENT)
    assert await purse.spending(TEAM, DAY, NOON + UNDER_WAY) == Spending(gone=CENT * 2, held=Money())


@pytest.mark.parametrize(
    ("gone", "held", "asker", "words", "hint"),
    [
        ("1", "0", SARAH, "$1.00 of $1.00 is spent today", "tomorrow"),
        ("0.992", "0", SARAH, "$0.99 of $1.00 is spent today, too little for this question", "tomorrow"),
        ("0.92", "0", None, "$0.92 of $1.00 is spent today, and the rest is kept for people's questions", "tomorrow"),
        ("0.1", "0.9", SARAH, "$0.10 of $1.00 is spent today, $0.90 is held for what is under way", "has ended"),
        ("0.1", "0.15", MIKE, "for your questions $0.10 of $0.25 is spent today, $0.15 is held", "has ended"),
    ],
)
async def test_a_refusal_says_what_is_spent_what_is_held_and_when_to_ask_again(
    purse: Purse, gone: str, held: str, asker: PersonId | None, words: str, hint: str
) -> None:
    await spend(purse, Money.usd(gone), asker=MIKE)
    if Money.usd(held):
        most = Caps(team=Money.usd(9), person=Money.usd(9))
        await purse.hold(wanted(Money.usd(held), Money.usd(held), asker=MIKE), most)
    with pytest.raises(NotThought) as why:
        await purse.hold(wanted(asker=asker), CAPS)
    assert words in str(why.value.args[0]) and hint in why.value.hint


async def test_whatever_a_vendor_says_of_a_call_can_be_kept(purse: Purse) -> None:
    await purse.hold(ask := wanted(), CAPS)
    odd = replace(THOUGHT, model="a\0\ud800", request="\ud83d", usage=Usage(read=10**12))
    await purse.settle(ask.id, odd, CENT, trouble="x\0")
    (bill,) = await purse.bills(DAY)
    assert (bill.model, bill.request, bill.trouble, bill.cost) == ("a\ufffd?", "?", "x\ufffd", CENT)
