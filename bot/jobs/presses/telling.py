"""What a press came to is shown on the message itself, at once; below it, when it cannot be edited any more."""

from __future__ import annotations

import logging

from bot.app import App
from bot.shown import GONE
from bot.views.living import settled_lines
from bot.views.parts.message import message, section
from models.actions import RemindPerson
from models.errors import Refused, VendorError
from models.ids import SignalId, TeamId, named
from models.mailbox import Job
from models.standing import Living

log = logging.getLogger(__name__)


async def show(app: App, job: Job, team: TeamId, living: Living, signal: SignalId) -> None:
    """Whoever has pressed ``signal``'s line is looking. The redraw planned with it is there for when this fails."""
    try:
        await app.notify.refresh_told(team, living.effect)
    except VendorError as failure:
        log.warning("what was said is not shown yet: %s", failure, extra={"action": "redraw_lost"})
        if is_gone(failure):
            await _say_below(app, job, team, living, signal)


def is_gone(failure: VendorError) -> bool:
    """Whether a message can never be edited again."""
    return isinstance(failure, Refused) and failure.code in GONE


async def _say_below(app: App, job: Job, team: TeamId, living: Living, signal: SignalId) -> None:
    """The line as the message would have it, to its reader. At most once; a lost one is logged."""
    reader = living.action.person if isinstance(living.action, RemindPerson) else None
    members = {member.id: member for member in app.directives.team(team).members}
    if app.slack is None or reader is None or reader not in members or job.attempts > 1:
        return
    now = await app.ledger.living(team, living.effect) or living
    line = settled_lines(now, await app.ledger.hushes(team, reader), members[reader].zone).get(signal)
    if line is None:
        return
    said, marker = message([section(line)]), named("said", str(job.payload["inbox"]))
    try:
        await app.slack.post(living.sent["channel"], said.text, said.blocks, marker=marker)
    except VendorError as failure:
        log.warning("what was said below is lost: %s", failure, extra={"action": "redraw_lost"})
