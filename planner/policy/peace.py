"""What people have put off or muted is not told to them: it stays in their Home, and others hear as before."""

from __future__ import annotations

from collections.abc import Iterable

from models.actions import AskIdentity, CommentOnIssue, RemindPerson, addressee
from models.cycles import History
from models.ids import PersonId
from models.proposals import Proposal, Verdict
from models.signals import Signal
from planner.hearers.approvals import approvers_of
from planner.matters import quiet
from planner.policy.law import law_in
from planner.still.factcheck import Ground


def awake(signals: Iterable[Signal], person: PersonId, ground: Ground, history: History) -> tuple[Signal, ...]:
    """Those of ``signals`` that ``person`` wants to hear of, that nobody else has taken upon themselves, and that no
    message they asked for tells already."""
    now = ground.snapshot.now
    theirs = (signal for signal in signals if not ground.is_promised(signal.id, person))
    free = (signal for signal in theirs if not quiet.claimed(signal, person, history.hushes, now))
    return tuple(signal for signal in free if not quiet.hushed(signal, person, history.hushes, now))


def left_in_peace(proposal: Proposal, ground: Ground, history: History) -> bool:
    """Whether the one person who would hear of ``proposal``, or be asked for a yes, wants to hear of none of it."""
    if isinstance(proposal.action, RemindPerson):
        return False  # weighed line by line
    person = _hearer(proposal, ground)
    about = [signal for name in proposal.signals for signal in ground.by_id.get(name, ())[:1]]
    if person is None or not about or person == proposal.asked_by:
        return False
    return not awake(about, person, ground, history)


def _hearer(proposal: Proposal, ground: Ground) -> PersonId | None:
    """Whom it addresses; of what addresses nobody, whoever is asked first when it takes a yes."""
    action, snapshot = proposal.action, ground.snapshot
    if isinstance(action, CommentOnIssue | AskIdentity):
        return addressee(action)
    team = ground.directives.team(snapshot.team)
    law = law_in(action, team, ground.directives)
    if law.verdict is not Verdict.ASK:
        return None
    return next(iter(approvers_of(law.role, team, snapshot.people, snapshot.now)), None)
