"""How the sprints before those that are tried went, because a forecast is made of that: remembered, or read once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.backtest.folder import Folder, History
from bot.backtest.pictures import Gallery
from bot.backtest.trial import Tell
from bot.sync.past import Pasts
from models.database import Database
from models.directives import Directives, Team
from models.forecasts import Ended
from models.foresight import Foresight
from models.histories import SprintHistory
from models.ids import SprintId
from models.keeping.records import dump, load
from planner.bounds.worktime import team_calendar
from planner.foresight.reference import ENOUGH


@dataclass(frozen=True, slots=True)
class Kept:
    """What was read once."""

    sprints: tuple[SprintId, ...]
    ended: tuple[Ended, ...]


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
        ids = sorted(each.sprint.id for each in wanted)
        kept = _kept(self._file(team), ids if self.pasts is not None else None)
        if kept is not None:
            return kept.ended
        if self.pasts is None or len(ids) < ENOUGH:
            return ()
        self.tell(f"{team.id}: reading {len(ids)} earlier sprints for the forecast", 0.0)
        past = await self.pasts.read(team, ids, pulls=False)
        ended = Gallery(past, team_calendar(self.law, team.id)).ended
        self._file(team).write_text(json.dumps(dump(Kept(tuple(ids), ended))), encoding="utf-8")
        return ended

    def _file(self, team: Team) -> Path:
        return self.folder.path / f"{team.id}.earlier.json"


def _kept(file: Path, sprints: Sequence[SprintId] | None) -> Kept | None:
    """What was read of just these sprints, or of whichever it was; ``None`` for nothing, or nothing readable."""
    try:
        kept = load(Kept, json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return kept if sprints is None or kept.sprints == tuple(sprints) else None


def _begun(history: SprintHistory) -> tuple[float, int]:
    return (history.began.timestamp() if history.began is not None else 0.0, history.sprint.id)
