"""What follows from a no with a reason: it is learnt from, and a rule that is said no to for ever is brought up.

The constitution is never edited: its keepers are shown the difference that would say it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from pathlib import Path

from bot.app import App
from bot.constitution.amendment import never_again
from models.directives import Member
from models.errors import OperatorError
from models.lessons import Feedback, Observation, What
from models.mailbox import NewJob
from models.proposals import Approval, Objection
from models.written import look_up
from planner.lessons.learning import learns
from planner.notices import NEVER, never_notice, whom_to_tell

log = logging.getLogger(__name__)

LOUD = 3
"""So many times *never do this* about one rule, and its keepers hear of it: product.md 4.4."""

LEARNT: Mapping[Objection, Feedback] = {
    Objection.WRONG_PERSON: Feedback.WRONG_PERSON,
    Objection.TOO_EARLY: Feedback.TOO_EARLY,
    Objection.NOT_NEEDED: Feedback.NOT_USEFUL,
}


async def after_no(app: App, approval: Approval, member: Member | None) -> None:
    """What a no that counted leads to; doing it twice changes nothing."""
    said = LEARNT.get(approval.objection) if approval.objection is not None else None
    if said is not None and member is not None and What.FEEDBACK in learns(app.directives):
        await app.ledger.observe([_seen(approval, member, said, app)])
    if approval.objection is Objection.NEVER:
        await _bring_up(app, approval)


def _seen(approval: Approval, member: Member, said: Feedback, app: App) -> Observation:
    return Observation(
        team=approval.team,
        person=member.id,
        what=What.FEEDBACK,
        about=approval.proposal.rule,
        source=approval.id,
        value={"said": said.value},
        at=approval.at or app.clock.now(),
    )


async def _bring_up(app: App, approval: Approval) -> None:
    """One notice for a rule and what it proposes, whoever says it the third time."""
    rule, kind = approval.proposal.rule, approval.proposal.action.kind
    every = await app.ledger.objections(approval.team, Objection.NEVER)
    times = sum((each.proposal.rule, each.proposal.action.kind) == (rule, kind) for each in every)
    whom = whom_to_tell(app.directives)
    if times < LOUD or whom is None:
        return
    notice = never_notice(approval.team, rule, kind, times, await asyncio.to_thread(_difference, app, kind))
    payload = {"name": notice.name, "headline": notice.headline, "facts": list(notice.facts), "diff": notice.diff}
    job = NewJob(kind="notice", key=f"notice:{NEVER}", team=whom.team, lane=1, payload=payload)
    await app.store.fire(f"notice:{NEVER}", notice.name, job)
    log.info("%s", notice.headline, extra={"action": "never_brought_up", "team": approval.team})


def _difference(app: App, kind: str) -> str:
    """The change of the file that would say it; empty when it cannot be made out."""
    try:
        return never_again(look_up(Path(app.settings.directives_file)), kind)
    except OperatorError:
        return ""
