"""A press in the daily summary does the asked thing once, for whoever of the team was first; nobody is pinged."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.app import App
from bot.jobs.presses.acting import may_act
from bot.jobs.presses.press import ELSEWHERE, Press, settle_press
from bot.views.digest import Pressed as Shown
from bot.views.parts.moments import moment
from models.actions import Item, PostDigest
from models.cycles import WhyRecord
from models.directives import Member, Team
from models.errors import VendorError
from models.hushes import End, Hush
from models.ids import EffectId, IssueKey, ProposalId, SignalId, TeamId
from models.mailbox import Job
from models.proposals import AskedIn, Effect, EffectState, Verdict
from models.work import Facts, SprintState
from planner.asked.pressed.claims import Claim, Mark, claim_of, claimable, mark_of, overtaken, stands
from planner.asked.pressed.endings import Pressed, conclude, is_theirs
from planner.facts.observe import is_ours
from planner.words.titles import name_of

log = logging.getLogger(__name__)

STRANGER = "Only members of the team can press that. Nothing was done."
UNKNOWN = "This summary is not on record here, so nothing was done."
SKIPPED = "skip"
"""The key under which a team's digest is remembered to be left out."""


@dataclass(frozen=True, slots=True)
class Found:
    """A summary that was posted, and who of its team has pressed something in it."""

    team: Team
    effect: Effect
    action: PostDigest
    who: Member


@dataclass(frozen=True, slots=True)
class Take:
    """A press of a line's button."""

    press: Press
    proposal: str
    signal: SignalId


async def settle_one(app: App, job: Job) -> None:
    """Do it, or refuse privately and write down who tried."""
    await settle_press(app, job, read=_read, settle=_settle, refused="took_refused", about=lambda take: take.signal)


def _read(press: Press) -> Take:
    return Take(press, str(press.value["a"]), SignalId(str(press.value["s"])))


async def found(app: App, press: Press, proposal: str, *, anywhere: bool = False) -> Found | str:
    """The summary that was pressed where it stands, or why the press does not count. Raises ``VendorError``.

    ``anywhere`` is for what may be pressed in its thread as well.
    """
    if app.slack is None or press.workspace != await app.slack.workspace():
        return ELSEWHERE
    effect = await app.ledger.carried_out(proposal)
    team = next((t for t in app.directives.teams if effect is not None and t.id == effect.team), None)
    if effect is None or team is None or not isinstance(effect.action, PostDigest):
        return UNKNOWN
    place = effect.receipt
    if place.get("channel") != press.channel or (place.get("ts") != press.ts and not anywhere):
        return UNKNOWN
    who = next((member for member in team.members if member.slack == press.user), None)
    if who is None or not await may_act(app, press.user):
        return STRANGER
    return Found(team, effect, effect.action, who)


async def _settle(app: App, job: Job, take: Take) -> str | None:
    at = await found(app, take.press, take.proposal)
    if isinstance(at, str):
        return at
    item = next((each for each in at.action.items if each.signal == take.signal), None)
    if item is None:
        return UNKNOWN
    refusal = await _refusal(app, job, at, item)
    if refusal is None:
        refusal = await _take(app, job, at, item)
    await show(app, at.effect)
    return refusal


async def _refusal(app: App, job: Job, at: Found, item: Item) -> str | None:
    """Why there is nothing left to take; empty for whoever has it already."""
    before = claim_of((await _claims(app, at.effect)).get(item.signal))
    record = await app.ledger.why(ProposalId(before.proposal)) if before and before.proposal else None
    if before is not None and stands(before, record):
        if before.by == at.who.id:
            return ""
        name, when = name_of(before.by, at.team.id, app.directives), moment(before.at, at.who.zone, app.clock.now())
        return f"{name} was first, at {when}. Nothing was done."
    await _reread(app, at.team, item)
    words = overtaken(item, at.who.id, await app.store.facts_about(at.team.id), at.team)
    return f"{words}. Nothing was done." if words else None


async def _take(app: App, job: Job, at: Found, item: Item) -> str | None:
    facts, desk = await app.store.facts_about(at.team.id), replace(app.desk(job), ledger=app.ledger)
    offer = claimable([item], facts).get(item.signal)
    if offer is None:
        return UNKNOWN
    asked_in, effect = AskedIn(person=at.who.id), at.effect.id
    pressed = Pressed(end=offer.end, item=item, who=at.who, facts=facts, effect=effect, asked_in=asked_in)
    hush = await conclude(pressed, desk, str(job.payload["inbox"]))
    proposal = hush.said.proposal if hush.said else ""
    record = await app.ledger.why(ProposalId(proposal)) if proposal else None
    if offer.end is End.TAKE and (record is None or record.decision.verdict is Verdict.DENY):
        return hush.said.words if hush.said else UNKNOWN
    await _keep(app, at, item, hush, offer.end)
    if record is not None and record.approval is not None and is_theirs(record, at.who.id, app.directives):
        asked = record.approval
        await app.ledger.decide(asked.id, by=at.who.id, approve=True, version=asked.payload_hash)
    return None


async def _keep(app: App, at: Found, item: Item, hush: Hush, end: End) -> None:
    """Who has it is remembered with the summary; nobody else is reminded of it meanwhile."""
    claim = Claim(end=end, by=at.who.id, at=hush.at, proposal=hush.said.proposal if hush.said else "")
    await app.store.remember(at.team.id, _about(at.effect.id), item.signal, claim.kept())
    await app.ledger.hush(hush)
    who, detail = at.who.slack or at.who.id, f"{end} {item.subject}"
    await app.ledger.audit(team=at.team.id, who=who, what="took", about=item.signal, detail=detail)
    await app.ledger.redraw_about(at.team.id, item.subject, at.who.id)


async def _reread(app: App, team: Team, item: Item) -> None:
    if not is_ours(IssueKey(item.subject), team):
        return
    try:
        await app.sync.issues(team.id, [item.subject])
    except VendorError as failure:
        log.warning("a press goes by what was known: %s", failure, extra={"action": "reread_failed"})


# --- drawn again ------------------------------------------------------------------------------------------------


async def show(app: App, effect: Effect) -> None:
    """Draw the summary again from the ledger; what is lost is drawn with the next press."""
    try:
        await redraw(app, effect)
    except VendorError as failure:
        log.warning("a summary was not drawn again: %s", failure, extra={"action": "redraw_lost"})


async def redraw(app: App, effect: Effect) -> None:
    """As ``show``; raises as ``Slack.update``. Doing it twice changes nothing."""
    team = app.directives.team(effect.team)
    assert isinstance(effect.action, PostDigest)
    facts, claims = await app.store.facts_about(team.id), await _claims(app, effect)
    marks: dict[SignalId, Mark] = {}
    for item in effect.action.items:
        mark = await _mark(app, item, claims.get(item.signal), facts, team)
        marks |= {item.signal: mark} if mark is not None else {}
    shown = Shown(
        offers=claimable(effect.action.items, facts),
        marks=marks,
        zone=team.zone,
        skipped=await skipped_words(app, team.id, facts),
    )
    await app.notify.refresh_digest(effect, shown)


async def _mark(app: App, item: Item, kept: object, facts: Facts, team: Team) -> Mark | None:
    claim = claim_of(kept)
    record = await app.ledger.why(ProposalId(claim.proposal)) if claim and claim.proposal else None
    if claim is not None and stands(claim, record):
        return mark_of(claim, record, team, app.directives)
    over = overtaken(item, team.members[0].id, facts, team) if item.signal in claimable([item], facts) else ""
    return Mark(over, None, done=True) if over and "is yours" not in over else None


async def shown_in_digest(app: App, record: WhyRecord) -> bool:
    """Whether what came of a request is told by the summary in which it was pressed, which is drawn again.

    What came to nothing is told to whoever pressed as well. Raises ``VendorError`` to be tried again.
    """
    asked = record.proposal.asked_in
    if asked is None:
        return False
    held = await app.ledger.hushes(record.team, asked.person)
    said = next((h.said for h in held if h.said is not None and h.said.proposal == record.proposal.id), None)
    effect = await app.ledger.effect(EffectId(said.effect)) if said is not None else None
    if effect is None or not isinstance(effect.action, PostDigest):
        return False
    await redraw(app, effect)
    return record.effect is EffectState.SENT


async def _claims(app: App, effect: Effect) -> Mapping[str, object]:
    return await app.store.recall(effect.team, _about(effect.id))


def _about(effect: EffectId) -> str:
    return f"digest:{effect}"


# --- left out until the sprint ends -----------------------------------------------------------------------------


async def skipped_words(app: App, team: TeamId, facts: Facts) -> str:
    """``No summary until Sprint 24 ends, says Dana Ortiz``; empty once that sprint does not run any more."""
    kept = (await app.store.recall(team, "digest")).get(SKIPPED)
    if not isinstance(kept, Mapping):
        return ""
    running = {sprint.id: sprint for sprint in facts.sprints if sprint.state is SprintState.ACTIVE}
    sprint = next((each for number, each in running.items() if number == kept.get("sprint")), None)
    if sprint is None:
        await app.store.forget(team, "digest", SKIPPED)
        return ""
    return f"No summary until {sprint.name} ends, says {kept.get('name', 'somebody')}"
