"""The whole story of one look: facts to signals to proposals to recorded decisions. It never touches the world."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from models.actions import Reassign
from models.cycles import Cycle, History, cycle_of
from models.directives import Directives
from models.events import Reason, Trigger
from models.ids import IssueKey, PersonId, SignalId
from models.money import NANO
from models.proposals import Approval, Proposal
from models.signals import Findings, Urgency
from models.work import Facts, Snapshot
from planner.detect import detect
from planner.facts.observe import observe
from planner.hearers.urgency import next_look, urgency_of
from planner.lessons.learning import lessons_of, observed
from planner.matters.pressing import pressing
from planner.matters.quiet import ended_by, wakes, with_alarms
from planner.matters.sayings import in_hand, with_sayings
from planner.policy import decide_all
from planner.ports import Desk, Looked
from planner.reports.daily import still_known
from planner.still.clocks import go_further, ripening
from planner.still.factcheck import Ground, is_over
from planner.still.standing import stood


async def run_cycle(trigger: Trigger, desk: Desk) -> Looked:
    """Turn one trigger into recorded decisions; carrying them out is somebody else's work.

    Raises ``LostLease`` when another worker has taken over, and ``VendorError`` from the mind.
    """
    now = desk.clock.now()
    facts = await desk.work.facts_about(trigger.team)
    history = await desk.ledger.history(trigger.team)
    digest_due = trigger.reason is Reason.DIGEST
    known = await desk.ledger.known_items(trigger.team) if digest_due else {}
    snapshot = _seen(observe(facts, trigger, now), history, facts, known)
    snapshot, findings = _found(snapshot, history, desk.directives, digest_due=digest_due)
    thinking = await desk.mind.weigh(snapshot, findings.signals, trigger, desk.directives)
    awaited = wakes(history, facts, snapshot, findings.signals, desk.directives) if trigger.sprint is None else ()
    promises = [wake.proposal for wake in awaited if wake.proposal is not None]
    ground = Ground.of(snapshot, desk.directives, findings, digest_due=digest_due, promises=promises)
    overtaken = _overtaken(history, trigger, facts, ground)
    history = _without(history, overtaken)
    lessons = lessons_of(history.experience.observations, desk.directives)
    decided = decide_all(thinking.proposals, snapshot, desk.directives, history, ground, lessons)
    level = urgency_of(findings.signals, snapshot, desk.directives)
    ripe = ripening(with_alarms(findings, history.hushes, now), decided, ground, history)
    cycle = Cycle(
        id=cycle_of(trigger, now),
        trigger=trigger,
        at=now,
        directives_version=desk.directives.version,
        signals=findings.signals,
        decided=decided,
        urgency=level,
        pressing=pressing(level, findings.signals, snapshot, desk.directives),
        next_look=next_look(level, ripe, decided, desk.directives, now),
        overtaken=tuple(approval.id for approval in overtaken),
        woken=ended_by(awaited, decided),
        stood=stood(history.living, ground) if _sees_all(trigger, facts) else (),
        thought_by=thinking.by,
        cost_usd=thinking.cost.nano / NANO,
        learnt=observed(history.experience, trigger.acts, facts, snapshot, findings.signals, desk.directives),
    )
    recorded = tuple(await desk.ledger.record(cycle))
    return Looked(len(findings.signals), recorded, cycle.next_look, thinking.dropped, cycle.id)


def _seen(seen: Snapshot, history: History, facts: Facts, known: Mapping[SignalId, Urgency]) -> Snapshot:
    """What the facts show, and what is on record of it."""
    return replace(seen, offered=_offered(history), refused=_refused(history, facts), known=known)


def _found(
    snapshot: Snapshot, history: History, directives: Directives, *, digest_due: bool
) -> tuple[Snapshot, Findings]:
    """What the rules find and what people have said of it; a summary need not tell what is known or in hand."""
    findings = go_further(detect(snapshot, directives), snapshot, directives, history)
    findings = with_sayings(findings, history.hushes, snapshot, directives, aloud=digest_due)
    if not digest_due:
        return snapshot, findings
    known = still_known(snapshot.known, findings.signals, snapshot, directives)
    return replace(snapshot, known={**in_hand(findings, history.hushes, snapshot.now), **known}), findings


def _offered(history: History) -> Mapping[IssueKey, PersonId]:
    """Which tickets a question that waits would give to whom."""
    asked = (approval.proposal.action for approval in history.pending)
    return {each.issue: each.taker for each in asked if isinstance(each, Reassign) and each.taker is not None}


def _refused(history: History, facts: Facts) -> Mapping[IssueKey, frozenset[PersonId]]:
    """Whom an approver has called wrong for what has had no owner since: the ticket waits for the next candidate."""
    since = {issue.key: issue.unassigned_since or issue.created for issue in facts.issues if issue.assignee is None}
    found: dict[IssueKey, frozenset[PersonId]] = {}
    for said in history.wrong:
        match said.proposal:
            case Proposal(action=Reassign(issue=key, taker=str(taker)), signals=(_, *_)) if (
                key in since and said.asked_at >= since[key]
            ):
                found[key] = found.get(key, frozenset()) | {taker}
    return found


def _overtaken(history: History, trigger: Trigger, facts: Facts, ground: Ground) -> tuple[Approval, ...]:
    """The pending questions this look shows to be over; one that does not see all that is watched shows nothing."""
    if not _sees_all(trigger, facts):
        return ()
    return tuple(approval for approval in history.pending if is_over(approval.proposal, ground))


def _sees_all(trigger: Trigger, facts: Facts) -> bool:
    return trigger.sprint is None and bool(facts.whole)


def _without(history: History, overtaken: Sequence[Approval]) -> History:
    """What remains: somebody whose last question goes has no open card for another to join."""
    gone = {approval.id for approval in overtaken}
    left = tuple(approval for approval in history.pending if approval.id not in gone)
    closed = {approval.approvers[0] for approval in overtaken} - {approval.approvers[0] for approval in left}
    return replace(history, pending=left, open_cards=history.open_cards - closed)
