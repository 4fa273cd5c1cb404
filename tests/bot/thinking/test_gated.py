"""A model behind the purse: paid before, settled after, and never asked for more than a day may cost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import pytest

from bot.thinking import GatedModel
from integrations.claude import prices
from models.bills import UNDER_WAY, BillState, Caps, Wanted
from models.database import Database, upgrade
from models.directives import Directives
from models.directives_file import load
from models.errors import NotThought, Silence
from models.ids import PersonId, TeamId
from models.money import Money
from models.purse import Purse
from models.thoughts import Call, Prompt, Purpose, Size, Stop, Thought, Turn, Usage
from tests.contracts.stores.values import FakeClock

pytestmark = pytest.mark.anyio

LAW = load(Path(__file__).parents[3] / "directives.yaml")
TEAM, MIKE = TeamId("payments"), PersonId("mike")
PROMPT = Prompt(
    purpose=Purpose.TALK, size=Size.LARGE, name="talk/1", fixed=("rules " * 400,), turns=(Turn(True, "why?"),), most=900
)
ANSWER = Thought(
    text="because", stop=Stop.END, usage=Usage(read=700, written=120, cached=900), model="claude-sonnet-5-5"
)


@dataclass
class Vendor:
    """Says what it is told to say, and keeps whom it was."""

    says: Thought | Exception = ANSWER
    asked: list[tuple[str, str]] = field(default_factory=list)
    silent: bool = False

    async def ask(self, prompt: Prompt, model: str, effort: str) -> Thought:
        self.asked.append((model, effort))
        if self.silent:
            await asyncio.Event().wait()
        if isinstance(self.says, Exception):
            raise self.says
        return replace(self.says, model=model)


@dataclass
class House:
    purse: Purse
    vendor: Vendor
    clock: FakeClock
    told: list[tuple[TeamId, date, Money, Money]] = field(default_factory=list)
    law: Directives = LAW

    def model(self) -> GatedModel:
        return GatedModel(self.vendor, self.purse, self.clock, lambda: self.law, spent=self.hears)

    async def hears(self, team: TeamId, day: date, cap: Money, left: Money) -> None:
        self.told.append((team, day, cap, left))

    async def counted(self) -> Money:
        return (await self.purse.spending(TEAM, self.day, self.clock.now())).counted

    async def held_by_a_task(self, usd: str) -> Wanted:
        """Something else of the team is under way."""
        wanted = Wanted(
            id="task",
            team=TEAM,
            day=self.day,
            at=self.clock.now(),
            purpose=Purpose.TASK,
            prompt="task/1",
            size=Size.LARGE,
            worst=dict.fromkeys(Size, Money.usd(usd)),
        )
        await self.purse.hold(wanted, Caps(team=Money.usd(9), person=Money.usd(9)))
        return wanted

    def capped(self, usd: float) -> None:
        teams = tuple(team.model_copy(update={"daily_cap_usd": usd}) for team in self.law.teams)
        self.law = self.law.model_copy(update={"teams": teams})

    @property
    def day(self) -> date:
        return self.clock.now().astimezone(LAW.team(TEAM).tz).date()


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    url = f"sqlite:///{tmp_path / 'pm.db'}"
    upgrade(url)
    clock = FakeClock()
    database = Database(url, clock)
    yield House(Purse(database), Vendor(), clock)
    await database.close()


async def test_an_answer_costs_what_the_table_says(house: House) -> None:
    thought = await house.model().think(PROMPT, TEAM, asker=MIKE)
    assert thought.cost == Money(700 * 2_000 + 120 * 10_000 + 900 * 100)
    assert await house.counted() == thought.cost
    assert house.vendor.asked == [("claude-sonnet-5-5", "low")]


async def test_the_budget_gives_the_smaller_model(house: House) -> None:
    house.capped(prices.worst("claude-haiku-5-5", PROMPT, prices.bytes_of(PROMPT)).dollars * 1.5)
    await house.model().think(PROMPT, TEAM, asker=MIKE)
    assert house.vendor.asked[0][0] == "claude-haiku-5-5"


@pytest.mark.parametrize(
    ("stop", "why"),
    [
        (Stop.LENGTH, Silence.CUT),
        (Stop.WINDOW, Silence.CUT),
        (Stop.PAUSE, Silence.CUT),
        (Stop.REFUSAL, Silence.REFUSED),
        (Stop.OTHER, Silence.GARBAGE),
    ],
)
async def test_what_cannot_be_used_is_paid_for_and_not_used(house: House, stop: Stop, why: Silence) -> None:
    house.vendor.says = replace(ANSWER, stop=stop)
    with pytest.raises(NotThought) as silence:
        await house.model().think(PROMPT, TEAM)
    (bill,) = await house.purse.bills(house.day)
    assert silence.value.why is why and bill.cost > Money() and bill.trouble


@pytest.mark.parametrize("stop", [Stop.END, Stop.SEQUENCE, Stop.TOOLS])
async def test_an_answer_or_a_wish_for_a_tool_is_handed_on(house: House, stop: Stop) -> None:
    house.vendor.says = replace(ANSWER, stop=stop, calls=(Call("c1", "sprint", {}),))
    assert (await house.model().think(PROMPT, TEAM)).stop is stop


async def test_nothing_is_paid_for_a_call_that_was_surely_not_made(house: House) -> None:
    house.vendor.says = NotThought(Silence.AWAY, "Claude is overloaded")
    with pytest.raises(NotThought):
        await house.model().think(PROMPT, TEAM)
    assert await house.counted() == Money()


async def test_a_call_that_may_have_been_charged_counts_in_full(house: House) -> None:
    house.vendor.says = NotThought(Silence.AWAY, "no answer within 30 seconds", charged=True)
    with pytest.raises(NotThought):
        await house.model().think(PROMPT, TEAM)
    (bill,) = await house.purse.bills(house.day)
    assert bill.state is BillState.LOST
    assert bill.cost == prices.worst("claude-sonnet-5-5", PROMPT, prices.bytes_of(PROMPT))


async def test_the_admins_hear_what_is_left_when_it_pays_for_no_further_question(house: House) -> None:
    house.capped(0.0001)
    with pytest.raises(NotThought):
        await house.model().think(PROMPT, TEAM, asker=MIKE)
    assert house.told == [(TEAM, house.day, *[Money.usd("0.0001")] * 2)] and not house.vendor.asked


async def test_what_is_only_held_is_neither_told_as_spent_nor_news_for_admins(house: House) -> None:
    house.capped(0.3)
    task = await house.held_by_a_task("0.3")
    with pytest.raises(NotThought, match=r"\$0.00 of \$0.30 is spent today, \$0.30 is held for what is under way"):
        await house.model().think(PROMPT, TEAM, asker=MIKE)
    assert house.told == []
    await house.purse.settle(task.id, ANSWER, Money.usd("0.02"))
    assert (await house.model().think(PROMPT, TEAM, asker=MIKE)).cost


async def test_what_a_process_that_died_has_held_does_not_come_back(house: House) -> None:
    house.capped(0.3)
    await house.held_by_a_task("0.3")
    house.clock.passed += UNDER_WAY
    with pytest.raises(NotThought, match=r"\$0.30 of \$0.30 is spent today"):
        await house.model().think(PROMPT, TEAM, asker=MIKE)
    assert house.told == [(TEAM, house.day, Money.usd("0.30"), Money())]


@pytest.mark.parametrize("says", [RuntimeError("odd"), replace(ANSWER, usage=Usage(read=10**20)), ValueError("x")])
async def test_whatever_goes_wrong_is_a_silence_that_counts_in_full(house: House, says: Thought | Exception) -> None:
    house.vendor.says = says
    with pytest.raises(NotThought) as silence:
        await house.model().think(PROMPT, TEAM)
    (bill,) = await house.purse.bills(house.day)
    assert (silence.value.why, bill.state) == (Silence.GARBAGE, BillState.LOST)
    assert bill.cost == prices.worst("claude-sonnet-5-5", PROMPT, prices.bytes_of(PROMPT)) and bill.trouble


async def test_a_database_that_is_gone_is_a_silence_too(house: House, tmp_path: Path) -> None:
    empty = Database(f"sqlite:///{tmp_path / 'empty.db'}", house.clock)
    house.purse = Purse(empty)
    with pytest.raises(NotThought):
        await house.model().think(PROMPT, TEAM)
    await empty.close()
    assert not house.vendor.asked


async def test_a_prompt_that_cannot_be_made_ready_is_a_silence_as_well(house: House) -> None:
    with pytest.raises(NotThought):
        await house.model().think(
            replace(PROMPT, turns=(Turn(ours=False, verbatim="no JSON sk-ant-1234567890abc"),)), TEAM
        )
    assert not house.vendor.asked


async def test_a_question_that_is_stopped_is_not_under_way_for_ever(house: House) -> None:
    house.vendor.silent = True
    thinking = asyncio.create_task(house.model().think(PROMPT, TEAM, asker=MIKE))
    while not house.vendor.asked:
        await asyncio.sleep(0.01)
    thinking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await thinking
    (bill,) = await house.purse.bills(house.day)
    assert (bill.state, bill.trouble) == (BillState.LOST, "away: It was stopped before the answer came")


async def test_one_that_is_stopped_before_it_is_asked_costs_nothing(house: House) -> None:
    thinking = asyncio.create_task(house.model().think(PROMPT, TEAM, asker=MIKE))
    await asyncio.sleep(0)  # its money is being held just now
    thinking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await thinking
    assert [bill.state for bill in await house.purse.bills(house.day)] == [BillState.FREE]
    assert not house.vendor.asked


async def test_a_cap_of_nothing_is_a_wish_and_no_news(house: House) -> None:
    house.capped(0)
    with pytest.raises(NotThought):
        await house.model().think(PROMPT, TEAM)
    assert house.told == []


async def test_one_person_with_their_share_is_no_news_for_admins(house: House) -> None:
    teams = tuple(team.model_copy(update={"daily_cap_per_person_usd": 0.0001}) for team in LAW.teams)
    house.law = LAW.model_copy(update={"teams": teams})
    with pytest.raises(NotThought) as silence:
        await house.model().think(PROMPT, TEAM, asker=MIKE)
    assert silence.value.why is Silence.PERSON and house.told == []


async def test_two_processes_share_one_purse(house: House) -> None:
    worst = prices.worst("claude-haiku-5-5", PROMPT, prices.bytes_of(PROMPT))
    house.capped(worst.dollars * 3.5)
    house.vendor.says = NotThought(Silence.AWAY, "lost", charged=True)
    both = [house.model(), house.model()]
    asked = [both[n % 2].think(replace(PROMPT, size=Size.SMALL), TEAM, asker=PersonId(f"p{n}")) for n in range(20)]
    await asyncio.gather(*asked, return_exceptions=True)
    assert await house.counted() <= Money.usd(worst.dollars * 3.5)
    assert len(house.vendor.asked) == 3


def test_what_a_model_thought_is_sent_again_and_is_held_for() -> None:
    said = Turn(ours=False, text="I look.", verbatim="[" + "x" * 5_000 + "]")
    assert prices.bytes_of(replace(PROMPT, turns=(*PROMPT.turns, said))) > prices.bytes_of(PROMPT) + 5_000


def test_a_name_that_is_not_in_the_table_is_priced_as_the_model_that_was_asked_else_as_the_dearest() -> None:
    used, haiku = Usage(read=1000, written=100), prices.MODELS["claude-haiku-5-5"].price
    assert prices.cost("anthropic.claude-haiku-5-5-v1:0", used, "claude-haiku-5-5") == haiku.of(used)
    assert prices.cost("claude-next-7", used, "claude-next-7") == prices.DEAREST.price.of(used)
    assert prices.cost("claude-haiku-5-5-20261101", used, "claude-opus-5-5") == haiku.of(used)
    opus = prices.MODELS["claude-opus-5-5"].price
    assert prices.cost("claude-opus-5-5", used, "claude-haiku-5-5") == opus.of(used)


async def test_whatever_is_believed_of_a_reply_costs_no_more_than_was_held(house: House) -> None:
    sent = prices.most_read(prices.bytes_of(PROMPT))
    for size in Size:
        model = prices.CHOICES[size].model
        worst = prices.worst(model, PROMPT, prices.bytes_of(PROMPT))
        for used in (Usage(kept=sent, written=PROMPT.most), Usage(read=sent, written=PROMPT.most)):
            assert prices.cost(model, used, model) <= worst
        assert prices.cost(model, Usage(kept=sent, written=PROMPT.most), model) == worst


def test_a_long_prompt_on_the_small_model_costs_more_for_all_of_it() -> None:
    short, long = Usage(read=100_000), Usage(read=100_001)
    assert prices.cost("claude-haiku-5-5", short, "") == Money.usd("0.01")
    assert prices.cost("claude-haiku-5-5", long, "") == Money(100_001 * 500)
