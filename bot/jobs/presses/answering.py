"""One answer to one question, whichever way it came: checked, then one conditional update; the loser learns who won."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.app import App
from bot.jobs.presses.authority import Answerer, answered_already, member_of, refusal
from bot.jobs.stepping import after_answer
from models.cycles import WhyRecord
from models.ids import PersonId
from models.mailbox import Job
from models.proposals import Approval, ApprovalState, Objection
from models.work import Person
from planner.asked.pressed.endings import is_theirs
from planner.bounds.limits import Place
from planner.bounds.worktime import person_calendar
from planner.facts.observe import people_of
from planner.hearers.putting_off import put_off

MEANWHILE = "This was put off or changed at the same moment. Look at the card."


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A yes, or a no and why."""

    approve: bool
    objection: Objection | None = None
    note: str = ""

    @property
    def wanted(self) -> ApprovalState:
        """What the question becomes if this counts."""
        return ApprovalState.APPROVED if self.approve else ApprovalState.REJECTED


async def settle(app: App, job: Job, who: Answerer, answer: Answer) -> str | None:
    """Why the answer did nothing; ``None`` when it counted, also when an earlier try died after it had."""
    approval = await app.ledger.approval(who.approval)
    if job.attempts > 1 and approval is not None and _counted(app, who, approval, answer):
        await after_answer(app, approval)
        return None
    refused = await refusal(app, who, approval)
    if refused is not None or approval is None:
        return refused
    member = member_of(app, approval, who.user)
    assert member is not None
    again = await _not_before(app, approval, member.id) if answer.objection is Objection.TOO_EARLY else None
    settled = await app.ledger.decide(
        approval.id,
        by=member.id,
        approve=answer.approve,
        version=who.version,
        note=answer.note,
        objection=answer.objection,
        again=again,
    )
    if settled.state is not answer.wanted or settled.by != member.id:
        return answered_already(app, who, settled)
    await after_answer(app, settled)
    return None


async def put_off_until(app: App, job: Job, who: Answerer, chosen: str) -> str | None:
    """Why the question is not put off; ``None`` when it is."""
    approval = await app.ledger.approval(who.approval)
    member = member_of(app, approval, who.user) if approval is not None else None
    if job.attempts > 1 and approval and member and approval.put_off_by == member.id:
        return None  # an earlier try died after it had counted
    refused = await refusal(app, who, approval)
    if refused is not None or approval is None or member is None:
        return refused
    at = Place(approval.team, await _people(app, approval), app.directives, app.clock.now())
    wanted = put_off(approval, chosen, member.id, at)
    if isinstance(wanted, str):
        return wanted
    return None if await app.ledger.put_off(approval, wanted, member.id) else MEANWHILE


async def own_yes(app: App, record: WhyRecord | None, person: PersonId) -> None:
    """Whoever has pressed exactly what a question of their own asks, and may answer it, has said yes to it.

    A new wish is confirmed as it is taken down; this is for one that had been asked before the press.
    """
    asked = record.approval if record is not None else None
    if record is not None and asked is not None and is_theirs(record, person, app.directives):
        await app.ledger.decide(asked.id, by=person, approve=True, version=asked.payload_hash)


async def _not_before(app: App, approval: Approval, by: PersonId) -> datetime | None:
    """The next working morning of whoever says that it is too early. What a person asked for is theirs to ask again."""
    if approval.proposal.asked_by is not None:
        return None
    people = await _people(app, approval)
    calendar = person_calendar(app.directives, approval.team, people.get(by, by))
    return calendar.next_morning(app.clock.now())


async def _people(app: App, approval: Approval) -> dict[PersonId, Person]:
    return dict(people_of(await app.store.facts_about(approval.team)))


def _counted(app: App, who: Answerer, approval: Approval, answer: Answer) -> bool:
    member = member_of(app, approval, who.user)
    return member is not None and approval.by == member.id and approval.state is answer.wanted
