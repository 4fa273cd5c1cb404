"""What people have put off or muted is not told to them: it stays in their Home, and others hear as before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from models.actions import AskIdentity, CommentOnIssue, Escalate, RemindPerson, addressee
from models.cycles import History
from models.hushes import Hush
from models.ids import PersonId
from models.proposals import Proposal, Verdict
from models.signals import Signal
from planner.hearers.approvals import approvers_of
from planner.matters import quiet
from planner.policy.law import law_for
from planner.still.factcheck import Ground


def awake(signals: Iterable[Signal], person: PersonId, ground: Ground, history: History) -> tuple[Signal, ...]:
    """Those of ``signals`` that ``person`` wants to hear of, that nobody else has taken upon themselves, and that no
    message they asked for tells already."""
    now = ground.snapshot.now
    theirs = (signal for signal in signals if not ground.is_promised(signal.id, person))
    free = (signal for signal in theirs if not _spared(signal, person, history.hushes, now))
    return tuple(signal for signal in free if not quiet.hushed(signal, person, history.hushes, now))


def _spared(signal: Signal, person: PersonId, hushes: Sequence[Hush], now: datetime) -> bool:
    """Whether the word of somebody else is enough: they have it, or say that it is over before it goes further up."""
    if quiet.claimed(signal, person, hushes, now):
        return True
    return signal.step > 0 and quiet.called_over(signal, person, hushes, now) is not None


def left_in_peace(proposal: Proposal, ground: Ground, history: History) -> bool:
    """Whether the one person who would hear of ``proposal``, or be asked for a yes, wants to hear of none of it."""
    if isinstance(proposal.action, RemindPerson):
        return False  # weighed line by line
    person, now = _hearer(proposal, ground), ground.snapshot.now
    about = [signal for name in proposal.signals for signal in ground.by_id.get(name, ())[:1]]
    if isinstance(proposal.action, Escalate) and any(quiet.called_over(s, None, history.hushes, now) for s in about):
        return True
    if person is None or not about or person == proposal.asked_by:
        return False
    return not awake(about, person, ground, history)


def _hearer(proposal: Proposal, ground: Ground) -> PersonId | None:
    """Whom it addresses; of what addresses nobody, whoever is asked first when it takes a yes."""
    action, snapshot = proposal.action, ground.snapshot
    if isinstance(action, CommentOnIssue | AskIdentity):
        return addressee(action)
    team = ground.directives.team(snapshot.team)
    law = law_for(proposal, team, ground.directives)
    if law.verdict is not Verdict.ASK:
        return None
    return next(iter(approvers_of(law.role, team, snapshot.people, snapshot.now)), None)
