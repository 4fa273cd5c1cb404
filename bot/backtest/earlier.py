"""How the sprints before those that are tried went, because a forecast is made of that: remembered, or read once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.backtest.days import Tell
from bot.backtest.folder import Folder, History
from bot.backtest.report.pictures import Gallery
from bot.status import version
from bot.sync.past import Pasts
from models.database import Database
from models.directives import Directives, Team
from models.forecasts import Ended
from models.foresight import Foresight
from models.histories import SprintHistory
from models.ids import named
from planner.bounds.worktime import team_calendar
from planner.foresight.reference import ENOUGH


@dataclass(frozen=True, slots=True)
class Earlier:
    """Finds out how earlier sprints of a team went."""

    law: Directives
    folder: Folder
    pasts: Pasts | None
    ours: Database | None
    tell: Tell

    async def of(self, team: Team, tried: History) -> Sequence[Ended]:
        """Oldest first, each at several shares of its time; only those that ended before ``tried`` began.

        From the agent's own memory where it knows ``ENOUGH``, else from the folder, else from Jira. Raises
        ``VendorError``.
        """
        over = {s.sprint.id for s in tried.past.sprints if s.ended is not None and s.ended <= tried.begin}
        known = await Foresight(self.ours).ended(team.id) if self.ours is not None else ()
        remembered = [each for each in known if each.stand.sprint in over]
        if len({each.stand.sprint for each in remembered}) >= ENOUGH:
            return remembered
        wanted = sorted((s for s in tried.past.sprints if s.sprint.id in over), key=_begun)[-team.jira.past_sprints :]
        return await self._read(team, wanted)

    async def _read(self, team: Team, wanted: Sequence[SprintHistory]) -> Sequence[Ended]:
        ids, calendar = sorted(each.sprint.id for each in wanted), team_calendar(self.law, team.id)
        asked, rules = " ".join(map(_said, wanted)), named(version(), calendar)
        kept = self.folder.earlier(team.id, asked if self.pasts is not None else None, rules)
        if kept is not None:
            return kept
        if self.pasts is None or len(ids) < ENOUGH:
            return ()
        self.tell(f"{team.id}: reading {len(ids)} earlier sprints for the forecast", 0.0)
        past = await self.pasts.read(team, ids, pulls=False)
        ended = Gallery(past, calendar).ended
        self.folder.keep_earlier(team.id, asked, rules, ended)
        return ended


def _said(history: SprintHistory) -> str:
    """A sprint that was opened and closed again is another one."""
    return f"{history.sprint.id}:{history.ended.isoformat() if history.ended is not None else ''}"


def _begun(history: SprintHistory) -> tuple[float, int]:
    return (history.began.timestamp() if history.began is not None else 0.0, history.sprint.id)
