"""The whole story of one look: facts to signals to proposals to recorded decisions. It never touches the world."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from models.cycles import Cycle, History
from models.events import Reason, Trigger
from models.ids import CycleId, named
from models.proposals import Approval
from models.work import Facts
from planner.detect import detect
from planner.factcheck import Ground, is_over
from planner.observe import observe
from planner.policy import decide_all
from planner.ports import Desk, Looked
from planner.urgency import next_look, urgency_of


async def run_cycle(trigger: Trigger, desk: Desk) -> Looked:
    """Turn one trigger into recorded decisions; carrying them out is somebody else's work.

    Raises ``LostLease`` when another worker has taken over, and ``VendorError`` from the mind.
    """
    now = desk.clock.now()
    facts = await desk.work.facts_about(trigger.team)
    snapshot = observe(facts, trigger, now)
    findings = detect(snapshot, desk.directives)
    proposals = await desk.mind.propose(snapshot, findings.signals, trigger, desk.directives)
    history = await desk.ledger.history(trigger.team)
    ground = Ground.of(snapshot, desk.directives, findings, digest_due=trigger.reason is Reason.DIGEST)
    overtaken = _overtaken(history, trigger, facts, ground)
    history = _without(history, overtaken)
    decided = decide_all(proposals, snapshot, desk.directives, history, ground)
    level = urgency_of(findings.signals, snapshot, desk.directives)
    cycle = Cycle(
        id=CycleId(named(trigger.team, trigger.reason, now.isoformat())),
        trigger=trigger,
        at=now,
        directives_version=desk.directives.version,
        signals=findings.signals,
        decided=decided,
        urgency=level,
        next_look=next_look(level, findings, decided, desk.directives, now),
        overtaken=tuple(approval.id for approval in overtaken),
        thought_by=desk.mind.name,
    )
    recorded = tuple(await desk.ledger.record(cycle))
    return Looked(len(findings.signals), recorded, cycle.next_look)


def _overtaken(history: History, trigger: Trigger, facts: Facts, ground: Ground) -> tuple[Approval, ...]:
    """The pending questions this look shows to be over; one that does not see all that is watched shows nothing."""
    if trigger.sprint is not None or not facts.whole:
        return ()
    return tuple(approval for approval in history.pending if is_over(approval.proposal, ground))


def _without(history: History, overtaken: Sequence[Approval]) -> History:
    """What remains: somebody whose last question goes has no open card for another to join."""
    gone = {approval.id for approval in overtaken}
    left = tuple(approval for approval in history.pending if approval.id not in gone)
    closed = {approval.approvers[0] for approval in overtaken} - {approval.approvers[0] for approval in left}
    return replace(history, pending=left, open_cards=history.open_cards - closed)
