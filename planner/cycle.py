"""The whole story of one look: facts to signals to proposals to recorded decisions. It never touches the world."""

from __future__ import annotations

from models.cycles import Cycle
from models.events import Trigger
from models.ids import CycleId, named
from planner.detect import detect
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
    decided = decide_all(proposals, snapshot, desk.directives, history)
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
        thought_by=desk.mind.name,
    )
    recorded = tuple(await desk.ledger.record(cycle))
    return Looked(len(findings.signals), recorded, cycle.next_look)
