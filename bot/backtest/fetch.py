"""What must be read before days can be lived through again: the past of each team, once, and what people did."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.backtest.chronicle import Telling
from bot.backtest.earlier import Earlier
from bot.backtest.folder import Folder, History
from bot.backtest.trial import Days, Tell, nobody
from bot.people import Search
from bot.sync.past import Pasts
from models.database import Database
from models.directives import Directives, Team
from models.errors import OperatorError
from models.histories import SprintHistory
from models.ids import TeamId
from models.people import Identity
from models.presses import Press
from models.recollection import Recollection
from planner.hearers.identity import unresolved
from planner.words.sprints import meant_by

LAST = 3
"""Sprints that are tried when nobody says how many."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which sprints: one by its name, or the last so many that have ended."""

    name: str = ""
    last: int = LAST

    def of(self, sprints: Sequence[SprintHistory]) -> list[SprintHistory]:
        """Those of ``sprints`` that are wanted, in the order they began."""
        begun = [each for each in sprints if each.began is not None]
        if self.name:
            meant = meant_by(self.name, [each.sprint for each in begun])
            return [each for each in begun if each.sprint in meant]
        return sorted((each for each in begun if each.ended is not None), key=_ended)[-self.last :]


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
    found: dict[TeamId, History] = {}
    for team in law.teams:
        history = await _history(wanted, team, pasts, folder, tell) if pasts else folder.history(team.id, None)
        if history is not None:
            found[team.id] = history
    if not found and pasts is None:
        hint = "Set ATLASSIAN_DOMAIN, ATLASSIAN_EMAIL and ATLASSIAN_API_TOKEN; a token that may only read is enough"
        raise OperatorError("there is no Jira to read the past from", hint=hint)
    if not found:
        what = f"no sprint is called {wanted.name!r}" if wanted.name else "no sprint has ended on the teams' boards"
        raise OperatorError(what, hint="Check the boards in directives.yaml, and what the Jira token may see")
    begin, end = min(each.begin for each in found.values()), max(each.end for each in found.values())
    earlier = Earlier(law, folder, pasts, ours, tell)
    tellings: dict[TeamId, Telling] = {team: history.past for team, history in found.items()}
    return Days(
        sprints=tuple(dict.fromkeys(name for each in found.values() for name in each.sprints)),
        begin=begin,
        end=end,
        tellings=tellings,
        stops=tuple(sorted({at for each in found.values() for at in _ends(each) if at < end})),
        presses=await _presses(ours, list(found), begin, end),
        identities=await _identities(ours, found.values()),
        ended={team: await earlier.of(law.team(team), each) for team, each in found.items()},
        checksum=folder.checksum(),
    )


async def _history(wanted: Wanted, team: Team, pasts: Pasts, folder: Folder, tell: Tell) -> History | None:
    """Which sprints are meant Jira says each time; everything else is read once."""
    tell(f"{team.id}: looking for sprints", 0.0)
    chosen = wanted.of(await pasts.sprints(team))
    if not chosen:
        return None
    now = pasts.clock.now()
    asked = " ".join(f"{each.sprint.id}:{(each.ended or now).isoformat()}" for each in chosen)
    history = folder.history(team.id, asked)
    if history is None:
        history = await _read(chosen, team, pasts, tell)
        folder.keep_history(team.id, asked, history)
    return history


async def _read(chosen: Sequence[SprintHistory], team: Team, pasts: Pasts, tell: Tell) -> History:
    past = await pasts.read(team, {each.sprint.id for each in chosen}, say=_saying(team, tell))
    begin, now = min(each.began for each in chosen if each.began is not None), pasts.clock.now()
    return History(
        sprints=tuple(each.sprint.name for each in chosen),
        begin=begin,
        end=max(each.ended or now for each in chosen),
        past=replace(past, mirrored=begin),
        identities=tuple(await _search(pasts).find(unresolved(team))),
    )


def _search(pasts: Pasts) -> Search:
    return Search(slack=None, jira=pasts.jira, bitbucket=pasts.bitbucket)


def _saying(team: Team, tell: Tell) -> Callable[[str], Awaitable[None]]:
    async def say(words: str) -> None:
        tell(f"{team.id}: {words}", 0.0)

    return say


async def _presses(ours: Database | None, teams: Sequence[TeamId], begin: datetime, end: datetime) -> list[Press]:
    """What people did in those days, as far as our own ledger knows; nothing where the agent was not there yet."""
    if ours is None:
        return []
    seen = Recollection(ours)
    found = [press for team in teams for press in await seen.presses(team, begin, end)]
    return sorted(found, key=lambda press: press.at)


async def _identities(ours: Database | None, found: Iterable[History]) -> list[Identity]:
    """As the agent knows them by now; where it was not there yet, as they were found when the past was read."""
    known = await Recollection(ours).identities() if ours is not None else []
    return known or [each for history in found for each in history.identities]


def _ends(history: History) -> list[datetime]:
    names = set(history.sprints)
    return [each.ended for each in history.past.sprints if each.ended is not None and each.sprint.name in names]


def _ended(history: SprintHistory) -> tuple[datetime, int]:
    assert history.ended is not None
    return history.ended, history.sprint.id
