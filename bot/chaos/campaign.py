"""The kill-and-check loop: one story undisturbed, then deaths at every commit point it passes, then storms."""

from __future__ import annotations

import asyncio
import itertools
import random
import shutil
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.chaos.certificate import Figures
from bot.chaos.kills import Kill, Passes, elsewhere, packed, planned, shuffled
from bot.chaos.labels import reached
from bot.chaos.people import PATIENCE
from bot.chaos.places import Place
from bot.chaos.play import Disturb, Run, run
from bot.chaos.storms import PATIENCE as IN_A_STORM
from bot.chaos.storms import Storm
from models.clock import Clock
from models.errors import OperatorError

PARALLEL = 2
"""Stories at a time: they wait more than they work."""

TRIES = 3
"""Stories in which a kill may miss its moment: no two pass their points alike."""

BY_CHANCE = 3
"""One kill in so many is one of a storm, where a number of kills is wanted."""

GUST = 25
"""Kills of one storm at most: then the story may come to its end."""

FIRST = 5
"""Violations told at once; the certificate has more."""

Play = Callable[[Sequence[Kill]], Awaitable[Run]]


def never() -> bool:
    """The default of ``over``: there is time."""
    return False


async def sweep(
    kills: Iterable[Kill], passes: Passes, play: Play, *, parallel: int = PARALLEL, over: Callable[[], bool] = never
) -> list[Kill]:
    """Play until each of ``kills`` has happened; those whose moment never came. Nothing begins once it is ``over``."""
    left, turn = list(kills), asyncio.Semaphore(parallel)

    async def one(wanted: Sequence[Kill]) -> Sequence[Kill]:
        async with turn:
            return () if over() else (await play(wanted)).missed

    for _ in range(TRIES):
        async with asyncio.TaskGroup() as together:
            tasks = [together.create_task(one(journey.kills)) for journey in packed(left, passes)]
        left = [elsewhere(kill, passes) for task in tasks for kill in task.result()]
    return left


def _operators(several: ExceptionGroup) -> Exception:
    """What the operator can do something about, of all that went wrong in stories beside each other."""
    found: Exception | None = several.subgroup(OperatorError)
    while isinstance(found, ExceptionGroup):
        found = found.exceptions[0]
    return several if found is None else found


@dataclass
class Campaign:
    """One certificate's worth of stories in one place."""

    place: Place
    room: Path
    """A folder for constitutions, logs and clocks of the runs."""
    clock: Clock
    seed: int
    tell: Callable[[str], None]
    """Is told of each story that is over, in a line."""
    shell: Mapping[str, str] | None = None
    figures: Figures = field(default_factory=Figures)
    _numbers: Iterable[int] = field(default_factory=lambda: itertools.count(1))

    async def run(self, kills: int | None, seconds: float) -> None:
        """As many ``kills``, or every point and storms, while there are ``seconds`` left: all into ``figures``.

        Raises ``OperatorError`` when the database is there no longer.
        """
        began = self.clock.monotonic()

        def over() -> bool:
            return self.clock.monotonic() - began > seconds

        try:
            first = await self.play("without a kill")
            wanted = self._wanted(first.passed, kills)
            if not first.verdict:
                self.figures.passed = len({kill.point for kill in planned(reached(), 1, first.passed)})
                left = await sweep(wanted, first.passed, self._killed, over=over)
                self.figures.unreached += map(str, left)
                await self._storms(kills, over)
                self.figures.left = max(0, (kills or len(wanted)) - self._done(kills))
        except ExceptionGroup as several:
            raise _operators(several) from several
        finally:
            self.figures.seconds = self.clock.monotonic() - began

    def _done(self, kills: int | None) -> int:
        """Kills that count among those that were wanted; storms are an addition where no number was."""
        return self.figures.kills if kills else self.figures.points.total() + len(self.figures.unreached)

    def _wanted(self, passes: Passes, kills: int | None) -> list[Kill]:
        every = shuffled(planned(reached(), 1, passes), random.Random(self.seed))  # noqa: S311 - no secret
        return every if kills is None else every[: kills - kills // BY_CHANCE]

    async def _storms(self, kills: int | None, over: Callable[[], bool]) -> None:
        """Until there are enough kills; where no number is wanted, until it is over, one at least."""
        for number in itertools.count():
            left = GUST if kills is None else kills - self.figures.kills
            if left <= 0 or (over() and number):
                return
            each = [Storm(self._luck(number, part), min(GUST, -(-left // PARALLEL))) for part in range(PARALLEL)]
            async with asyncio.TaskGroup() as together:
                for storm in each[: -(-left // each[0].most)]:
                    together.create_task(self._stormy(storm))

    def _luck(self, number: int, part: int) -> random.Random:
        return random.Random(f"{self.seed} {number} {part}")  # noqa: S311 - no secret

    async def _killed(self, kills: Sequence[Kill]) -> Run:
        return await self.play(f"{len(kills)} kills at commit points", kills)

    async def _stormy(self, storm: Storm) -> None:
        await self.play("a storm", disturb=storm, patience=IN_A_STORM)
        self.figures.by_chance += storm.kills

    async def play(
        self, words: str, kills: Sequence[Kill] = (), disturb: Disturb | None = None, patience: float = PATIENCE
    ) -> Run:
        """One story in a database of its own, into the figures."""
        number = next(iter(self._numbers))
        url = await asyncio.to_thread(self.place.fresh)
        try:
            folder = self.room / f"story-{number}"
            done = await run(folder, url, kills, disturb=disturb, patience=patience, shell=self.shell)
        finally:
            await asyncio.to_thread(self.place.drop, url)
        self.figures.add(done)
        verdict = f"{len(done.verdict)} VIOLATIONS" if done.verdict else "nothing wrong"
        self.tell(f"story {number}, {words}: {done.events} events, {done.seconds:.0f} s, {verdict}")
        for wrong in done.verdict[:FIRST]:
            self.tell(f"  {wrong}")
        if not done.verdict:
            await asyncio.to_thread(shutil.rmtree, folder)
        return done
