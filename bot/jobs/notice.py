"""Something those who run the agent must hear of: told once, and only while it is so."""

from __future__ import annotations

import contextlib
import logging

from bot.app import App
from bot.constitution import broken_name, span_of
from bot.jobs.watching.message import is_open
from bot.operations.flapping import ALERT
from models.errors import LostLease
from models.mailbox import Job, NewJob
from models.proposals import EffectState, Verdict
from planner.notices import (
    Notice,
    is_forbidden_by_now,
    is_of_channel,
    is_of_mode,
    is_of_today,
    is_settled_by_now,
    name_of,
    tell,
    whom_to_tell,
)

log = logging.getLogger(__name__)

_HEARD = frozenset({EffectState.SENT, EffectState.PLANNED, EffectState.SENDING, EffectState.UNKNOWN})
"""They have heard of it, or will: what is on its way is not called back, so its end is told as well."""


async def tell_one(app: App, job: Job) -> None:
    """Decide and record it; what must wait for its reader comes again."""
    notice = _read(job)
    whom = whom_to_tell(app.directives)
    if whom is None or await _is_over(app, notice):
        log.info("notice not told: %s", notice.headline, extra={"action": "notice_dropped"})
        await app.mailbox.finish(job)
        return
    decision = await tell(notice, whom, app.desk(job))
    if decision.verdict is Verdict.DEFER and decision.until is not None:
        wait = app.real_seconds_until(decision.until)
        await app.mailbox.put(NewJob(job.kind, job.key, job.team, job.lane, job.payload, delay=wait))
        with contextlib.suppress(LostLease):  # a decision that lost a race was recorded, and ended the job
            await app.mailbox.finish(job)


def _read(job: Job) -> Notice:
    said = job.payload
    facts, after, diff = tuple(said["facts"]), said.get("after", ""), said.get("diff", "")
    return Notice(name=said["name"], headline=said["headline"], facts=facts, after=after, diff=diff)


async def _is_over(app: App, notice: Notice) -> bool:
    """Trouble that is mended by now, or the end of one that nobody heard of."""
    if notice.after:
        heard = await app.ledger.why(name_of(notice.after))
        return heard is None or heard.effect not in _HEARD
    if notice.name.startswith(f"{ALERT} "):
        return not is_open([row for row in await app.operations.alerts() if row.message == notice.name])
    await app.constitution.look(at_once=True)  # another process may have seen it first
    forbidden = is_forbidden_by_now(notice, app.directives)
    if forbidden is not None:
        return forbidden
    law = app.directives
    settled = is_settled_by_now(notice, app.directives)
    if settled is not None:
        return settled
    for still in (is_of_mode(notice, law), is_of_channel(notice, law), is_of_today(notice, law, app.clock.now())):
        if still is not None:
            return not still
    trouble = app.constitution.trouble
    return trouble is None or notice.name != broken_name(trouble, (await span_of(app.store))[0])
