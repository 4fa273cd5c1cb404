"""What has become of taking something back, as its approval's card shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, RowMapping, select

from models.ids import ProposalId
from models.keeping.records import load
from models.proposals import DONE, MOST_UNDOS, Approval, EffectState, Proposal, Undone, effect_of, undo_of
from models.tables.outbox import effects


def with_undone(connection: Connection, asked: Sequence[Approval]) -> list[Approval]:
    """The same asks; those whose action somebody takes or took back say so, by the latest try."""
    done = [a for a in asked if a.ending in DONE]
    names = {effect_of(undo_of(effect_of(a.proposal.id), n)): (n, a.id) for a in done for n in range(MOST_UNDOS)}
    if not names:
        return list(asked)
    rows = connection.execute(select(effects).where(effects.c.id.in_(names))).mappings()
    found = {names[row["id"]][1]: _undone(row) for row in sorted(rows, key=lambda row: names[row["id"]][0])}
    return [replace(a, undone=found.get(a.id)) for a in asked]


def undone_of(connection: Connection, done: ProposalId) -> Undone | None:
    """What the latest try to take back what was done for that proposal has come to, with or without an approval."""
    tries = [effect_of(undo_of(effect_of(done), n)) for n in range(MOST_UNDOS)]
    rows = connection.execute(select(effects).where(effects.c.id.in_(tries))).mappings().all()
    latest = max(rows, key=lambda row: tries.index(row["id"]), default=None)
    return _undone(latest) if latest is not None else None


def _undone(row: RowMapping) -> Undone:
    by = load(Proposal, row["proposal"]).asked_by
    return Undone(state=EffectState(row["state"]), at=row["ended"], by=by, words=row["words"])
