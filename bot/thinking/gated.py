"""One model behind the purse: the worst case is held before each call, and what it came to is settled after it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from datetime import date
from typing import Any, Protocol, TypeVar

from bot.thinking.discreet import discreet, heard, told
from bot.turns import let_another_begin
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

T = TypeVar("T")


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
        spent: Callable[[TeamId, date, Money, Money], Awaitable[None]],
        redact: Redactor = SHAPES,
    ) -> None:
        """``spent`` hears of a team's cap of a day and what is left of it, each time that is too little for a call."""
        self._vendor = vendor
        self._purse = purse
        self._clock = clock
        self._directives = directives
        self._spent = spent
        self._redact = redact

    async def think(
        self, prompt: Prompt, team: TeamId, *, asker: PersonId | None = None, cycle: CycleId | None = None
    ) -> Thought:
        """The thought, its cost settled. Raises ``NotThought`` whatever goes wrong, our own database included."""
        try:
            prompt = discreet(prompt, self._redact)
            wanted, caps = self._wanted(prompt, team, asker, cycle), self._caps(team)
            choice = prices.CHOICES[await self._held(wanted, caps)]
            return await self._counted(prompt, wanted, choice)
        except NotThought:
            raise
        except Exception as odd:  # noqa: BLE001 - the door to a vendor: whatever comes of its words ends here
            log.error("a thought came to nothing: %s", type(odd).__name__, extra={"action": "not_thought"})
            raise _silence(odd) from None  # its words may hold what was asked

    async def _held(self, wanted: Wanted, caps: Caps) -> Size:
        try:
            return await _to_its_end(self._purse.hold(wanted, caps))
        except asyncio.CancelledError:
            await self._give_up(wanted, NotThought(Silence.AWAY, "It was stopped before it was asked"), "")
            raise
        except NotThought as refused:
            log.info("no model is asked: %s", refused, extra={"action": "not_thought", "why": refused.why.value})
            await self._tell(refused, wanted, caps)
            raise

    async def _counted(self, prompt: Prompt, wanted: Wanted, choice: prices.Choice) -> Thought:
        """What is held ends as what it came to, or given up: also when whoever asked no longer waits."""
        let_another_begin()
        try:
            thought = await self._vendor.ask(prompt, choice.model, choice.effort)
            cost, why = prices.cost(thought.model, thought.usage, choice.model), unusable(thought, prompt)
            thought = replace(heard(thought, self._redact), cost=cost)
            await _to_its_end(self._purse.settle(wanted.id, thought, cost, trouble=str(why) if why else ""))
        except NotThought as failure:
            silence = told(failure, self._redact)
            await self._give_up(wanted, silence, choice.model)
            log.warning("no model answered: %s", silence, extra={"action": "not_thought", "why": silence.why.value})
            raise silence from failure
        except (Exception, asyncio.CancelledError) as odd:
            await self._give_up(wanted, _silence(odd), choice.model)
            raise
        if why is not None:
            raise why
        return thought

    async def _give_up(self, wanted: Wanted, silence: NotThought, model: str) -> None:
        """Not raised when it cannot be written down: then it stays held, and counts in full."""
        try:
            await _to_its_end(self._purse.give_up(wanted.id, silence, model))
        except Exception:
            log.exception("what was held stays held", extra={"action": "not_given_up"})

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

    async def _tell(self, refused: NotThought, wanted: Wanted, caps: Caps) -> None:
        """Only when what is gone for good leaves too little: not while what is held may come back, not of a share."""
        if refused.why is not Silence.BUDGET or not caps.team:
            return
        spending = await self._purse.spending(wanted.team, wanted.day, wanted.at)
        if spending.gone + wanted.worst[Size.SMALL] > caps.team:
            await self._spent(wanted.team, wanted.day, caps.team, max(caps.team - spending.gone, Money()))


def _silence(odd: BaseException) -> NotThought:
    """What an end that nobody has foreseen means: perhaps it was charged."""
    if isinstance(odd, asyncio.CancelledError):
        return NotThought(Silence.AWAY, "It was stopped before the answer came", charged=True)
    return NotThought(Silence.GARBAGE, f"Claude's answer could not be taken ({type(odd).__name__})", charged=True)


async def _to_its_end(writing: Coroutine[Any, Any, T]) -> T:
    """What ``writing`` gives. Whoever is cancelled meanwhile hears of it when it is written down, not before."""
    task = asyncio.ensure_future(writing)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
