"""B10: one worker for many teams: what an event costs however many there are, and whether a slow model holds them up.

A day has three hundred events for each team. They are sent faster than that, but so that each is looked at by itself;
the computing time of a quiet product is measured apart, and counted at the pace of the day.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from integrations.simulator.claude.api import Pace
from integrations.simulator.claude.brains import Asked, Honest, Said
from integrations.simulator.nouns import Issue
from integrations.simulator.server import Simulator
from models.clock import SharedClock
from tests.bench.company import AtWork, at_work
from tests.bench.figures import at_least, at_most, machine, milliseconds, percentile, record, sized, told
from tests.bench.plain.agent import plain_agent
from tests.bench.plain.model import Teller
from tests.bench.teams.hearing import Ears
from tests.bench.teams.law import of_teams
from tests.integrations.claude.loopback import serving

pytestmark = [pytest.mark.anyio, pytest.mark.bench]

TEAMS = (1, 10, sized(100))
EVENTS, PAUSES = 30, (0.9, 0.3, 0.2)
"""Measured for each number of teams, and seconds between two: no team has two within its debounce."""

START = 180.0
"""Seconds until everything of a hundred teams is read and looked at."""

IDLE = 6.0
"""Seconds over which the quiet product is measured."""

DAY = 9 * 3600 / 300
"""Seconds between two events of one team on its working day."""

FLAT = 1.5
"""How much dearer an event may be with a hundred teams than with one."""

MANY, RATE, MODEL = sized(100), 10.0, 1.0
"""Teams, events a second over all of them (a thousand teams' day), and seconds the model takes."""

DOWN: Mapping[str, Any] = {"priority": "Highest", "labels": ("incident",)}
"""What says of a ticket that production is down."""

SOON = 3.0
"""Seconds from an event to the message, the model's own included, at p90."""


@dataclass(frozen=True)
class Cost:
    """Milliseconds of computing."""

    event: float
    """Of one event and all that comes of it."""
    idle: float
    """Of one second in which nothing happens."""
    teams: int

    @property
    def at_the_days_pace(self) -> float:
        """Of one event, its share of the quiet time included."""
        return self.event + self.idle * DAY / self.teams


async def test_an_event_costs_the_same_however_many_teams_there_are(tmp_path: Path) -> None:
    costs, memory = [], {}
    for count in TEAMS:
        async with quiet_company(tmp_path / str(count), count) as company:
            costs.append(await cost_of(company, count))
            memory[count] = company.product.megabytes()
    print(f"\ncomputing for an event of one of so many teams: {machine()}")
    for cost in costs:
        print(f"  {cost.teams:4} teams: {cost.event:5.1f} ms an event, {cost.idle:5.2f} ms a quiet second; "
              f"{cost.at_the_days_pace:6.1f} ms at a day's pace; {memory[cost.teams]:.0f} MB")  # fmt: skip
    one, many = costs[0], costs[-1]
    assert all([
        record("B10", f"computing an event, {many.teams} teams / 1", many.event / one.event, at_most(FLAT, "x"),
               f"{one.event:.1f} ms with 1 team"),
        record("B10", "the same, quiet time at a day's pace included", many.at_the_days_pace / one.at_the_days_pace,
               at_most(FLAT, "x")),
        record("B10", f"memory with {many.teams} teams / 1", memory[many.teams] / memory[one.teams], told("x")),
    ])  # fmt: skip


async def cost_of(company: AtWork, count: int) -> Cost:
    """Each event is one of another team, and every fifth one that somebody has to be told of.

    Every team has had one before: on its day it has three hundred, and the first is no measure of the others.
    """
    projects = sorted(open_tickets(company.simulator))
    for project in projects:
        happens(company.simulator, project)
        await asyncio.sleep(1 / RATE)
    await company.quiet()
    await asyncio.sleep(2)
    before, began = company.product.seconds(), time.monotonic()
    await asyncio.sleep(IDLE)
    idle = (company.product.seconds() - before) / (time.monotonic() - began)
    events = sized(EVENTS)
    before, began = company.product.seconds(), time.monotonic()
    for number in range(events):
        happens(company.simulator, projects[number % count], urgent=number % 5 == 4)
        await asyncio.sleep(PAUSES[TEAMS.index(count)])
    await company.quiet()
    seconds = time.monotonic() - began
    return Cost((company.product.seconds() - before - idle * seconds) * 1000 / events, idle * 1000, count)


async def test_a_hundred_teams_do_not_wait_for_each_others_model(tmp_path: Path) -> None:
    ears, brain = Ears(), Watched()
    prepare = partial(listened, ears=ears, brain=brain)
    async with quiet_company(tmp_path / "model", MANY, claude=Pace(MODEL), prepare=prepare) as company:
        SharedClock(tmp_path / "model" / "clock.json").advance(timedelta(minutes=61))  # a team is weighed once an hour
        await asyncio.sleep(2)
        await company.quiet()
        brain.asked.clear()
        ears.first.clear()  # what was said of a ticket before is no answer to what happens now
        happened = await all_go_down(company.simulator, MANY)
        await company.until(lambda: happened.keys() <= ears.first.keys())
        slow = serving(Teller(), pace=Pace(MODEL))
        async with slow as model, plain_agent(company.simulator, model.claude, of_teams(1)) as plain:
            assert company.simulator.webhooks is not None
            company.simulator.webhooks.post = lambda one: plain.beside(one)[1:]
            began = time.monotonic()
            await all_go_down(company.simulator, MANY, back=True)
            await asyncio.sleep(SOON)
            handled, seconds = plain.handled, time.monotonic() - began
    waits = ears.waits(happened)
    print(f"\n{len(happened)} events of as many teams at {RATE:.0f} a second, a model of {MODEL:.0f} s: {machine()}")
    print(f"  ours: {milliseconds(waits)} to the message; {len(brain.asked)} asked, up to {brain.at_once()} at once")
    print(f"  plain: {handled} of {len(happened)} handled after {seconds:.0f} s")
    beside = f"plain: {handled} of {len(happened)} handled after {seconds:.0f} s"
    assert len(brain.asked) >= len(happened) / 2, "the model was asked about them"
    assert all([
        record("B10", f"{MANY} teams, model of 1 s: event to message, p90", percentile(waits, 0.9), at_most(SOON, "s"),
               beside),
        record("B10", "calls of the model at once", brain.at_once(), at_least(2, "")),
        record("B10", "calls of one team at once", brain.most_of_one_team(), at_most(1, "")),
    ])  # fmt: skip


@dataclass
class Watched:
    """An honest brain of which it is known whom it was asked by, and when."""

    honest: Honest = field(default_factory=Honest)
    asked: list[tuple[float, str]] = field(default_factory=list)

    def answer(self, asked: Asked) -> Said:
        """See ``Brain.answer``."""
        found = re.search(r"\b(PAY|T\d+)-\d+\b", asked.words)
        self.asked.append((time.perf_counter(), found[1] if found else ""))
        return self.honest.answer(asked)

    def at_once(self) -> int:
        """The most calls that were under way at one time."""
        return _at_once([at for at, _ in self.asked])

    def most_of_one_team(self) -> int:
        """The same of one team's alone."""
        teams = {team for _, team in self.asked}
        return max((_at_once([at for at, whose in self.asked if whose == team]) for team in teams), default=0)


def _at_once(begun: Sequence[float]) -> int:
    return max((sum(at <= each < at + MODEL * 0.95 for each in begun) for at in begun), default=0)


@asynccontextmanager
async def quiet_company(folder: Path, count: int, **how: Any) -> AsyncIterator[AtWork]:
    """So many teams, their first looks done: a hundred first readings take their time."""
    await asyncio.to_thread(folder.mkdir)
    database = f"sqlite:///{folder / 'pm.db'}"
    async with at_work(folder, database, text=of_teams(count), start=False, **how) as company:
        company.product.start()
        await asyncio.to_thread(company.product.wait)
        async with asyncio.timeout(START):
            while True:
                with suppress(TimeoutError, AssertionError):
                    await company.quiet()
                    break
        yield company


def listened(simulator: Simulator, ears: Ears, brain: Watched) -> None:
    simulator.traffic.taps.append(ears.tap)
    simulator.claude.brain = brain


def open_tickets(simulator: Simulator) -> dict[str, list[Issue]]:
    """What is not done of each project's running sprint and has an owner."""
    company, found = simulator.company, dict[str, list[Issue]]()
    for issue in company.active():
        if issue.assignee and company.category(issue) != "done":
            found.setdefault(issue.project, []).append(issue)
    return found


async def all_go_down(simulator: Simulator, count: int, *, back: bool = False) -> dict[str, float]:
    """A ticket of one team after the other says that production is down, or no longer; when each did."""
    happened = dict[str, float]()
    marks = {"priority": "Low", "labels": ()} if back else DOWN
    for _, tickets in sorted(open_tickets(simulator).items())[:count]:
        happened[tickets[0].key] = time.perf_counter()
        simulator.company.edit(tickets[0].key, tickets[0].assignee or "", **marks)
        await asyncio.sleep(1 / RATE)
    return happened


def happens(simulator: Simulator, project: str, *, urgent: bool = False) -> None:
    """One ticket of the project changes: the one that has been left alone longest, and is not down yet."""
    calm = [issue for issue in open_tickets(simulator)[project] if issue.labels != DOWN["labels"]]
    issue = min(calm, key=lambda each: each.updated)
    marks = DOWN if urgent else {"priority": "Low" if issue.priority != "Low" else "Medium"}
    assert simulator.company.edit(issue.key, issue.assignee or "", **marks) != issue, "nothing has changed"
