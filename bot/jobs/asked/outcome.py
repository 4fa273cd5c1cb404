"""What came of somebody's request is told to them where they asked, once; it is their own answer, and costs nothing."""

from __future__ import annotations

import logging

from bot.app import App
from bot.jobs.presses.ending import shown_on_message
from bot.jobs.presses.took import shown_in_digest
from bot.jobs.saying import Said, say_once
from bot.views.parts.message import Message
from bot.views.reply import reply_message
from models.cycles import WhyRecord
from models.directives import Member
from models.ids import ProposalId, named
from models.mailbox import Job
from planner.asked.requests import came_of
from planner.words.replies import PlainReply

log = logging.getLogger(__name__)


async def tell_asker(app: App, job: Job) -> None:
    """Tell them; nothing while it is under way, or when they know. Raises ``VendorError`` to be tried again."""
    record = await app.ledger.why(ProposalId(job.payload["proposal"]))
    told = record is not None and (await shown_on_message(app, record) or await shown_in_digest(app, record))
    words = came_of(record, app.directives) if record is not None and not told else None
    if record is not None and words is not None:
        await _tell(app, job, record, words)
    await app.mailbox.finish(job)


async def _tell(app: App, job: Job, record: WhyRecord, words: str) -> None:
    place, members = record.proposal.asked_in, app.directives.team(record.team).members
    asker = next((m for m in members if place is not None and m.id == place.person), None)
    if app.slack is None or place is None or asker is None or asker.slack is None:
        log.info("nobody to tell: %s", words, extra={"action": "outcome_dropped"})
        return
    channel = place.channel or await app.slack.open_dm(asker.slack)
    said, marker = _drawn(app, record, asker, words), named("outcome", record.proposal.id, words)
    if await say_once(app, job, channel, said, marker=marker, thread=place.thread) is Said.NOW:
        log.info("told %s", asker.id, extra={"action": "outcome_told"})


def _drawn(app: App, record: WhyRecord, asker: Member, words: str) -> Message:
    reply = PlainReply(text=words, choices=(("Why?", f"why {record.proposal.id}"),))
    return reply_message(reply, zone=asker.zone, now=app.clock.real(), company_now=app.clock.now())
