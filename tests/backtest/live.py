"""A small company that lives for weeks with the real product, and whose people press what they are shown.

Everything that decides is real: door's rows, worker, jobs, planner, ledger. Slack and Jira are in memory; the mirror is
told at once, and what it held at each moment is kept, as the history that a back-test reads.
"""

from __future__ import annotations

import contextlib
from bisect import bisect_right
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import yaml

from bot.app import build, close_app, open_app
from bot.backtest.walk.clock import SetClock
from bot.backtest.walk.tidings import tidings
from bot.notify import SlackHand
from bot.scheduler import next_reading
from bot.settings import Settings
from bot.sync import person_of
from bot.webhooks import DEBOUNCE, LONGEST_WAIT
from integrations.jira.hand import SERVES as JIRA_SERVES
from models.actions import ACTION_KINDS, Reassign
from models.events import Reason, Source
from models.ids import PersonId, TeamId
from models.lessons import Act
from models.mailbox import look_at
from models.proposals import Effect, Receipt
from models.scratch import Scratch
from models.work import Absence, Facts, Person, Progress
from tests.backtest.passing import DAY, HOUR, SECOND, Days
from tests.backtest.slack import Pressing, Workspace
from tests.soak.company import written
from tests.soak.hands import Jira
from tests.soak.life import Life
from tests.world import fresh_database

MONDAY = datetime.fromisoformat("2026-09-07T08:00:00+00:00")
FORTNIGHT = 14 * DAY
STEP = 2 * HOUR
TEAM = TeamId("web")

LISTENS, STUCK = 0.15, 0.1
"""How often somebody sees to something in truth, and how often work gets stuck."""


@dataclass
class Kept:
    """What the mirror held, moment by moment: ``bot.backtest.walk.chronicle.Telling``."""

    moments: list[datetime] = field(default_factory=list)
    held: list[Facts] = field(default_factory=list)

    def keep(self, at: datetime, facts: Facts) -> None:
        self.moments.append(at)
        self.held.append(facts)

    def instants(self, since: datetime | None = None, until: datetime | None = None) -> Sequence[datetime]:
        return [at for at in self.moments if (since is None or at >= since) and (until is None or at <= until)]

    def acts(self, since: datetime | None = None, until: datetime | None = None) -> Sequence[Act]:
        return ()

    def facts(self, team: TeamId, when: datetime, people: Sequence[Person] = ()) -> Facts:
        found = self.held[max(0, bisect_right(self.moments, when) - 1)]
        return replace(found, people=tuple(sorted(people, key=lambda person: person.id)))


@dataclass
class LateJira(Jira):
    """Jira takes a moment: what it changes bears a later time than the call."""

    clock: SetClock | None = None

    async def changed(self, effect: Effect) -> str | None:
        action, issue = effect.action, self._issue(effect)
        if effect.proposal.undoes is None or not isinstance(action, Reassign) or issue is None:
            return await super().changed(effect)
        life = self.lives[effect.team]
        giver = life.people[action.giver].account if action.giver else None
        return None if issue.assignee == giver else "it changed hands"

    async def perform(self, effect: Effect) -> Receipt:
        assert self.clock is not None
        life = self.lives[effect.team]
        life.now = self.clock.at + SECOND
        return await super().perform(effect)


@dataclass(kw_only=True)
class Weeks(Days):
    """The company in memory."""

    life: Life
    kept: Kept = field(default_factory=Kept)
    unread: list[datetime] = field(default_factory=list)
    """When the next reading finds what nobody told."""

    def time_is(self, moment: datetime) -> None:
        self.clock.at = self.life.now = moment

    async def happened(self) -> None:
        """What has changed is in the mirror, and a webhook has said so; our own changes are no news."""
        life, names = self.life, self.life.changed
        life.changed = set()
        if "people" in names:
            await self.app.store.save(TEAM, source=Source.SLACK, people=self._people())
        if names - {"people"}:
            sprints = life.sprints if "sprints" in names else None
            issues = [issue for key, issue in life.issues.items() if key in names]
            whole = [life.sprint.id] if sprints else None
            await self.app.store.save(TEAM, source=Source.JIRA, sprints=sprints, issues=issues, whole=whole)
            pulls = [pull for name, pull in life.pulls.items() if name in names]
            await self.app.store.save(TEAM, source=Source.BITBUCKET, pull_requests=pulls)
            await self._tell(*await self.keep())
        for _ in [at for at in self.unread if at <= self.clock.at]:
            self.unread.clear()
            await self.app.mailbox.put(look_at(TEAM))

    async def _tell(self, before: Facts, now: Facts) -> None:
        """As the vendors do: some changes are told, some are not."""
        news = tidings(before, now)
        if news.any:
            job = look_at(TEAM, Reason.EVENT, delay=DEBOUNCE, max_wait=LONGEST_WAIT)
            await self.app.mailbox.put(job)
        if news.found and not self.unread:
            self.unread.append(next_reading(self.clock.at, 0, 1))
            self.at(self.unread[0], lambda: None)

    async def keep(self) -> tuple[Facts, Facts]:
        """What was so, and what is so now."""
        bare = replace(await self.app.store.facts_about(TEAM), paused=None, taken={}, odds={}, doubts=())
        before = self.kept.held[-1] if self.kept.held else replace(bare, issues=(), sprints=(), pull_requests=())
        self.kept.keep(self.clock.at, bare)
        return before, bare

    def _people(self) -> list[Person]:
        absent = {person.id: person.absent for person in self.life.people.values()}
        return [replace(person_of(m, self.team), absent=absent[m.id]) for m in self.team.members]

    # --- the plan of the days -------------------------------------------------------------------------------------

    def plan(self, sprints: int, length: timedelta) -> None:
        """So many sprints of that length."""
        offset, days = timedelta(hours=1, minutes=17, seconds=11), int(sprints * length / DAY)
        for step in range(days * int(DAY / STEP)):
            self.at(MONDAY + offset + step * STEP, self._live)
        self._ends(MONDAY + length)
        for sprint in range(1, sprints):
            self.at(MONDAY + sprint * length - 7 * SECOND, self._next_sprint(MONDAY + (sprint + 1) * length))
        for day in range(days + 1):
            digest = datetime.combine((MONDAY + day * DAY).date(), self.team.digest.at, self.team.tz)
            self.at(digest, lambda: None)
        for person in self.life.people:
            for reason, lasts in (("vacation", 4 * DAY), ("do not disturb", HOUR), ("do not disturb", 2 * HOUR)):
                self._absence(person, self.dice.randrange(days), lasts, reason)

    def _next_sprint(self, end: datetime) -> Callable[[], None]:
        def begin() -> None:
            self.life.next_sprint()
            self._ends(end)

        return begin

    def _ends(self, end: datetime) -> None:
        self.life.sprints[-1] = replace(self.life.sprint, end=end - 15 * HOUR)

    def _live(self) -> None:
        self.life.live()
        self.lively()

    def lively(self) -> None:
        """Things get stuck, and some of them are seen to."""
        working = [i.key for i in self.life.issues.values() if i.progress is Progress.DOING and not i.flagged_since]
        if working and self.dice.random() < STUCK:
            self.life.flag(self.dice.choice(working))
        if self.dice.random() < LISTENS:
            stuck = [key for key, issue in self.life.issues.items() if issue.flagged_since]
            if stuck:
                self.life.settle(self.dice.choice(stuck))

    def _absence(self, person: PersonId, day: int, lasts: timedelta, reason: str) -> None:
        begin = MONDAY + day * DAY + self.dice.randrange(24) * HOUR
        gone = Absence(reason=reason, until=begin + lasts, since=begin)
        self.at(begin, lambda: self.life.absent(person, gone))
        self.at(begin + lasts, lambda: None)


class NoVendors:
    """Stands for what reads Jira, Bitbucket and Slack: the mirror is told."""

    def __getattr__(self, name: str) -> Any:
        return self._nothing

    async def _nothing(self, *what: object, **more: object) -> bool:
        return False


@contextlib.asynccontextmanager
async def living(folder: Path, sprints: int, length: timedelta, seed: int = 20261123) -> AsyncIterator[Weeks]:
    """The company on its first Monday, ready to live so many sprints of that length."""
    clock, dice = SetClock(MONDAY), Random(seed)
    settings = Settings.model_construct(
        **Settings.model_construct().model_dump()
        | {"database_url": fresh_database(folder / "live.db"), "directives_file": constitution(folder)}
    )
    app = build(settings, clock, Scratch(settings.database_url, clock))
    life, workspace = Life(TEAM, 2, Random(seed + 1), MONDAY), Workspace(clock, lambda *_: None)
    life.changed.add("people")
    lived = Weeks(app, clock, dice, workspace, Pressing(clock, dice, workspace, TEAM), life=life)
    workspace.shown = lived.shown
    app.slack = workspace  # type: ignore[assignment]
    app.sync = NoVendors()  # type: ignore[assignment]
    app.notify = SlackHand(workspace, app.ledger, lambda: app.roster.directives, clock, work=app.store)
    in_jira = LateJira({TEAM: life}, clock=clock)
    app.hands = {kind: in_jira if kind in JIRA_SERVES else app.notify for kind in ACTION_KINDS}
    await open_app(app)
    try:
        lived.plan(sprints, length)
        await lived.happened()
        yield lived
    finally:
        await close_app(app)


def constitution(folder: Path) -> Path:
    """The product's own rules for one team, which is not looked at more often than every three hours by the clock:
    what ripens in between has a look of its own."""
    file = written(folder)
    data = yaml.safe_load(file.read_text(encoding="utf-8"))
    for level in data["urgency"].values():
        level["rule"]["look_every"] = "3 hours"
    data["teams"] = [team for team in data["teams"] if team["id"] == TEAM]
    file.write_text(yaml.safe_dump(data, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return file
