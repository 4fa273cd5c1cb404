"""The days to be lived through: what changed when in every team's work, and what its people did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from bot.sync import person_of
from models.directives import Directives
from models.ids import PersonId, TeamId
from models.presses import Away, Press
from models.work import Absence, Facts, Person


class Telling(Protocol):
    """What a team's work was at any moment; ``models.histories.Past`` is one."""

    def instants(self, since: datetime | None = None, until: datetime | None = None) -> Sequence[datetime]:
        """Every moment at which anything changed, ascending, each once."""
        ...

    def facts(self, team: TeamId, when: datetime, people: Sequence[Person] = ()) -> Facts:
        """What the mirror would have held then."""
        ...


@dataclass
class Chronicle:
    """Goes through the days of all teams, once, from ``begin`` on."""

    begin: datetime
    end: datetime
    tellings: Mapping[TeamId, Telling]
    presses: Sequence[Press] = ()
    """Oldest first."""
    away: dict[tuple[TeamId, PersonId], Absence | None] = field(default_factory=dict)
    _changes: list[tuple[datetime, TeamId]] = field(default_factory=list)
    _ahead: int = 0
    _pressed: int = 0

    def __post_init__(self) -> None:
        told = ((team, telling.instants(self.begin, self.end)) for team, telling in self.tellings.items())
        self._changes = sorted((at, team) for team, instants in told for at in instants)

    def skip_to(self, moment: datetime) -> None:
        """Go on behind ``moment``: everything up to it has been lived through before."""
        for press in self._presses_until(moment):
            self.note(press)
        self.changed_until(moment)

    def next(self) -> datetime | None:
        """When something happens next."""
        ahead = [self._changes[self._ahead][0]] if self._ahead < len(self._changes) else []
        ahead += [self.presses[self._pressed].at] if self._pressed < len(self.presses) else []
        return min(ahead, default=None)

    def changed_until(self, moment: datetime) -> set[TeamId]:
        """The teams whose work has changed since this was asked last."""
        changed = set()
        while self._ahead < len(self._changes) and self._changes[self._ahead][0] <= moment:
            changed.add(self._changes[self._ahead][1])
            self._ahead += 1
        return changed

    def pressed_until(self, moment: datetime) -> list[Press]:
        """What people did since this was asked last, oldest first."""
        return list(self._presses_until(moment))

    def note(self, press: Press) -> bool:
        """Take up who is away; ``True`` for what is that."""
        if isinstance(press, Away):
            self.away[press.team, press.person] = press.absent
        return isinstance(press, Away)

    def facts(self, team: TeamId, when: datetime, directives: Directives) -> Facts:
        """What the mirror would have held then, people included."""
        return self.tellings[team].facts(team, when, self._people(team, directives))

    def returns(self) -> Iterator[datetime]:
        """When whoever is away is to be back."""
        yield from (away.until for away in self.away.values() if away is not None and away.until is not None)

    @property
    def length(self) -> int:
        """How much there is to live through."""
        return len(self._changes) + len(self.presses)

    @property
    def lived(self) -> int:
        """How much of it is over."""
        return self._ahead + self._pressed

    def _presses_until(self, moment: datetime) -> Iterator[Press]:
        while self._pressed < len(self.presses) and self.presses[self._pressed].at <= moment:
            self._pressed += 1
            yield self.presses[self._pressed - 1]

    def _people(self, team: TeamId, directives: Directives) -> list[Person]:
        scope = directives.team(team)
        people = (person_of(member, scope) for member in scope.members)
        return [replace(person, absent=self.away.get((team, person.id))) for person in people]
