"""What a working day of ten people costs with Claude, by the price table, beside the plain way of doing it.

The plain way is an agent that gives a large model everything it could need for each event, question and half-hourly
look: the constitution, the whole sprint as Jira tells it, the last messages. Both are counted by the same loopback
API, from the bytes it really gets, with its cache as it is; the replies of both are those of the simulated models.

The same day is played again with a model whose words are often not let through, which is asked a second time, by the
larger model, for each of them.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.thinking.sums import by_model, by_purpose, summed, summed_by
from integrations.claude import Claude, prices
from integrations.simulator.claude.api import Pace
from integrations.simulator.claude.brains import Asked, Brain, Honest, Said
from integrations.simulator.happenings import paragraph
from integrations.simulator.server import Simulator
from models.bills import Bill, BillState
from models.money import Money
from models.thoughts import Prompt, Purpose, Size, Turn, Usage
from tests.bench.figures import at_least, at_most, machine, record, sized
from tests.evals.playing import not_let_through
from tests.world import CONSTITUTION, World, running

pytestmark = [pytest.mark.anyio, pytest.mark.bench]

MORNING = datetime.fromisoformat("2026-11-17T09:00:00-05:00")
STEPS, STEP = 108, timedelta(minutes=5)
EVENTS, LOOKS = 300, 18

SEED = 20261117

KNOWN = (
    "status", "what is blocked?", "who waits for me?", "what is mine?", "how is PAY-111 doing?", "reviews",
    "are we going to make it?", "who has PAY-113?", "what changed since yesterday?", "why was I told?",
)  # fmt: skip
"""What the rules answer."""

OPEN = (
    "should we pull something out of the sprint, and what would you take?",
    "who could help Li with the card network ticket, and why?",
    "is there a pattern in what gets stuck in review?",
    "what would you look at first if you were me this morning?",
    "does the settlement work hold up anything else?",
    "which of the open pull requests is the riskiest to leave over night?",
    "summarise what happened to the payouts work for a stakeholder",
    "is anybody carrying too much right now?",
    "what did we decide about the flagged ticket?",
    "could the orphaned ticket wait until the next sprint?",
)
"""What they do not."""

AT_LENGTH = {Purpose.PLAN: 1_200, Purpose.TALK: 600}
"""Tokens a real model writes at least, its thinking included: the simulated one may be briefer."""

REFUSED = 0.36
"""Of the answers a model gives that was not told how to write, those that are not let through: 40 of 110."""

LIMIT = Money.usd("1.00")

BAR, SHARE, CAP = 0.50, 0.05, "0.10"
"""Dollars a day at most, of what the plain way costs, and what a small purse holds."""


def ten_people() -> str:
    """The shipped constitution with four more members."""
    text = CONSTITUTION.read_text(encoding="utf-8").rstrip() + "\n"
    for n, name in enumerate(("Ava Brook", "Ben Ito", "Cleo Marsh", "Dev Rao"), 1):
        text += (
            f"\n      - id: extra{n}\n        name: {name}\n        slack: U07EXTRA{n}K{n}\n"
            f"        jira: 712020:00000000-0000-4000-8000-00000000000{n}\n"
            f"        bitbucket: 712020:00000000-0000-4000-8000-00000000000{n}\n"
            "        zone: America/New_York\n        holidays: US\n        channel: dm\n"
        )
    return text


@dataclass(frozen=True, kw_only=True)
class Day:
    """What was done on it, and what that came to."""

    events: int
    asked: int
    bills: Sequence[Bill]
    unsaid: Mapping[str, int]
    answered: int
    """Questions somebody got a reply to."""
    spent: Money
    """What the purse says, replies as short as the simulated model's."""
    naive: Money = Money()

    @property
    def cost(self) -> Money:
        return summed(self.bills).cost


async def test_a_working_day_costs_less_than_a_coffee_and_far_less_than_the_plain_way(tmp_path: Path) -> None:
    well, badly = Honest(), Careless(Honest())
    day, again = await played(tmp_path / "well", well, plainly=True), await played(tmp_path / "badly", badly)
    print(f"\na working day: {day.events} events, {day.asked} questions, ten people; {machine()}")
    tell(day)
    print(f"  plain way: {day.naive} on {Plain.model}, {day.naive.nano / day.cost.nano:.0f} times as much")
    print(f"the same day, of {badly.answers} answers {badly.spoilt} with words that are not let through")
    tell(again)
    for each in (day, again):
        assert each.events >= sized(EVENTS) * 0.95 and each.asked == min(40, sized(STEPS))
        assert not [bill for bill in each.bills if bill.state is BillState.HELD]
        assert summed_by(each.bills, by_purpose).keys() >= {"plan", "talk"}, "both were really asked"
    dollars, naive = day.cost.dollars, day.naive.dollars
    beside = f"plain ${naive:.2f}; in a model's own careless words ${again.cost.dollars:.2f}"
    assert all([
        record("B11", "a working day of ten people, ours / plain", dollars / naive, at_most(SHARE, "x"), beside),
        record("B11", "the same in dollars", dollars, at_most(BAR, "$"), beside),
    ])  # fmt: skip
    assert badly.spoilt >= REFUSED * badly.answers * 0.7 and sum(again.unsaid.values()) >= badly.spoilt * 0.9
    assert day.cost < again.cost < LIMIT


async def test_with_ten_cents_a_day_not_a_cent_more_is_spent_and_everybody_is_answered(tmp_path: Path) -> None:
    day = await played(tmp_path / "poor", Honest(), cap=CAP)
    print(f"\na working day with {CAP} dollars: {day.events} events, {day.asked} questions; {machine()}")
    tell(day)
    spent = day.spent.dollars
    assert spent > float(CAP) / 2, "it was tried"
    assert all([
        record("B11", "spent of a purse of $0.10", spent, at_most(float(CAP), "$")),
        record("B11", f"of {day.asked} questions answered with it", day.answered, at_least(day.asked, "")),
    ])  # fmt: skip


def tell(day: Day) -> None:
    for title, way in (("purpose", by_purpose), ("model", by_model)):
        for name, each in summed_by(day.bills, way).items():
            hits = f"{each.cache_hits:.0%} from the cache" if each.cache_hits is not None else "nothing read"
            print(f"  {title:8} {name:20} {each.calls:4} calls  {each.cost}  {each.usage.written} written, {hits}")
    print(f"  together {day.cost}; not let through: {dict(day.unsaid) or 'nothing'}")


class Careless:
    """Says, in one first answer of so many, something that nothing was cited for; told so, it does better."""

    def __init__(self, honest: Brain) -> None:
        self._honest, self._chance = honest, random.Random(SEED)
        self._known = set[str]()
        self.answers = self.spoilt = 0

    def answer(self, asked: Asked) -> Said:
        said, question = self._honest.answer(asked), next(str(b.get("text")) for _, b in asked.blocks)
        if said.calls or asked.schema is None or question in self._known:
            return said
        self._known.add(question)
        self.answers += 1
        if self._chance.random() >= REFUSED or (worse := _worse(json.loads(said.text))) == json.loads(said.text):
            return said
        self.spoilt += 1
        return replace(said, text=json.dumps(worse))


def _worse(value: Any) -> Any:
    """Every sentence with a claim of its own behind it."""
    if isinstance(value, str):
        return f"{value} PAY-420 is on fire" if " " in value or "{" in value else value
    if isinstance(value, list):
        return [_worse(each) for each in value]
    return {name: _worse(each) for name, each in value.items()} if isinstance(value, dict) else value


async def played(folder: Path, brain: Brain, *, plainly: bool = False, cap: str = "1.0") -> Day:
    """One day with a model that thinks like ``brain``; beside it, if wanted, the plain way of doing it."""
    await asyncio.to_thread(folder.mkdir)
    text = ten_people().replace("daily_cap_usd: 1.0", f"daily_cap_usd: {cap}")
    async with running(folder, text=text, at=MORNING, speed=0.0, prepare=crowded, claude=Pace()) as world:
        world.simulator.claude.brain = brain
        plain = Plain(world) if plainly else None
        events, asked = await a_day(world, plain.asks if plain else nobody)
        bills = await world.app.purse.bills(MORNING.date())
        return Day(
            events=events,
            asked=asked,
            bills=[_at_length(bill) for bill in bills],
            unsaid=not_let_through(world.app.metrics),
            spent=summed(bills).cost,
            answered=len({message.thread for message in world.messages(lambda m: m.thread is not None)}),
            naive=await plain.cost() if plain else Money(),
        )


async def nobody() -> None:
    """For a day that is not done the plain way."""


async def a_day(world: World, plainly: Asks, questions: Sequence[str] = (*(KNOWN * 2), *(OPEN * 2))) -> tuple[int, int]:
    """People at work for nine hours, and a question now and then; returns how many of each there were."""
    chance, steps = random.Random(SEED), sized(STEPS)
    put = [*questions]
    chance.shuffle(put)
    when = sorted(chance.sample(range(steps), min(steps, len(put))))
    people = [member.id for member in world.team.members]
    events = asked = 0
    for step in range(steps):
        for _ in range(EVENTS // STEPS + (chance.random() < EVENTS / STEPS % 1)):
            events += await happen(world, chance, plainly)
        if step in when:
            await ask(world, chance.choice(people), put[when.index(step)])
            asked += 1
            await plainly()
        if step % (STEPS // LOOKS) == 0:
            await plainly()
        await world.later(STEP)
    return events, asked


async def happen(world: World, chance: random.Random, plainly: Asks) -> bool:
    """One thing somebody does in Jira or Bitbucket, as it comes."""
    company = world.simulator.company
    people = company.members["PAY"]
    issue, by = chance.choice(company.active()), chance.choice(people)
    pulls = company.open_pull_requests()
    what = chance.choices(("comment", "move", "flag", "owner", "pull", "push", "review", "merge", "new"),
                          (22, 18, 8, 6, 8, 14, 14, 6, 4))[0]  # fmt: skip
    match what:
        case "move":
            category = chance.choices(("new", "indeterminate", "done"), (1, 6, 2))[0]
            company.edit(issue.key, by, status=company.status_of(category))
        case "flag":
            company.edit(issue.key, by, flagged=not issue.flagged)
        case "owner":
            company.edit(issue.key, by, assignee=chance.choice([None, *people]))
        case "pull" if len(pulls) < 15:
            repository = next(iter(company.repositories))
            reviewer = chance.choice([each for each in people if each != by])
            company.open_pull_request(repository, by, f"{issue.key} {issue.title}", f"feature/{issue.key}", [reviewer])
        case "push" if pulls:
            company.push(chance.choice(pulls))
        case "review" if pulls:
            pull = chance.choice(pulls)
            state = chance.choice(("approved", "changes_requested"))
            company.review(pull, pull.reviews[0].account, state) if pull.reviews else company.push(pull)
        case "merge" if len(pulls) > 3:
            company.merge(pulls[0], pulls[0].author)
        case "new":
            company.create("PAY", by, f"Found while testing {issue.key}", issue.sprints, assignee=None)
        case _:
            company.comment(issue.key, by, paragraph("Half done; the rest is clear."))
    await plainly()
    return True


def crowded(simulator: Simulator) -> None:
    """A sprint of sixty tickets, as ten people have."""
    company = simulator.company
    people = company.members["PAY"]
    sprint = next(s.id for s in company.sprints.values() if s.state == "active")
    listeners, company.listeners = company.listeners, []
    for n in range(60 - len(company.active())):
        made = company.create("PAY", people[0], f"Part {n} of the settlement work", (sprint,))
        status = company.status_of(("new", "indeterminate", "done")[n % 3])
        company.edit(made.key, people[0], assignee=people[n % len(people)], status=status, points=3.0)
    company.listeners = listeners


async def ask(world: World, person: str, words: str) -> None:
    workspace = world.simulator.workspace
    room = next(channel.id for channel in workspace.channels.values() if not channel.direct)
    world.simulator.slack_out.say(world.slack_id(person), room, f"<@{workspace.bot}> {words}")
    await world.settle(60)


Asks = Callable[[], Awaitable[None]]


class Plain:
    """The plain way: everything to a large model, each time. It is asked through the same SDK and counted alike."""

    model = "claude-opus-5-5"

    def __init__(self, world: World) -> None:
        self._world = world
        self._law = world.settings.directives_file.read_text(encoding="utf-8")
        settings = world.settings
        key, address = settings.anthropic_api_key.get_secret_value(), settings.anthropic_base_url
        self._claude = Claude(key, address, world.clock)
        self._used: list[Usage] = []

    async def asks(self) -> None:
        prompt = Prompt(
            purpose=Purpose.TRIAL,
            size=Size.LARGE,
            name="plain/1",
            fixed=("You are the project manager of this team. Its constitution:\n" + self._law,),
            turns=(Turn(True, self._everything()),),
            most=1500,
        )
        self._used.append((await self._claude.ask(prompt, self.model, "low")).usage)

    async def cost(self) -> Money:
        """What it comes to, each reply at the length such a model writes."""
        await self._claude.close()
        lengthy = [replace(used, written=max(used.written, 1500)) for used in self._used]
        return sum((prices.cost(self.model, used, self.model) for used in lengthy), Money())

    def _everything(self) -> str:
        company = self._world.simulator.company
        issues = [
            _written(issue.__dict__ if hasattr(issue, "__dict__") else issue) for issue in company.issues.values()
        ]
        pulls = [_written(pull) for pull in company.pull_requests.values()]
        return json.dumps({"now": company.clock.now().isoformat(), "issues": issues, "pull_requests": pulls})


def _at_length(bill: Bill) -> Bill:
    if bill.state is not BillState.SETTLED:
        return bill
    used = replace(bill.usage, written=max(bill.usage.written, AT_LENGTH.get(bill.purpose, 0)))
    return replace(bill, usage=used, cost=prices.cost(bill.model, used, bill.model))


def _written(value: object) -> Mapping[str, str]:
    return {"is": repr(value)}
