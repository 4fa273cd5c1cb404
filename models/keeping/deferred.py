"""What the last look put off: the proposals that wait, with the reason and until when."""

from __future__ import annotations

from sqlalchemy import Connection, select

from models.ids import TeamId
from models.keeping.looks import IS_LOOK, last_whole
from models.keeping.records import load
from models.proposals import Decided, Decision, Proposal, Verdict
from models.tables.looks import cycles, decisions


def of_team(connection: Connection, team: TeamId) -> tuple[Decided, ...]:
    """The proposals deferred by the team's last look at everything and those at one sprint since, as decided.

    What has been settled since does not wait any more.
    """
    since = last_whole(team, cycles.c.at).scalar_subquery()
    recent = select(cycles.c.id).where(cycles.c.team == team, IS_LOOK, cycles.c.at >= since)
    rows = connection.execute(select(decisions).where(decisions.c.cycle.in_(recent)).order_by(decisions.c.id))
    latest = {row["proposal_id"]: row for row in rows.mappings()}
    return tuple(
        Decided(
            load(Proposal, row["proposal"]),
            Decision(verdict=Verdict.DEFER, rule=row["rule"], reason=row["reason"], until=row["until"]),
        )
        for row in latest.values()
        if row["verdict"] == Verdict.DEFER.value
    )
