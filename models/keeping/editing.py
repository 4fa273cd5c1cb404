"""An approver's yes to something else than was proposed: one question is replaced by another that is answered already.

The old one is superseded by the same conditional update that lets only one answer win; the new one stands on the same
messages, and its action is planned in the same transaction.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, RowMapping, and_, insert, literal, select, update

from models.cycles import EDITED, Edit
from models.database import insert_into
from models.keeping import approvals as asks
from models.keeping import cycles as book
from models.keeping import effects as outbox
from models.keeping.records import dump, fingerprint
from models.proposals import Approval, ApprovalState
from models.tables.asks import approvals, cards


def replaced(connection: Connection, edit: Edit, at: datetime, real: datetime) -> Approval | None:
    """Answer the old question by the new one; ``None`` when the old one is not pending, has lapsed, or is another."""
    here = and_(approvals.c.id == edit.approval, asks.PENDING, approvals.c.expires > at)
    same = approvals.c.payload_hash == edit.version
    ended = {"state": ApprovalState.SUPERSEDED.value, "by": edit.by, "at": at, "note": EDITED}
    won = connection.execute(update(approvals).where(here, same).values(**ended).returning(*approvals.c))
    old = won.mappings().first()
    if old is None:
        return None
    book.note(connection, edit.cycle)
    connection.execute(insert_into(connection, approvals).values(**_became(edit, old, at)))
    copied = select(literal(edit.name), cards.c.person, cards.c.channel, cards.c.ts, cards.c.at)
    columns = ["approval", "person", "channel", "ts", "at"]
    connection.execute(insert(cards).from_select(columns, copied.where(cards.c.approval == edit.approval)))
    answered = asks.get(connection, edit.name)
    assert answered is not None
    asks.plan_approved(connection, answered, at, real)
    outbox.redraw(connection, answered.team, old["channel"], old["ts"], real)
    return answered


def _became(edit: Edit, old: RowMapping, at: datetime) -> dict[str, object]:
    """The new row: the old one with another proposal, decided by another line, and answered."""
    proposal, decision = edit.decided.proposal, edit.decided.decision
    return dict(old) | {
        "id": edit.name,
        "proposal_id": proposal.id,
        "proposal": dump(proposal),
        "payload_hash": fingerprint(proposal.action),
        "rule": decision.rule,
        "directives_version": edit.cycle.directives_version,
        "state": ApprovalState.APPROVED.value,
        "by": edit.by,
        "at": at,
        "note": "",
        "put_off": None,
        "put_off_by": None,
        "edits": edit.approval,
    }
