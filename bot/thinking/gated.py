"""One model behind the purse: the worst case is held before each call, and what it came to is settled after it."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date
from typing import Protocol

from bot.thinking.discreet import discreet, heard, told
from integrations.claude import prices
from integrations.claude.hearing import unusable
from models.bills import Caps, Wanted
from models.clock import Clock
from models.directives import Directives
from models.errors import NotThought, Silence
from models.ids import CycleId, PersonId, TeamId, fresh
from models.money import Money
from models.purse import Purse
from models.redaction import SHAPES, Redactor
from models.thoughts import Prompt, Size, Thought

log = logging.getLogger(__name__)


class Asks(Protocol):
    """A vendor's model: one prompt in, one thought out, at no price."""

    async def ask(self, prompt: Prompt, model: str, effort: str) -> Thought:
        """Raises ``NotThought`` when nothing came back that could be read."""
        ...


class GatedModel:
    """See ``planner.prompts.model.Model``. Every process of the same database shares one purse."""

    def __init__(
        self,
        vendor: Asks,
        purse: Purse,
        clock: Clock,
        directives: Callable[[], Directives],
        *,
        spent: Callable[[TeamId, date, Money], Awaitable[None]],
        redact: Redactor = SHAPES,
    ) -> None:
        """``spent`` hears that a team's cap of a day is reached, each time a call is refused for it."""
        self._vendor = vendor
        self._purse = purse
        self._clock = clock
        self._directives = directives
        self._spent = spent
        self._redact = redact

    async def think(
        self, prompt: Prompt, team: TeamId, *, asker: PersonId | None = None, cycle: CycleId | None = None
    ) -> Thought:
        """The thought, its cost settled. Raises ``NotThought``."""
        prompt = discreet(prompt, self._redact)
        wanted = self._wanted(prompt, team, asker, cycle)
        caps = self._caps(team)
        try:
            size = await self._purse.hold(wanted, caps)
        except NotThought as refused:
            await self._told(refused, wanted, caps)
            raise
        choice = prices.CHOICES[size]
        try:
            thought = await self._vendor.ask(prompt, choice.model, choice.effort)
        except NotThought as failure:
            silence = told(failure, self._redact)
            await self._purse.give_up(wanted.id, silence, choice.model)
            log.warning("no model answered: %s", silence, extra={"action": "not_thought", "why": silence.why.value})
            raise silence from failure
        cost = prices.cost(thought.model or choice.model, thought.usage)
        why = unusable(thought, prompt)
        await self._purse.settle(wanted.id, thought, cost, trouble=str(why) if why else "")
        if why is not None:
            raise why
        return replace(heard(thought, self._redact), cost=cost)

    def _wanted(self, prompt: Prompt, team: TeamId, asker: PersonId | None, cycle: CycleId | None) -> Wanted:
        now = self._clock.now()
        size = prices.bytes_of(prompt)
        return Wanted(
            id=fresh(),
            team=team,
            day=now.astimezone(self._directives().team(team).tz).date(),
            at=now,
            purpose=prompt.purpose,
            prompt=prompt.name,
            size=prompt.size,
            worst={each: prices.worst(prices.CHOICES[each].model, prompt, size) for each in Size},
            asker=asker,
            cycle=cycle,
        )

    def _caps(self, team: TeamId) -> Caps:
        own = self._directives().team(team)
        return Caps(team=Money.usd(own.daily_cap_usd), person=Money.usd(own.daily_cap_per_person_usd))

    async def _told(self, refused: NotThought, wanted: Wanted, caps: Caps) -> None:
        """Only when the cap itself is reached, not when the rest is kept for people or one has had their share."""
        log.info("no model is asked: %s", refused, extra={"action": "not_thought", "why": refused.why.value})
        if refused.why is Silence.BUDGET and caps.team and await self._is_spent(wanted, caps):
            await self._spent(wanted.team, wanted.day, caps.team)

    async def _is_spent(self, wanted: Wanted, caps: Caps) -> bool:
        left = caps.team - await self._purse.spent(wanted.team, wanted.day)
        return left < wanted.worst[Size.SMALL]
