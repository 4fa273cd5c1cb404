"""Whoever asked for something is owed a word of what came of it: planned with the change that ends it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from models.ids import TeamId
from models.keeping import jobs as queue
from models.keeping.jobs import NewJob
from models.proposals import Proposal

JOB = "outcome"
"""The kind of job that tells them."""


def owe(connection: Connection, proposal: Proposal, team: TeamId, real: datetime) -> None:
    """Have its asker told; nothing for what nobody asked for. People wait for it: lane 0."""
    if proposal.asked_in is not None:
        payload = {"proposal": proposal.id}
        queue.put(connection, NewJob(JOB, f"outcome:{proposal.id}", team, 0, payload, coalesce=True), real)
