"""While somebody has paused a team, nothing unasked leaves."""

from __future__ import annotations

from datetime import datetime, timedelta

from models.directives import Directives
from models.ids import TeamId
from models.pauses import Pause
from models.proposals import Proposal
from planner.bounds.limits import Wait
from planner.words.titles import name_of

PAUSED = "paused"
"""In place of a directive's id where a pause decided."""

AGAIN = timedelta(minutes=10)
"""After how long what waits for somebody to resume is looked at again."""


def put_off(
    proposal: Proposal, pause: Pause | None, team: TeamId, directives: Directives, now: datetime
) -> Wait | None:
    """Until when a proposal waits because of a pause; ``None`` for what a person has asked for."""
    if pause is None or not pause.holds(now) or proposal.asked_by is not None:
        return None
    return Wait(pause.until or now + AGAIN, PAUSED, why(pause, team, directives))


def why(pause: Pause, team: TeamId, directives: Directives) -> str:
    """``Ann has paused me``."""
    return f"{name_of(pause.by, team, directives) if pause.by else 'an admin'} has paused me"
