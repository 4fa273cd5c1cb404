"""Time that passes for the real product: what is planned happens, what is due is done, and nothing in between."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from bot.app import App
from bot.backtest.walk.clock import SetClock
from bot.scheduler import tick
from bot.worker import work
from planner.bounds.limits import Place
from planner.facts.observe import people_of
from planner.hearers.approvals import course
from planner.hearers.putting_off import clock_of
from tests.backtest.slack import Pressing, Workspace
from tests.soak.company import EVERYBODY

DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
LANES = (0, 1, 2)
A_BREATH = timedelta(milliseconds=1)

PRESSES = 0.8
"""How often somebody presses something of what they are shown."""


@dataclass
class Days:
    """The product, its people, and what comes next; whose company it is comes with ``happened``."""

    app: App
    clock: SetClock
    dice: Random
    workspace: Workspace
    pressing: Pressing
    agenda: list[tuple[datetime, int, Callable[[], Any]]] = field(default_factory=list)
    _count: Iterator[int] = field(default_factory=count)

    @property
    def team(self) -> Any:
        return self.app.directives.teams[0]

    def at(self, moment: datetime, what: Callable[[], Any]) -> None:
        heapq.heappush(self.agenda, (moment, next(self._count), what))

    def time_is(self, moment: datetime) -> None:
        self.clock.at = moment

    def before(self, moment: datetime) -> datetime:
        """When time goes on until, of what is to come next at ``moment``."""
        return moment

    async def happened(self) -> None:
        """What the company did is told to the product."""
        raise NotImplementedError

    def shown(self, channel: str, ts: str) -> None:
        """Whoever is shown something presses a button of it in the next hours of their work, perhaps."""
        if channel == f"C{self.team.channels['ops']}" or self.dice.random() > PRESSES:
            return
        members = [m for m in self.team.members if channel == f"D{m.slack}"] or list(self.team.members)
        who = self.dice.choice(members)
        moment = EVERYBODY[who.id].hours.at_work(self.clock.at, self.dice.uniform(0.05, 8)).replace(microsecond=0)
        self.at(moment, lambda: self.pressing.press(str(who.slack), channel, ts))

    async def live_until(self, end: datetime) -> None:
        while (moment := self.before(await self._next(end + DAY))) <= end:
            self.time_is(moment)
            while self.agenda and self.agenda[0][0] <= moment:
                heapq.heappop(self.agenda)[2]()
            await self.pressing.deliver(self.app.mailbox)
            await self._work()
            await self.happened()
            while True:
                await tick(self.app)
                if not await self._work():
                    break

    async def _next(self, end: datetime) -> datetime:
        now = self.clock.at
        alarm, due = await self.app.store.next_alarm(), await self.app.mailbox.due_in(LANES)
        moments = [end, *([self.agenda[0][0]] if self.agenda else [])]
        moments += [alarm] if alarm is not None else []
        moments += [now + timedelta(seconds=due)] if due is not None else []
        moments += [moment async for moment in self._of_questions() if moment > now]
        return max(min(moments), now + A_BREATH)

    async def _of_questions(self) -> Any:
        facts = await self.app.store.facts_about(self.team.id)
        for asked in await self.app.ledger.pending():
            at = Place(asked.team, people_of(facts), self.app.directives, self.clock.at)
            since, used = clock_of(asked)
            ahead = course(asked.approvers[0], "pm", asked.proposal.urgency, since, at, used)
            for moment in (ahead.reminder, ahead.passed_on, asked.expires, asked.put_off):
                if moment is not None:
                    yield moment

    async def _work(self) -> bool:
        done = False
        while await self.app.mailbox.due_in(LANES) == 0:
            job = await self.app.mailbox.claim(LANES, 3600.0)
            if job is None:
                break
            done = True
            await work(self.app, job)
        return done
