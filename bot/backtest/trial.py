"""One constitution tried on days gone by, sprint by sprint; what was broken off goes on at the last whole sprint."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from bot.backtest.chronicle import Chronicle, Telling
from bot.backtest.desk import set_up
from bot.backtest.folder import Folder
from bot.backtest.record import Record, deeds_of, messages_of, silences_of
from bot.status import version
from models.directives import Directives
from models.forecasts import Ended
from models.ids import TeamId, named
from models.people import Identity
from models.presses import Press
from models.recollection import Recollection
from planner.bounds.worktime import team_calendar

Tell = Callable[[str, float], None]
"""Told what it is doing and how much of it is over (0 to 1)."""


def nobody(doing: str, share: float) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """What is lived through: whose work, which sprints, and what people did."""

    sprints: tuple[str, ...]
    begin: datetime
    end: datetime
    tellings: Mapping[TeamId, Telling]
    stops: tuple[datetime, ...] = ()
    """Where a walk may be broken off and gone on with: the ends of sprints, ascending."""
    presses: Sequence[Press] = ()
    identities: Sequence[Identity] = ()
    """Whose account is whose, where the constitution does not say."""
    ended: Mapping[TeamId, Sequence[Ended]] = field(default_factory=dict)
    """How each team's earlier sprints went; nothing but its forecasts rests on it."""
    checksum: str = ""
    """One name for all that was read."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What it came to."""

    record: Record
    looks: int
    resumed: datetime | None
    """From where it went on; ``None`` when it was lived through from its beginning."""


@dataclass(frozen=True, slots=True)
class Trial:
    """Tries constitutions on the same days."""

    days: Days
    folder: Folder
    tell: Tell = field(default=nobody)

    async def of(self, constitution: Path, judged_by: Directives, law: Directives) -> Tried:
        """Live through the days under ``constitution``, which says ``law``; hours are judged by ``judged_by``.

        Raises ``OperatorError`` where the constitution cannot be read or nothing can be written.
        """
        tried = named(
            version(), self.days.checksum, self.days.begin, self.days.end, self.days.presses, self.days.identities
        )
        since = self.folder.begun(law.version, tried)
        looks, at = 0, since
        for stop in (*self.days.stops, self.days.end):
            if at is not None and stop <= at:
                continue
            looks += await self._stretch(constitution, law, at, stop)
            at = stop
            self.folder.keep(law.version, tried, stop)
        return Tried(await self._record(constitution, judged_by, law), looks, since)

    async def _stretch(self, constitution: Path, law: Directives, since: datetime | None, until: datetime) -> int:
        """Live from ``since``, or from the beginning, up to ``until``; how many looks that took."""
        chronicle = self._chronicle(law)
        async with set_up(self.folder.scratch(law.version), chronicle, constitution, self.days.identities) as replay:
            await (replay.begin() if since is None else replay.go_on(since))
            await replay.until(until, lambda at, share: self.tell(f"living through {at:%a %d %b}", share))
            return replay.looks

    def _chronicle(self, law: Directives) -> Chronicle:
        ours = {team.id for team in law.teams}
        tellings = {team: telling for team, telling in self.days.tellings.items() if team in ours}
        presses = [press for press in self.days.presses if press.team in tellings]
        return Chronicle(self.days.begin, self.days.end, tellings, presses)

    async def _record(self, constitution: Path, judged_by: Directives, law: Directives) -> Record:
        async with set_up(self.folder.scratch(law.version), self._chronicle(law), constitution) as replay:
            seen = Recollection(replay.app.database)
            carried, withheld = await seen.carried(), await seen.withheld()
        teams = [team for team in law.teams if team.id in self.days.tellings]
        return Record(
            version=law.version,
            sprints=self.days.sprints,
            begin=self.days.begin,
            end=self.days.end,
            names={member.id: member.name for team in teams for member in team.members},
            messages=messages_of(carried, judged_by if _same_teams(judged_by, law) else law),
            silences=silences_of(withheld, law),
            deeds=deeds_of(carried, law),
            days=_working_days(law, self.days, teams[0].id) if teams else (),
        )


def _same_teams(one: Directives, other: Directives) -> bool:
    """Whether everybody of the one is known to the other: else hours cannot be judged by it."""
    known = {(team.id, member.id) for team in one.teams for member in team.members}
    return {(team.id, member.id) for team in other.teams for member in team.members} <= known


def _working_days(law: Directives, days: Days, team: TeamId) -> tuple[date, ...]:
    calendar = team_calendar(law, team)
    first, last = calendar.local_day(days.begin), calendar.local_day(days.end)
    every = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return tuple(day for day in every if calendar.is_working_day(day))
