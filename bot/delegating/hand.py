"""The Hand for delegated tasks: one yes is one sum and one time; the report is kept, and told of once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.delegating.finished import finished
from bot.delegating.money import Held, hold
from bot.delegating.telling import Progress, Voice
from bot.turns import let_another_begin
from integrations.claude import prices
from integrations.claude_code import Errand, Ran
from integrations.claude_code.client import Told
from models.actions import DelegateTask
from models.clock import Clock
from models.delegated import MOST_TURNS, SOON, STOPS_AT, most, patience
from models.directives import Directives, Team
from models.documents import MOST_RUNS, Document, Documents, DocumentState, Finished
from models.errors import NotDone, NotThought, Refused, Silence
from models.links import Links
from models.money import Money
from models.proposals import Effect, Receipt
from models.purse import Purse
from models.redaction import SHAPES, Redactor
from models.thoughts import Size
from planner.ports import Work
from planner.tasks.briefing import briefing
from planner.tasks.document import Origin, written
from planner.tasks.material import Material, material
from planner.tasks.report import read
from planner.words.titles import name_of

log = logging.getLogger(__name__)

ANOTHER = 30.0
"""Seconds until a task is tried again that finds another one under way in this process: each has much to carry."""

AWAY = 120.0
"""Seconds until it is tried again when Claude could not be reached."""


USED_UP = "It broke off after it had begun, so what was approved for it may be spent. Ask anew"
"""Of a task that is not begun a second time: nobody has said yes to paying for it twice."""


class Works(Protocol):
    """Whoever works on an errand."""

    @property
    def why_not(self) -> str:
        """What somebody must change before it can; empty when it can."""
        ...

    async def work(self, errand: Errand, told: Told) -> Ran:
        """How it went; ``told`` hears what is read meanwhile."""
        ...


@dataclass(frozen=True, kw_only=True)
class Office:
    """What a task needs beside its worker."""

    work: Work
    purse: Purse
    documents: Documents
    voice: Voice
    directives: Callable[[], Directives]
    clock: Clock
    redact: Redactor = SHAPES
    links: Links = Links()
    """Where a report may lead."""


class TaskHand:
    """See ``planner.ports.Hand``."""

    def __init__(self, worker: Works, office: Office) -> None:
        self._worker, self._office = worker, office
        self._busy = asyncio.Lock()

    @property
    def why(self) -> str:
        """Why nobody is to be asked to approve a task, with the remedy; empty when one can be worked on."""
        why = self._worker.why_not
        return f"Delegating is off: {why}, and start the worker again" if why else ""

    async def perform(self, effect: Effect) -> Receipt:
        """Work on it and tell of it; what is done already is only told of."""
        if self._busy.locked():
            raise NotDone("another task is worked on just now", retry_after=ANOTHER)
        async with self._busy:
            task = await self._office.documents.begin(self._begun(effect), most())
            if task.state is not DocumentState.DONE:
                await self._worked_on(effect, task)
            return await self._told(effect)

    async def find(self, effect: Effect) -> Receipt | None:
        """Done, if its report is kept; whatever an earlier run left half done is begun anew."""
        task = await self._office.documents.of(effect.id)
        return await self._told(effect) if task is not None and task.state is DocumentState.DONE else None

    async def changed(self, effect: Effect) -> str | None:
        """Nothing can: it changes nothing, and reads what is so when it begins."""
        return None

    def _begun(self, effect: Effect) -> Document:
        action, now = _task_of(effect), self._office.clock.now()
        return Document(
            id=effect.id,
            team=effect.team,
            asker=effect.proposal.asked_by,
            task=action.task,
            about=action.about,
            state=DocumentState.RUNNING,
            runs=1,
            begun=now,
        )

    async def _worked_on(self, effect: Effect, task: Document) -> None:
        """One run, paid for. Raises ``Refused`` or, once, ``NotDone``."""
        if task.cost or task.runs > MOST_RUNS:
            await self._ended(effect, USED_UP, await self._office.voice.begun(effect, task))
            raise Refused(USED_UP, code="task_broken")
        team = self._office.directives().team(effect.team)
        given = material(_task_of(effect), await self._office.work.facts_about(team.id), self._law, self._now)
        held = await self._held(effect, team)
        progress = await self._office.voice.begun(effect, task)
        ran, cost = await self._run(effect, self._errand(effect, given, held.size, task.runs), held, progress)
        if ran.trouble is not None:
            await self._broken(effect, task, ran, cost, progress)
        else:
            await self._office.documents.finish(effect.id, self._finished(effect, team, given, ran, cost), self._now)
            await progress.over()

    async def _run(self, effect: Effect, errand: Errand, held: Held, progress: Progress) -> tuple[Ran, Money]:
        """How it went and what it cost. Whoever stops us meanwhile has used up the yes: nobody knows what was asked."""
        let_another_begin()
        try:
            ran = await self._worker.work(errand, progress.looked)
        except asyncio.CancelledError:
            await asyncio.shield(held.lose(errand.model))
            raise
        cost = await asyncio.shield(held.settle(ran, errand.model))
        await self._office.documents.spend(effect.id, cost - most())
        return ran, cost

    async def _held(self, effect: Effect, team: Team) -> Held:
        """What is held for it: with its beginning all of it was counted, so whoever dies has used up the yes."""
        if not team.daily_cap_usd:
            raise await self._no_money(effect, "daily_cap_usd of this team is 0, so nothing is spent on Claude")
        try:
            return await hold(effect, team, self._office.purse, self._office.clock)
        except NotThought as none:
            raise await self._no_money(effect, str(none)) from none

    async def _no_money(self, effect: Effect, why: str) -> Refused:
        await self._office.documents.spend(effect.id, Money() - most())
        await self._office.documents.break_off(effect.id, why, self._now)
        return Refused(why, code="no_money")

    def _errand(self, effect: Effect, given: Material, size: Size, run: int) -> Errand:
        brief, choice = briefing(_task_of(effect), given), prices.CHOICES[size]
        redact = self._office.redact
        return Errand(
            system=brief.system,
            question=redact.rows(brief.question),
            schema=brief.schema,
            facts=redact.rows(given.file),
            model=choice.model,
            effort=choice.effort or "low",
            most=STOPS_AT[size],
            patience=patience(run),
            turns=MOST_TURNS,
        )

    async def _broken(self, effect: Effect, task: Document, ran: Ran, cost: Money, progress: Progress) -> None:
        """Where nobody could be asked anything it is tried once more; everything else is somebody's to put right."""
        assert ran.trouble is not None
        words, why = self._office.redact(str(ran.trouble)), ran.trouble.why
        log.warning("a task came to nothing: %s", words, extra={"action": "task_broken", "why": why.value})
        if why is Silence.AWAY and not cost and ran.seconds <= SOON and task.runs < MOST_RUNS:
            await self._office.documents.break_off(effect.id, words, self._now)
            raise NotDone(words, retry_after=AWAY)
        await self._ended(effect, words, progress)
        raise Refused(words, code=why.value)

    async def _ended(self, effect: Effect, words: str, progress: Progress) -> None:
        """Without a report, for good."""
        await self._office.documents.break_off(effect.id, words, self._now)
        await progress.over(words)

    def _finished(self, effect: Effect, team: Team, given: Material, ran: Ran, cost: Money) -> Finished:
        assert ran.answer is not None
        action = _task_of(effect)
        report = read(ran.answer, given.sheet)
        asker = effect.proposal.asked_by
        who = name_of(asker, team.id, self._law) if asker is not None else "nobody"
        origin = Origin(asker=who, cost=cost, seconds=ran.seconds, record=effect.id)
        made = written(action, report, given, origin)
        if report.dropped:
            log.info("texts left out of a report", extra={"action": "texts_dropped", "dropped": dict(report.dropped)})
        return finished(made, sum(report.dropped.values()), self._office.redact, self._office.links)

    async def _told(self, effect: Effect) -> Receipt:
        task = await self._office.documents.of(effect.id)
        assert task is not None, "it was begun"
        place = await self._office.voice.report(effect, task)
        if place and not task.shown:
            await self._office.documents.show(effect.id, place)
        return Receipt({**place, "document": effect.id}, f"report {effect.id}: {task.title}")

    @property
    def _law(self) -> Directives:
        return self._office.directives()

    @property
    def _now(self) -> datetime:
        return self._office.clock.now()


def _task_of(effect: Effect) -> DelegateTask:
    assert isinstance(effect.action, DelegateTask), effect.action.kind
    return effect.action
