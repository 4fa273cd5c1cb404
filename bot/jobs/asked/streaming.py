"""An answer that takes a while is seen to come: streamed under the question where Slack lets us, else posted as ever.

At most one stream a question, and one answer: its place is in the job before anything grows there, so whoever takes
the job over ends that very stream with the answer, or finds that it has been ended.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from bot.app import App
from bot.jobs.asked.searching import STEPS, Told, sources
from bot.jobs.stop import was_stopped
from bot.views.parts.message import Message
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

LOOK_BACK = timedelta(hours=1)

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
    began = app.clock.real()
    ts = await _begun(app, job, question, place)
    await _session(app, place, working=True)
    try:
        told = partial(_step, app, place, ts) if ts else _silent
        reply = await _unless_stopped(app, place, work(told), began.isoformat())
    finally:
        await _session(app, place, working=False)
    said = draw(reply)
    return None if ts and await _ended(app, place, ts, said) else said


async def _silent(where: Where, well: bool) -> None:
    """Nobody sees the steps."""


async def _begun(app: App, job: Job, question: AskSearch, place: Place) -> str:
    """The ts of the stream, of an earlier try or a new one; empty where there is none."""
    assert app.slack is not None
    if job.payload.get(STREAM):
        return str(job.payload[STREAM])
    if job.attempts > 1:  # an earlier try may have begun one that nobody knows of: it is not begun twice
        return ""
    steps = {where.value: STEPS[where] for where in sources(question)}
    try:
        workspace = await app.slack.workspace()
        ts = await app.slack.assistant.streams.begin(place.channel, place.thread, place.user, workspace, steps)
    except VendorError as refused:
        expected = isinstance(refused, Refused) and refused.code in NOT_STREAMED
        log.log(logging.DEBUG if expected else logging.INFO, "not streamed: %s", refused, extra={"action": "no_stream"})
        await _doing(app, place)
        return ""
    await app.mailbox.note(job, **{STREAM: ts})
    return ts


async def _doing(app: App, place: Place) -> None:
    assert app.slack is not None
    with contextlib.suppress(VendorError):
        await app.slack.assistant.doing(place.channel, place.thread, "is searching Jira and Slack")


async def _session(app: App, place: Place, *, working: bool) -> None:
    """Whether there is something to stop; without it there is no button, and no harm."""
    assert app.slack is not None
    with contextlib.suppress(VendorError):
        await app.slack.assistant.session(place.channel, place.thread, working=working)


async def _step(app: App, place: Place, ts: str, where: Where, well: bool) -> None:
    """A step that is not seen holds nothing up."""
    assert app.slack is not None
    step = Step.DONE if well else Step.FAILED
    with contextlib.suppress(VendorError):
        await app.slack.assistant.streams.tell(place.channel, ts, where.value, STEPS[where], step)


async def _unless_stopped(app: App, place: Place, work: Awaitable[Reply], began: str) -> Reply:
    """The reply, or that it was stopped: then the work is ended at once."""
    task: asyncio.Future[Reply] = asyncio.ensure_future(work)
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


async def _ended(app: App, place: Place, ts: str, said: Message) -> bool:
    """Whether the answer stands in the stream; ``False`` leaves it to a post. Raises ``VendorError`` to try again."""
    assert app.slack is not None
    first, _, _ = said.text.partition("\n")
    try:
        await app.slack.assistant.streams.end(place.channel, ts, first, said.blocks, marker=place.marker)
    except NotDone:
        raise
    except Refused as refused:
        if refused.code not in ENDED:  # what it refuses is posted; the stream ends by itself
            log.warning("a stream could not be ended: %s", refused, extra={"action": "stream_lost"})
            return False
        since = app.clock.real() - LOOK_BACK
        return await app.slack.find(place.channel, place.marker, since, thread=place.thread) is not None
    return True
