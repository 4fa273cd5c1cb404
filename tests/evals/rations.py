"""The money of an evaluation: a cap over whatever a case asks, on all its days together."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import date

from bot.app import App
from integrations.claude import prices
from models.errors import NotThought, Silence
from models.ids import CycleId, PersonId, TeamId
from models.money import Money
from models.purse import Purse
from models.thoughts import Prompt, Size, Thought
from planner.prompts.model import Model


@dataclass
class Rations:
    """What one case may cost."""

    left: Money
    refused: int = 0
    """Calls that might have cost more."""
    _one: asyncio.Lock = field(default_factory=asyncio.Lock)

    def over(self, app: App) -> None:
        """Every call of ``app`` is made within it."""
        if app.model is not None:
            app.model = Rationed(app.model, app.purse, self)  # type: ignore[assignment]

    async def think(self, model: Model, purse: Purse, prompt: Prompt, team: TeamId, **whose: object) -> Thought:
        """One call at a time, if its worst case fits in what is left. Raises ``NotThought``."""
        async with self._one:
            spent = sum((bill.cost for bill in await purse.bills(date.min)), Money())
            worst = prices.worst(prices.CHOICES[Size.LARGE].model, prompt, prices.bytes_of(prompt))
            if spent + worst > self.left:
                self.refused += 1
                raise NotThought(Silence.BUDGET, f"{spent} of {self.left} of the evaluation is spent")
            return await model.think(prompt, team, **whose)  # type: ignore[arg-type]


@dataclass
class Rationed:
    """See ``planner.prompts.model.Model``."""

    model: Model
    purse: Purse
    rations: Rations

    async def think(
        self, prompt: Prompt, team: TeamId, *, asker: PersonId | None = None, cycle: CycleId | None = None
    ) -> Thought:
        return await self.rations.think(self.model, self.purse, prompt, team, asker=asker, cycle=cycle)
