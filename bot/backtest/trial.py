"""One constitution tried on days gone by, sprint by sprint; what was broken off goes on at the last whole sprint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from bot.backtest.days import Days, Tell, nobody
from bot.backtest.folder import Folder
from bot.backtest.report.record import Deed, Message, Record, Silence, deeds_of, messages_of, silences_of
from bot.backtest.walk.chronicle import Chronicle
from bot.backtest.walk.desk import set_up
from bot.status import version
from models.directives import Directives
from models.ids import TeamId, named
from models.recollection import Recollection
from planner.bounds.limits import budget
from planner.bounds.worktime import team_calendar


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
    version: str = field(default_factory=version)
    """The agent's own."""

    @property
    def name(self) -> str:
        """Of everything a walk depends on beside the constitution: what has another name is lived through anew."""
        days = self.days
        return named(self.version, days.checksum, days.first, days.end, days.presses, days.identities, days.lore)

    async def of(self, constitution: Path, judged_by: Directives, law: Directives) -> Tried:
        """Live through the days under ``constitution``, which says ``law``; hours are judged by ``judged_by``.

        Raises ``OperatorError`` where the constitution cannot be read or nothing can be written.
        """
        days, tried = self.days, self.name
        since = self.folder.begun(law.version, tried)
        looks, at = 0, since
        for stop in (*self.days.stops, self.days.end):
            if stop <= (at or days.first):
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
        return Chronicle(self.days.first, self.days.end, tellings, presses, self.days.lore)

    async def _record(self, constitution: Path, judged_by: Directives, law: Directives) -> Record:
        async with set_up(self.folder.scratch(law.version), self._chronicle(law), constitution) as replay:
            seen = Recollection(replay.app.database)
            carried, withheld = await seen.carried(), await seen.withheld()
        begin = self.days.begin  # what was said before is what the days that count begin with
        teams = [team for team in law.teams if team.id in self.days.tellings]
        return Record(
            version=law.version,
            sprints=self.days.sprints,
            begin=self.days.begin,
            end=self.days.end,
            names={member.id: member.name for team in teams for member in team.members},
            since=self.days.since,
            messages=_since(begin, messages_of(carried, judged_by if _same_teams(judged_by, law) else law)),
            silences=_since(begin, silences_of(withheld, law)),
            deeds=_since(begin, deeds_of(carried, law)),
            limits=(budget(law).per_person_per_day, budget(law).critical_per_person_per_day),
            days=tuple(sorted({day for team in teams for day in _working_days(law, self.days, team.id)})),
            worked={m.id: len(_working_days(law, self.days, team.id)) for team in teams for m in team.members},
        )


_Told = TypeVar("_Told", Message, Silence, Deed)


def _since(begin: datetime, told: Sequence[_Told]) -> tuple[_Told, ...]:
    return tuple(each for each in told if each.at >= begin)


def _same_teams(one: Directives, other: Directives) -> bool:
    """Whether everybody of the one is known to the other: else hours cannot be judged by it."""
    known = {(team.id, member.id) for team in one.teams for member in team.members}
    return {(team.id, member.id) for team in other.teams for member in team.members} <= known


def _working_days(law: Directives, days: Days, team: TeamId) -> tuple[date, ...]:
    calendar = team_calendar(law, team)
    first, last = calendar.local_day(days.begin), calendar.local_day(days.end)
    every = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return tuple(day for day in every if calendar.is_working_day(day))
