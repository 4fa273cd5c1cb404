"""What must be read before days can be lived through again: the past of each team, once, and what people did."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.backtest.days import Days, Tell, nobody
from bot.backtest.earlier import Earlier
from bot.backtest.folder import Folder, History
from bot.backtest.walk.chronicle import Telling
from bot.backtest.walk.lore import Known, lore_of
from bot.people import Search
from bot.sync.past import Keep, Pasts, Read
from models.clock import SystemClock
from models.database import Database
from models.directives import Directives, Team
from models.errors import OperatorError
from models.histories import SprintHistory
from models.ids import SprintId, TeamId
from models.keeping.records import load
from models.people import Identity
from models.presses import Preferred, Press
from models.recollection import Recollection
from models.store import PAST, Store
from planner.bounds.worktime import Calendar, team_calendar
from planner.hearers.contact import ABOUT, ALL_TEAMS
from planner.hearers.identity import unresolved
from planner.words.sprints import meant_by

WARM_UP = 5
"""Working days that are lived through before the first sprint: by then it is known who was told what."""

WITH_IT = timedelta(hours=1)
"""An agent that first looked so soon after a sprint began has begun with it."""

NO_JIRA = "Set ATLASSIAN_DOMAIN, ATLASSIAN_EMAIL and ATLASSIAN_API_TOKEN; a token that may only read is enough"

LAST = 3
"""Sprints that are tried when nobody says how many."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which sprints: one by its name, or the last so many that have ended; ``LAST`` of them where nobody says."""

    name: str = ""
    last: int | None = None

    def of(self, sprints: Sequence[SprintHistory]) -> list[SprintHistory]:
        """Those of ``sprints`` that are wanted and over, in the order they began or, without a name, ended."""
        over = [each for each in sprints if each.began is not None and each.ended is not None]
        if self.name:
            meant = meant_by(self.name, [each.sprint for each in over])
            return [each for each in over if each.sprint in meant]
        return sorted(over, key=_ended)[-(self.last or LAST) :]

    @property
    def said(self) -> bool:
        """Whether somebody said which."""
        return bool(self.name) or self.last is not None


async def days_of(
    wanted: Wanted,
    law: Directives,
    pasts: Pasts | None,
    folder: Folder,
    ours: Database | None = None,
    tell: Tell = nobody,
) -> Days:
    """The days of the sprints that are wanted: from ``folder`` where they were read before, else from Jira.

    ``ours`` is the agent's own database, opened to be read, where it has one. Raises ``OperatorError`` when no team
    has such a sprint, ``VendorError`` when Jira does not answer.
    """
    if pasts is None:
        found = _kept(wanted, law, folder)
    else:
        found = await _asked(wanted, law, pasts, folder, tell)
    begin, end = min(each.begin for each in found.values()), max(each.end for each in found.values())
    found = {team: await _lived(history, team, ours) for team, history in found.items()}
    since = min(each.since or each.begin for each in found.values())
    earlier = Earlier(law, folder, pasts, ours, tell)
    ended = {team: await earlier.of(law.team(team), each) for team, each in found.items()}
    read = {team: Known(begin=since, end=end, read=await _when_read(team, ours)) for team in found}
    tellings: dict[TeamId, Telling] = {team: history.past for team, history in found.items()}
    return Days(
        sprints=tuple(dict.fromkeys(name for each in found.values() for name in each.sprints)),
        begin=begin,
        end=end,
        since=since if since < begin else None,
        tellings=tellings,
        stops=stops_of(found.values(), begin, end),
        presses=await _presses(ours, law, found, since, end),
        identities=await _identities(ours, found.values()),
        ended=ended,
        lore={
            team: lore_of(each.past, ended[team], team_calendar(law, team), read[team]) for team, each in found.items()
        },
        unasked_since=min((each.read for each in found.values() if each.read), default=None) if not pasts else None,
        checksum=folder.checksum(),
    )


def _kept(wanted: Wanted, law: Directives, folder: Folder) -> dict[TeamId, History]:
    """What was read last, where nobody wants other sprints. Raises ``OperatorError``."""
    read = {team.id: folder.history(team.id, None) for team in law.teams}
    found = {team: history for team, history in read.items() if history is not None}
    if not found:
        raise OperatorError("there is no Jira to read the past from", hint=NO_JIRA)
    same = [{each.sprint.id for each in wanted.of(of.past.sprints)} == {*of.chosen} for of in found.values()]
    if wanted.said and not all(same):
        names = ", ".join(dict.fromkeys(name for each in found.values() for name in each.sprints))
        hint = f"{NO_JIRA}. Without --sprint and --last it tries what was read: {names}"
        raise OperatorError("there is no Jira to read other sprints from", hint=hint)
    return found


async def _asked(wanted: Wanted, law: Directives, pasts: Pasts, folder: Folder, tell: Tell) -> dict[TeamId, History]:
    """As Jira says now. Raises ``OperatorError`` where no team has such a sprint."""
    found: dict[TeamId, History] = {}
    running: list[str] = []
    for team in law.teams:
        tell(f"{team.id}: looking for sprints", 0.0)
        sprints = await pasts.sprints(team)
        if chosen := wanted.of(sprints):
            found[team.id] = await _history(chosen, team, law, pasts, folder, tell)
        meant = meant_by(wanted.name, [each.sprint for each in sprints]) if wanted.name else ()
        running += [sprint.name for sprint in meant]
    if found:
        return found
    if running:
        raise OperatorError(f"{running[0]} is not over yet", hint="Only sprints that have ended can be tried")
    what = f"no sprint is called {wanted.name!r}" if wanted.name else "no sprint has ended on the teams' boards"
    raise OperatorError(what, hint="Check the boards in directives.yaml, and what the Jira token may see")


async def _history(
    chosen: Sequence[SprintHistory], team: Team, law: Directives, pasts: Pasts, folder: Folder, tell: Tell
) -> History:
    """Which sprints are meant Jira says each time; everything else is read once."""
    asked = " ".join(f"{each.sprint.id}:{_ended(each)[0].isoformat()}" for each in chosen)
    history = folder.history(team.id, asked)
    if history is None:
        history = await _read(chosen, team, law, pasts, tell, _keeping(folder, team.id, asked))
        folder.keep_history(team.id, asked, history)
    return history


def _keeping(folder: Folder, team: TeamId, asked: str) -> Keep:
    """What is read is kept as it comes: a reading that broke off goes on where it was."""

    async def keep(name: str, form: type[Read], read: Callable[[], Awaitable[Read]]) -> Read:
        kept = folder.part(team, asked, name)
        if kept is not None:
            return load(form, kept)
        found = await read()
        folder.keep_part(team, asked, name, found)
        return found

    return keep


async def _read(
    chosen: Sequence[SprintHistory], team: Team, law: Directives, pasts: Pasts, tell: Tell, keep: Keep
) -> History:
    begin = min(each.began for each in chosen if each.began is not None)
    before, since = warm_up(begin, await pasts.sprints(team), team_calendar(law, team.id))
    wanted = {each.sprint.id for each in (*chosen, *before)}
    past = await pasts.read(team, wanted, say=_saying(team, tell), keep=keep)
    return History(
        sprints=tuple(each.sprint.name for each in chosen),
        begin=begin,
        end=max(_ended(each)[0] for each in chosen),
        past=replace(past, mirrored=since),
        since=since if since < begin else None,
        identities=tuple(await _search(pasts).find(unresolved(team))),
        chosen=tuple(each.sprint.id for each in chosen),
        read=pasts.clock.now(),
    )


def warm_up(
    begin: datetime, sprints: Sequence[SprintHistory], calendar: Calendar
) -> tuple[list[SprintHistory], datetime]:
    """The sprints that ran in the ``WARM_UP`` working days before ``begin``, and when those days began.

    With no such sprint there is nothing to live through, and it is ``begin`` itself.
    """
    since = calendar.morning_before(begin, WARM_UP)
    ran = [
        each
        for each in sprints
        if each.began is not None and each.began < begin and (each.ended is None or each.ended > since)
    ]
    first = min((each.began for each in ran if each.began is not None), default=begin)
    return ran, max(since, first)


async def _lived(history: History, team: TeamId, ours: Database | None) -> History:
    """Where the agent itself began in the days before, nothing was said earlier: it is lived through from then on."""
    began = await Recollection(ours).began(team) if ours is not None else None
    if history.since is None or began is None or not history.since < began <= history.begin + WITH_IT:
        return history
    first = min(began, history.begin)
    return replace(history, past=replace(history.past, mirrored=first), since=first if first < history.begin else None)


async def _when_read(team: TeamId, ours: Database | None) -> Mapping[SprintId, datetime]:
    """When the agent read past sprints, as far as it remembers."""
    known = await Store(ours, SystemClock()).recall(team, PAST) if ours is not None else {}
    said = ((key.removeprefix("read:"), value) for key, value in known.items() if key.startswith("read:"))
    return {SprintId(int(id)): datetime.fromisoformat(value["at"]) for id, value in said}


def _search(pasts: Pasts) -> Search:
    return Search(slack=None, jira=pasts.jira, bitbucket=pasts.bitbucket)


def _saying(team: Team, tell: Tell) -> Callable[[str], Awaitable[None]]:
    async def say(words: str) -> None:
        tell(f"{team.id}: {words}", 0.0)

    return say


async def _presses(
    ours: Database | None, law: Directives, teams: Collection[TeamId], begin: datetime, end: datetime
) -> list[Press]:
    """What people did in those days, as far as our own ledger knows; nothing where the agent was not there yet."""
    if ours is None:
        return []
    seen = Recollection(ours)
    found = [press for team in law.teams if team.id in teams for press in await seen.presses(team.id, begin, end)]
    found += await _preferred(ours, [team for team in law.teams if team.id in teams], end)
    return sorted(found, key=lambda press: press.at)


async def _preferred(ours: Database, teams: Sequence[Team], end: datetime) -> list[Press]:
    """Of everybody the last word on how they may be contacted: of those before it only the moment is kept."""
    said, kept = await Recollection(ours).contacts(end), await Store(ours, SystemClock()).recall(ALL_TEAMS, ABOUT)
    team_of = {member.id: team.id for team in teams for member in team.members}
    return [
        Preferred(at=at, team=team_of[person], person=person, wish=kept.get(person, {}))
        for person, at in said.items()
        if person in team_of
    ]


async def _identities(ours: Database | None, found: Iterable[History]) -> list[Identity]:
    """As the agent knows them by now; where it was not there yet, as they were found when the past was read."""
    known = await Recollection(ours).identities() if ours is not None else []
    return known or [each for history in found for each in history.identities]


def stops_of(histories: Iterable[History], begin: datetime, end: datetime) -> tuple[datetime, ...]:
    """When sprints that were read ended, inside the days that count: there a walk may be broken off."""
    read = [(history.past, each) for history in histories for each in history.past.sprints]
    mine = (each for past, each in read if past.watched is None or each.sprint.id in past.watched)
    return tuple(sorted({each.ended for each in mine if each.ended is not None and begin < each.ended < end}))


def _ended(history: SprintHistory) -> tuple[datetime, int]:
    assert history.ended is not None
    return history.ended, history.sprint.id
