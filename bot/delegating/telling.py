"""How a task goes is seen where it was asked for: one line that is edited, and at the end one message of the report."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from bot.views.document import at_work, over, report_message
from bot.views.parts.message import Message
from integrations.slack import Slack
from models.clock import Clock
from models.directives import Directives
from models.documents import Document
from models.errors import Refused, VendorError
from models.ids import named
from models.proposals import Effect

log = logging.getLogger(__name__)

EDIT_EVERY = 3.0
"""Seconds between two edits of the line."""

EARLIER = timedelta(hours=12)
"""How far back the messages of an earlier run are looked for."""


@dataclass(frozen=True, slots=True)
class Spot:
    """The conversation somebody asked in."""

    channel: str
    thread: str | None


class Progress:
    """The one line. It is no part of the work: what cannot be shown is left out."""

    def __init__(self, edit: Callable[[Message], Awaitable[None]], task: Document, clock: Clock) -> None:
        self._edit, self._task, self._clock = edit, task, clock
        self._looked = 0
        self._edited = clock.monotonic()

    async def looked(self, tool: str, about: str) -> None:
        """The worker has used a tool of ours."""
        self._looked += 1
        if self._clock.monotonic() - self._edited >= EDIT_EVERY:
            self._edited = self._clock.monotonic()
            await self._edit(at_work(self._task, self._looked, about))

    async def over(self, words: str = "") -> None:
        """It has ended; with ``words`` without a report."""
        await self._edit(over(self._task, words))


class Voice:
    """What is said of a task in Slack. With ``None`` nothing is: the report is kept all the same."""

    def __init__(self, slack: Slack | None, directives: Callable[[], Directives], clock: Clock) -> None:
        self._slack, self._directives, self._clock = slack, directives, clock

    async def begun(self, effect: Effect, task: Document) -> Progress:
        """Say that it is worked on, in the line of an earlier run if there is one."""
        place: dict[str, str] = {}
        try:
            spot = await self._spot(effect)
            place = await self._stands(effect, spot, "task") or {} if spot and task.runs > 1 else {}
            if spot is not None and not place:
                place = await self._post(effect, spot, "task", at_work(task, 0, ""))
        except VendorError as failure:
            log.info("a task is worked on unseen: %s", failure, extra={"action": "progress_lost"})

        async def edit(said: Message) -> None:
            await self._edited(place, said)

        return Progress(edit, task, self._clock)

    async def report(self, effect: Effect, task: Document) -> dict[str, str]:
        """Post the report once; the message, empty where there is nobody to tell. Raises ``VendorError``."""
        spot = await self._spot(effect)
        if spot is None or task.shown:
            return dict(task.shown)
        try:
            return await self._reported(effect, spot, task)
        except Refused as refused:
            alone = await self._alone(effect)
            if alone in (None, spot):
                raise
            log.info("a report is told alone: %s", refused, extra={"action": "told_alone"})
            return await self._reported(effect, alone, task)

    async def _reported(self, effect: Effect, spot: Spot, task: Document) -> dict[str, str]:
        stands = await self._stands(effect, spot, "report")
        return stands or await self._post(effect, spot, "report", report_message(task))

    async def _edited(self, place: dict[str, str], said: Message) -> None:
        if self._slack is None or not place:
            return
        try:
            await self._slack.update(place["channel"], place["ts"], said.text, said.blocks)
        except VendorError as failure:
            log.info("progress was not shown: %s", failure, extra={"action": "progress_lost"})

    async def _spot(self, effect: Effect) -> Spot | None:
        """Where they asked; alone with them where only they saw the answer, ``None`` when they have left."""
        asked, alone = effect.proposal.asked_in, await self._alone(effect)
        if alone is not None and asked is not None and asked.channel:
            return Spot(asked.channel, asked.thread or None)
        return alone

    async def _alone(self, effect: Effect) -> Spot | None:
        asked = effect.proposal.asked_in
        who = asked.person if asked is not None else effect.proposal.asked_by
        members = self._directives().team(effect.team).members
        asker = next((member for member in members if member.id == who), None)
        if self._slack is None or asker is None or asker.slack is None:
            return None
        return Spot(await self._slack.open_dm(asker.slack), None)

    async def _stands(self, effect: Effect, spot: Spot, what: str) -> dict[str, str] | None:
        assert self._slack is not None
        since = (effect.first_try or self._clock.real()) - EARLIER
        return await self._slack.find(spot.channel, named(what, effect.id), since, thread=spot.thread)

    async def _post(self, effect: Effect, spot: Spot, what: str, said: Message) -> dict[str, str]:
        assert self._slack is not None
        marker = named(what, effect.id)
        return await self._slack.post(spot.channel, said.text, said.blocks, marker=marker, thread=spot.thread)
