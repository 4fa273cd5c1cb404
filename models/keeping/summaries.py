"""What a team need not be told again in its daily summary: what stood in an earlier one, and what was refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from models.actions import PostDigest
from models.ids import SignalId, TeamId
from models.keeping.records import load
from models.proposals import ApprovalState, EffectState, Objection, Proposal
from models.signals import Urgency
from models.tables.asks import approvals
from models.tables.outbox import effects

REMEMBERED = timedelta(days=60)
"""How far back is looked (company time): longer than any sprint whose tickets a summary could still tell of."""

_OF_NO_MATTER = (Objection.TOO_EARLY, Objection.WRONG_PERSON)
"""A no that leaves the matter open: it may be proposed again, or of somebody else."""


def known(connection: Connection, team: TeamId, now: datetime) -> Mapping[SignalId, Urgency]:
    """By episode and step, the highest urgency with which it was posted or refused."""
    found: dict[SignalId, Urgency] = {}
    for name, urgency in (*_posted(connection, team, now), *_refused(connection, team, now)):
        found[name] = max(urgency, found.get(name, Urgency.LOW))
    return found


def _posted(connection: Connection, team: TeamId, now: datetime) -> Iterator[tuple[SignalId, Urgency]]:
    """The lines of the summaries that really stand in the channel."""
    sent = select(effects.c.action).where(
        effects.c.team == team,
        effects.c.kind == PostDigest.kind,
        effects.c.state == EffectState.SENT.value,
        effects.c.planned >= now - REMEMBERED,
    )
    for row in connection.execute(sent).mappings():
        for item in load(PostDigest, row["action"]).items:
            yield item.signal, Urgency[item.urgency.upper()]


def _refused(connection: Connection, team: TeamId, now: datetime) -> Iterator[tuple[SignalId, Urgency]]:
    """What somebody has said no to; a no to a whole summary is a no to nothing in it."""
    said = select(approvals.c.proposal).where(
        approvals.c.team == team,
        approvals.c.state == ApprovalState.REJECTED.value,
        approvals.c.reason.not_in([each.value for each in _OF_NO_MATTER]),
        approvals.c.asked_at >= now - REMEMBERED,
    )
    for row in connection.execute(said).mappings():
        proposal = load(Proposal, row["proposal"])
        if not isinstance(proposal.action, PostDigest):
            yield from ((name, proposal.urgency) for name in proposal.signals)
