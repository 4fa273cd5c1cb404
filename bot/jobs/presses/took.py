"""A press in the daily summary does the asked thing once, for whoever of the team was first; nobody is pinged."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

from bot.app import App
from bot.jobs.presses.acting import may_act
from bot.jobs.presses.answering import own_yes
from bot.jobs.presses.press import Press, settle_press
from bot.jobs.presses.telling import is_gone
from bot.views.digest import Pressed as Shown
from bot.views.parts.moments import moment
from models.actions import Item, PostDigest
from models.cycles import WhyRecord
from models.directives import Member, Team
from models.errors import Refused, VendorError
from models.hushes import End, Hush
from models.ids import EffectId, IssueKey, ProposalId, SignalId, TeamId
from models.mailbox import Job
from models.proposals import AskedIn, Effect, EffectState, Verdict
from models.work import Facts, SprintState
from planner.asked.pressed.claims import Claim, Mark, claim_of, claimable, mark_of, overtaken, stands
from planner.asked.pressed.endings import Pressed, conclude
from planner.asked.requests.story import wish_of
from planner.facts.observe import is_ours
from planner.words.titles import called, name_of

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
    standing = await _standing(app, at.effect, item)
    if standing is not None:
        refusal = await _once_more(app, at, *standing)
    else:
        refusal = await _overtaken(app, job, at, item) or await _take(app, job, at, item)
    if not await show(app, at.effect) and refusal is None:
        await _say_instead(app, take.press, at, item)
    return refusal


async def _standing(app: App, effect: Effect, item: Item) -> tuple[Claim, WhyRecord | None] | None:
    """Who has it, and what it led to; ``None`` while it may be taken."""
    claim = claim_of((await _claims(app, effect)).get(item.signal))
    record = await app.ledger.why(ProposalId(claim.proposal)) if claim and claim.proposal else None
    holds = claim is not None and stands(claim, record) and await _holds(app, effect.team, claim, item)
    return (claim, record) if claim is not None and holds else None


async def _holds(app: App, team: TeamId, claim: Claim, item: Item) -> bool:
    """Whether they have not taken back that they do it; of an earlier day it stays as it was said."""
    day = app.clock.now().astimezone(app.directives.team(team).tz).date()
    if claim.end is not End.TODAY or claim.at.astimezone(app.directives.team(team).tz).date() < day:
        return True
    held = await app.ledger.hushes(team, claim.by)
    return any(hush.subject == item.subject and hush.said is not None and hush.said.end is claim.end for hush in held)


async def _once_more(app: App, at: Found, claim: Claim, record: WhyRecord | None) -> str | None:
    """Whoever has it has it; an earlier try of theirs may have died before their own yes. Others hear who was first."""
    if claim.by == at.who.id:
        await own_yes(app, record, at.who.id)
        return None
    name, when = name_of(claim.by, at.team.id, app.directives), moment(claim.at, at.who.zone, app.clock.now())
    return f"{name} was first, at {when}. Nothing was done."


async def _overtaken(app: App, job: Job, at: Found, item: Item) -> str | None:
    """Why there is nothing left to take; what this very press has taken, in an earlier try, is not in its own way."""
    if job.attempts > 1 and await app.ledger.why(wish_of(str(job.payload["inbox"]))) is not None:
        return None
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
    await own_yes(app, record, at.who.id)
    return None


async def _keep(app: App, at: Found, item: Item, hush: Hush, end: End) -> None:
    """Who has it is remembered with the summary; nobody else is reminded of it meanwhile."""
    claim = Claim(end=end, by=at.who.id, at=hush.at, proposal=hush.said.proposal if hush.said else "")
    await app.ledger.hush(hush)
    await app.ledger.redraw_about(at.team.id, item.subject, at.who.id)
    who, detail = at.who.slack or at.who.id, f"{end} {item.subject}"
    await app.ledger.audit(team=at.team.id, who=who, what="took", about=item.signal, detail=detail)
    await app.store.remember(at.team.id, about(at.effect.id), item.signal, claim.kept())


async def _reread(app: App, team: Team, item: Item) -> None:
    if not is_ours(IssueKey(item.subject), team):
        return
    try:
        await app.sync.issues(team.id, [item.subject])
    except VendorError as failure:
        log.warning("a press goes by what was known: %s", failure, extra={"action": "reread_failed"})


# --- drawn again ------------------------------------------------------------------------------------------------


async def show(app: App, effect: Effect) -> bool:
    """Draw the summary again from the ledger; what is lost is drawn with the next press.

    ``False`` for one that can never be edited again: then whoever pressed has to be told otherwise.
    """
    try:
        await redraw(app, effect)
    except VendorError as failure:
        log.warning("a summary was not drawn again: %s", failure, extra={"action": "redraw_lost"})
        return not is_gone(failure)
    return True


async def _say_instead(app: App, press: Press, at: Found, item: Item) -> None:
    """What the line would say, to whoever pressed it."""
    standing = await _standing(app, at.effect, item)
    if standing is not None:
        mark = mark_of(*standing, at.team, app.directives)
        when = moment(standing[0].at, at.who.zone, app.clock.now())
        await app.notify.whisper(press.response_url, f"{called(item.subject)}: {mark.words.format(at=when)}.")


async def redraw(app: App, effect: Effect) -> None:
    """As ``show``; raises as ``Slack.update``. Doing it twice changes nothing."""
    await app.notify.refresh_digest(effect, partial(_shown, app, effect))


async def _shown(app: App, effect: Effect) -> Shown:
    team = app.directives.team(effect.team)
    assert isinstance(effect.action, PostDigest)
    facts, claims = await app.store.facts_about(team.id), await _claims(app, effect)
    marks: dict[SignalId, Mark] = {}
    for item in effect.action.items:
        mark = await _mark(app, item, claims.get(item.signal), facts, team)
        marks |= {item.signal: mark} if mark is not None else {}
    return Shown(
        offers=claimable(effect.action.items, facts),
        marks=marks,
        zone=team.zone,
        skipped=await skipped_words(app, team.id, facts),
    )


async def _mark(app: App, item: Item, kept: object, facts: Facts, team: Team) -> Mark | None:
    claim = claim_of(kept)
    record = await app.ledger.why(ProposalId(claim.proposal)) if claim and claim.proposal else None
    if claim is not None and stands(claim, record) and await _holds(app, team.id, claim, item):
        return mark_of(claim, record, team, app.directives)
    over = overtaken(item, team.members[0].id, facts, team) if item.signal in claimable([item], facts) else ""
    return Mark(over, None, done=True) if over and "is yours" not in over else None


async def shown_in_digest(app: App, record: WhyRecord) -> bool:
    """Whether what came of a request is told by the summary in which it was pressed, which is drawn again.

    What came to nothing, or cannot be shown there any more, is told to whoever pressed as well. Raises ``VendorError``
    to be tried again.
    """
    asked = record.proposal.asked_in
    if asked is None:
        return False
    held = await app.ledger.hushes(record.team, asked.person)
    said = next((h.said for h in held if h.said is not None and h.said.proposal == record.proposal.id), None)
    effect = await app.ledger.effect(EffectId(said.effect)) if said is not None else None
    if effect is None or not isinstance(effect.action, PostDigest):
        return False
    try:
        await redraw(app, effect)
    except Refused as refused:
        if not is_gone(refused):
            raise
        return False
    return record.effect is EffectState.SENT


async def _claims(app: App, effect: Effect) -> Mapping[str, object]:
    return await app.store.recall(effect.team, about(effect.id))


def about(effect: EffectId) -> str:
    """Under this name memory keeps what was pressed in a summary."""
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
