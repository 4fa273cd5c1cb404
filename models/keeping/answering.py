"""An answer to a question: the first one wins, and whoever comes later gets the question as it is by then."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from models.cycles import Edit
from models.ids import ApprovalId
from models.keeping import approvals as asks
from models.keeping import editing
from models.proposals import Approval, ApprovalState
from models.tables.asks import approvals


def decide(connection: Connection, approval: ApprovalId, said: asks.Said, now: datetime, real: datetime) -> Approval:
    """A yes plans the effect in the same transaction. Raises ``KeyError`` for an id nobody has."""
    won = asks.answer(connection, approval, said, now, real)
    if won is None:
        return _as_it_is(connection, approval, now, real)
    if said.approve:
        asks.plan_approved(connection, won, now, real)
    return won


def edit(connection: Connection, wanted: Edit, now: datetime, real: datetime) -> Approval:
    """A yes to something else, planned in the same transaction. Raises ``KeyError`` for an id nobody has."""
    won = editing.replaced(connection, wanted, now, real)
    return won or _as_it_is(connection, wanted.approval, now, real)


def _as_it_is(connection: Connection, approval: ApprovalId, now: datetime, real: datetime) -> Approval:
    """A question nobody could answer any more; one whose time is over has lapsed."""
    asks.close(connection, (approvals.c.id == approval) & asks.lapsed(now), ApprovalState.EXPIRED, now, real)
    found = asks.get(connection, approval)
    if found is None:
        raise KeyError(approval)
    return found
