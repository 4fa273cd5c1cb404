"""The days to be lived through: what changed when in every team's work, and what its people did."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from bot.backtest.walk.lore import Finished
from bot.sync import person_of
from models.directives import Directives
from models.ids import PersonId, TeamId
from models.lessons import Act
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

    def acts(self, since: datetime | None = None, until: datetime | None = None) -> Sequence[Act]:
        """What people did in Jira and Bitbucket, oldest first."""
        ...


@dataclass
class Chronicle:
    """Goes through the days of all teams, once, from ``begin`` on."""

    begin: datetime
    end: datetime
    tellings: Mapping[TeamId, Telling]
    presses: Sequence[Press] = ()
    """Oldest first."""
    lore: Mapping[TeamId, Sequence[Finished]] = field(default_factory=dict)
    """Soonest known first."""
    away: dict[tuple[TeamId, PersonId], Absence | None] = field(default_factory=dict)
    _changes: deque[tuple[datetime, TeamId]] = field(init=False)
    _pressed: deque[Press] = field(init=False)
    _lessons: deque[tuple[datetime, TeamId, Finished]] = field(init=False)
    _acts: Mapping[TeamId, deque[Act]] = field(init=False)
    _length: int = field(init=False)

    def __post_init__(self) -> None:
        told = ((team, telling.instants(self.begin, self.end)) for team, telling in self.tellings.items())
        self._changes = deque(sorted((at, team) for team, instants in told for at in instants))
        self._pressed = deque(self.presses)
        known = ((each.known, team, each) for team, finished in self.lore.items() for each in finished)
        self._lessons = deque(sorted(known, key=lambda lesson: lesson[:2]))
        self._acts = {team: deque(telling.acts(self.begin, self.end)) for team, telling in self.tellings.items()}
        self._length = len(self._changes) + len(self._pressed)

    def skip_to(self, moment: datetime, looked: Mapping[TeamId, datetime]) -> None:
        """Go on behind ``moment``: everything up to it has been lived through before, each team ``looked`` at last."""
        for press in self.pressed_until(moment):
            self.note(press)
        self.changed_until(moment)
        self.learnt_until(moment)
        for team, at in looked.items():
            self.witnessed(team, at)

    def next(self) -> datetime | None:
        """When something happens next."""
        ahead = [self._changes[0][0]] if self._changes else []
        ahead += [self._pressed[0].at] if self._pressed else []
        ahead += [self._lessons[0][0]] if self._lessons else []
        return min(ahead, default=None)

    def changed_until(self, moment: datetime) -> set[TeamId]:
        """The teams whose work has changed since this was asked last."""
        changed = set()
        while self._changes and self._changes[0][0] <= moment:
            changed.add(self._changes.popleft()[1])
        return changed

    def pressed_until(self, moment: datetime) -> list[Press]:
        """What people did with messages since this was asked last, oldest first."""
        pressed = []
        while self._pressed and self._pressed[0].at <= moment:
            pressed.append(self._pressed.popleft())
        return pressed

    def learnt_until(self, moment: datetime) -> list[tuple[TeamId, Finished]]:
        """The sprints that came to be known since this was asked last."""
        learnt = []
        while self._lessons and self._lessons[0][0] <= moment:
            learnt.append(self._lessons.popleft()[1:])
        return learnt

    def witnessed(self, team: TeamId, moment: datetime) -> list[Act]:
        """What people of ``team`` did in Jira and Bitbucket since this was asked last, oldest first."""
        acts, done = self._acts.get(team, deque()), []
        while acts and acts[0].at <= moment:
            done.append(acts.popleft())
        return done

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
    def lived(self) -> float:
        """How much of it is over, from 0 to 1."""
        return 1 - (len(self._changes) + len(self._pressed)) / max(self._length, 1)

    def _people(self, team: TeamId, directives: Directives) -> list[Person]:
        scope = directives.team(team)
        people = (person_of(member, scope) for member in scope.members)
        return [replace(person, absent=self.away.get((team, person.id))) for person in people]
