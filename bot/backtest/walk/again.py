"""What people did is done once more, by the same rows that a real press would change."""

from __future__ import annotations

from dataclasses import replace

from bot.app import App
from bot.jobs.presses.took import SKIPPED
from bot.jobs.stepping import after_answer
from models.actions import RemindPerson
from models.cycles import Cycle, Edit
from models.events import Reason, Trigger
from models.ids import CycleId, ProposalId, TeamId, named
from models.lessons import What
from models.mailbox import look_at
from models.presses import (
    Answered,
    Edited,
    Hushed,
    Lifted,
    Preferred,
    Press,
    Pressed,
    PutOffTill,
    Rested,
    Skipped,
    SteppedBack,
    Taught,
    Trusted,
    Wished,
)
from models.proposals import Approval, Decided, Decision, Proposal, Verdict
from models.work import SprintState
from planner.asked.relay import all_the_same
from planner.asked.undo import allowed
from planner.bounds.limits import Place
from planner.facts.observe import observe, people_of
from planner.hearers.contact import NO_WISH, wishes
from planner.hearers.putting_off import put_off
from planner.policy import as_recorded, decide


async def press_again(press: Press, app: App) -> None:
    """Do what somebody did; where there is nothing to press, because nothing was said, nothing happens."""
    match press:
        case Answered() | Edited() | PutOffTill():
            await _about_question(press, app)
        case Hushed() | Lifted():
            await _hushed(press, app)
        case Pressed():
            await _answered(press, app)
        case Taught(observation=seen):
            await (app.ledger.say(seen) if seen.what is What.SAID else app.ledger.observe([seen]))
        case Wished():
            await _wished(press, app)
        case Rested() | Skipped():
            await _quietened(press, app)
        case SteppedBack() | Trusted() | Preferred():
            await _ruled(press, app)


async def _hushed(press: Hushed | Lifted, app: App) -> None:
    """Put off as it was when it began, for the store keeps no end with it: how it ends is to be seen."""
    match press:
        case Hushed(hush=hush):
            await app.ledger.hush(hush)
        case Lifted(team=team, person=person, hush=name):
            await app.ledger.unhush(team, person, [name])


async def _about_question(press: Answered | Edited | PutOffTill, app: App) -> None:
    asked = await _pending(app, press.team, press.proposal)
    if asked is None:
        return
    match press:
        case Answered(by=by, approve=approve, note=note, objection=why, again=again):
            said = await app.ledger.decide(asked.id, by=by, approve=approve, note=note, objection=why, again=again)
            await after_answer(app, said)
        case Edited():
            await app.ledger.edit(_edit(press, asked, app))
        case PutOffTill(by=by, until=until):
            people = people_of(await app.store.facts_about(press.team))
            at = Place(press.team, people, app.directives, app.clock.now())
            wanted = put_off(asked, until.isoformat(), by, at)
            if not isinstance(wanted, str):
                await app.ledger.put_off(asked, wanted, by)


async def _pending(app: App, team: TeamId, proposal: ProposalId) -> Approval | None:
    waiting = await app.ledger.pending()
    return next((each for each in waiting if each.team == team and each.proposal.id == proposal), None)


def _edit(press: Edited, asked: Approval, app: App) -> Edit:
    proposal = press.became
    said = Decision(
        verdict=Verdict.ASK,
        rule=asked.decision_rule,
        reason="edited and approved",
        approvers=asked.approvers,
        expires=asked.expires,
    )
    name = CycleId(named(Reason.REQUEST, "edit", proposal.id))
    cycle = _taken_down(name, proposal, said, press.team, app)
    return Edit(approval=asked.id, version=asked.payload_hash, by=press.by, cycle=cycle)


def _taken_down(name: CycleId, proposal: Proposal, decision: Decision, team: TeamId, app: App) -> Cycle:
    """What somebody wants, as it was written down."""
    now = app.clock.now()
    return Cycle(
        id=name,
        trigger=Trigger(team=team, reason=Reason.REQUEST, at=now),
        at=now,
        directives_version=app.directives.version,
        signals=(),
        decided=(Decided(proposal, decision),),
        urgency=proposal.urgency,
        next_look=now,
        thought_by="a person",
    )


async def _answered(press: Pressed, app: App) -> None:
    sent = await app.ledger.effect(press.effect)
    if sent is not None and {"channel", "ts"} <= sent.receipt.keys():
        await app.ledger.answered(press.person, sent.receipt["channel"], sent.receipt["ts"])


async def _wished(press: Wished, app: App) -> None:
    """Policy decides it anew, by the constitution that is tried."""
    proposal, team = press.proposal, app.directives.team(press.team)
    if proposal.undoes is not None:
        undone = await app.ledger.effect(proposal.undoes)
        if undone is None:
            return
        decision = allowed(undone, app.directives)
    else:
        now, facts = app.clock.now(), await app.store.facts_about(press.team)
        snapshot = observe(facts, Trigger(team=press.team, reason=Reason.REQUEST, at=now), now)
        decision = decide(proposal, snapshot, app.directives, await app.ledger.history(press.team))
        if isinstance(proposal.action, RemindPerson):
            decision = all_the_same(proposal, decision)
    cycle = _taken_down(press.cycle, proposal, as_recorded(decision, proposal, team), press.team, app)
    await app.ledger.record(replace(cycle, own_yes=press.own_yes))


async def _quietened(press: Rested | Skipped, app: App) -> None:
    if isinstance(press, Skipped):
        await _skipped(press, app)
    elif press.pause is not None:
        await app.store.pause(press.team, press.pause)
    elif await app.store.paused(press.team):
        await app.store.resume(press.team, press.by)


async def _ruled(press: SteppedBack | Trusted | Preferred, app: App) -> None:
    """By what policy decides from then on; what was put off by the old word may be due."""
    match press:
        case SteppedBack(team=team, step=step):
            await app.roster.step_back(team, step)
        case Trusted(team=team, kind=kind):
            await app.roster.trust_again(team, kind)
        case Preferred(person=person, wish=wish):
            await app.roster.wish(person, wishes({person: wish}).get(person, NO_WISH))
    await app.mailbox.put(look_at(press.team))


async def _skipped(press: Skipped, app: App) -> None:
    """As the menu of a summary keeps it: with the sprint that ends first."""
    if not press.skip:
        await app.store.forget(press.team, "digest", SKIPPED)
        return
    facts = await app.store.facts_about(press.team)
    running = (sprint for sprint in facts.sprints if sprint.state is SprintState.ACTIVE)
    first = min(running, key=lambda each: (each.end is None, each.end, each.id), default=None)
    if first is not None:
        members = app.directives.team(press.team).members
        name = next((member.name for member in members if member.slack == press.by), press.by)
        await app.store.remember(press.team, "digest", SKIPPED, {"sprint": first.id, "name": name})
