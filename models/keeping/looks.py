"""Which of a team's cycles were looks, and which was the last at everything: one answer for whoever asks."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, select

from models.cycles import LastCycle
from models.events import NO_LOOK
from models.ids import TeamId
from models.signals import Urgency
from models.tables.looks import cycles

IS_LOOK: ColumnElement[bool] = cycles.c.reason.not_in([reason.value for reason in sorted(NO_LOOK)])
"""A request that was taken down is no look, nor is a notice: they found nothing because they looked at nothing."""

IS_WHOLE: ColumnElement[bool] = and_(IS_LOOK, cycles.c.sprint.is_(None))
"""A look at one sprint says nothing of what goes on beside it."""


def last_whole(team: TeamId, *columns: Any) -> Select[Any]:
    """``columns`` of the team's last look at everything; no row before there was one."""
    return select(*columns).where(cycles.c.team == team, IS_WHOLE).order_by(cycles.c.at.desc(), cycles.c.id).limit(1)


def latest(connection: Connection, team: TeamId, limit: int) -> list[LastCycle]:
    """The latest looks at ``team``, newest first."""
    wanted = select(cycles).where(cycles.c.team == team, IS_LOOK).order_by(cycles.c.at.desc()).limit(limit)
    return [
        LastCycle(
            r["id"], r["reason"], r["at"], Urgency(r["urgency"]), len(r["signals"]), r["pressing"], r["next_look"]
        )
        for r in connection.execute(wanted).mappings()
    ]
