"""An answer that takes a while is seen to come: streamed under the question where Slack lets us, else posted as ever.

At most one stream a question, and one answer: its place is in the job before anything grows there, so whoever takes
the job over ends that very stream with the answer, or finds that it has been ended.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TypeVar

from bot.app import App
from bot.jobs.asked.searching import STEPS, Told, sources
from bot.jobs.stop import was_stopped
from bot.views.parts.message import Block, Message, message
from integrations.slack.streams import ENDED, NOT_STREAMED, Step
from models.errors import NotDone, Refused, VendorError
from models.mailbox import Job
from planner.asked.topics import AskSearch, Where
from planner.words.replies import PlainReply, Reply

log = logging.getLogger(__name__)

STREAM = "stream"
"""In a job's payload: the ts of the stream that was begun for it."""

LOOK_EVERY = 0.5
"""Seconds after which it is looked whether somebody has pressed *Stop*."""

SEARCHING = "is searching Jira and Slack"

T = TypeVar("T")

STOPPED = PlainReply(text="Stopped, as you asked. Ask again when you want it.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Under which question the answer grows, and for whom."""

    channel: str
    thread: str
    user: str
    marker: str
    """What is looked for by whoever takes over."""


async def streamed(
    app: App,
    job: Job,
    question: AskSearch,
    place: Place,
    *,
    work: Callable[[Told], Awaitable[Reply]],
    draw: Callable[[Reply], Message],
) -> Message | None:
    """Work while it is seen; ``None`` when the answer stands, else the message that is still to be posted."""
    if app.slack is None:
        return draw(await work(_silent))
    asked = await app.mailbox.delivery(job.payload["inbox"])  # also of an earlier try: stopped is stopped
    ts = await begun(app, job, place, {where.value: STEPS[where] for where in sources(question)}, SEARCHING)
    await session(app, place, working=True)
    try:
        told = partial(_step, app, place, ts) if ts else _silent
        reply = await unless_stopped(app, place, work(told), asked.received.isoformat())
    finally:
        await session(app, place, working=False)
    said = draw(reply)
    return None if ts and await _ended(app, place, ts, said, asked.received) else said


def streaming_in(job: Job, ts: str) -> Job:
    """The job as whoever takes it over would read it: with the stream that was begun for it, if one was."""
    return replace(job, payload={**job.payload, STREAM: ts}) if ts else job


async def ends_stream(app: App, job: Job, place: Place, said: Message) -> bool:
    """Whether ``said`` stands in a stream that was begun for this job; else it is still to be posted."""
    ts = str(job.payload.get(STREAM) or "")
    if not ts or app.slack is None:
        return False
    asked = await app.mailbox.delivery(job.payload["inbox"])
    return await _ended(app, place, ts, said, asked.received)


async def _silent(where: Where, well: bool) -> None:
    """Nobody sees the steps."""


async def begun(app: App, job: Job, place: Place, steps: Mapping[str, str], doing: str) -> str:
    """The ts of the stream, of an earlier try or a new one; empty where there is none.

    ``steps`` are those under way, by name; ``doing`` is said in one line where Slack takes no stream.
    """
    assert app.slack is not None
    if job.payload.get(STREAM):
        return str(job.payload[STREAM])
    if job.attempts > 1:  # an earlier try may have begun one that nobody knows of: it is not begun twice
        return ""
    try:
        workspace = await app.slack.workspace()
        ts = await app.slack.assistant.streams.begin(place.channel, place.thread, place.user, workspace, steps)
    except VendorError as refused:
        expected = isinstance(refused, Refused) and refused.code in NOT_STREAMED
        log.log(logging.DEBUG if expected else logging.INFO, "not streamed: %s", refused, extra={"action": "no_stream"})
        await _doing(app, place, doing)
        return ""
    await app.mailbox.note(job, **{STREAM: ts})
    return ts


async def _doing(app: App, place: Place, words: str) -> None:
    assert app.slack is not None
    with contextlib.suppress(VendorError):
        await app.slack.assistant.doing(place.channel, place.thread, words)


async def session(app: App, place: Place, *, working: bool) -> None:
    """Whether there is something to stop; without it there is no button, and no harm."""
    assert app.slack is not None
    with contextlib.suppress(VendorError):
        await app.slack.assistant.session(place.channel, place.thread, working=working)


async def _step(app: App, place: Place, ts: str, where: Where, well: bool) -> None:
    await step(app, place, ts, where.value, STEPS[where], Step.DONE if well else Step.FAILED)


async def step(app: App, place: Place, ts: str, name: str, words: str, how: Step) -> None:
    """A step that is not seen holds nothing up."""
    assert app.slack is not None
    with contextlib.suppress(VendorError):
        await app.slack.assistant.streams.tell(place.channel, ts, name, words, how)


async def unless_stopped(app: App, place: Place, work: Awaitable[T], began: str) -> T | PlainReply:
    """What it comes to, or that it was stopped since ``began`` (real time): then the work is ended at once."""
    task: asyncio.Future[T] = asyncio.ensure_future(work)
    try:
        while not task.done():
            await asyncio.wait({task}, timeout=LOOK_EVERY)
            if not task.done() and await was_stopped(app, place.channel, place.thread, began):
                return STOPPED
    finally:
        if not task.done():
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
    return task.result()


async def _ended(app: App, place: Place, ts: str, said: Message, since: datetime) -> bool:
    """Whether the answer stands in the stream, which was begun after ``since`` (real time).

    ``False`` leaves it to a post. Raises ``VendorError`` to try again.
    """
    assert app.slack is not None
    first, _, _ = said.text.partition("\n")
    try:
        await app.slack.assistant.streams.end(place.channel, ts, first, _below(first, said.blocks), marker=place.marker)
    except NotDone:
        raise
    except Refused as refused:
        if refused.code not in ENDED:  # what it refuses is posted; the stream ends by itself
            log.warning("a stream could not be ended: %s", refused, extra={"action": "stream_lost"})
            return False
        return await app.slack.find(place.channel, place.marker, since, thread=place.thread) is not None
    return True


def _below(first: str, blocks: Sequence[Block]) -> Sequence[Block]:
    """The blocks without one that says nothing but the first line: a stream shows its words above its blocks."""
    return blocks[1:] if blocks and message(blocks[:1]).text == first else blocks
