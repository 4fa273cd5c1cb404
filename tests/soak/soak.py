"""Days of a simulated company in seconds: the real product on SQLite, with a clock, a mirror and hands of ours."""

from __future__ import annotations

import contextlib
import heapq
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from itertools import count
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from bot.app import App, build, close_app, open_app
from bot.notify import SlackHand
from bot.scheduler import tick
from bot.settings import Settings
from bot.worker import work
from integrations.jira.hand import SERVES as JIRA_SERVES
from models.actions import ACTION_KINDS
from models.database import upgrade
from models.events import Delivery, Source
from models.ids import ApprovalId, DeliveryId, PersonId, TeamId
from models.mailbox import look_at
from models.proposals import ApprovalState
from models.tables.everything import all_tables
from models.work import Absence, SprintState
from planner.ports import Hand
from tests.soak import truth
from tests.soak.company import EVERYBODY, PLACES, TEAMS, written
from tests.soak.hands import Jira, Watched, Workspace
from tests.soak.life import Life
from tests.soak.oracle import Oracle

MONDAY = datetime(2026, 9, 7, tzinfo=UTC)
"""Where it begins. Within 90 days four of the six zones change their clocks, Sydney's the other way."""

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
STEP = 4 * HOUR
"""How often something may happen in a team."""

LISTENS, ANSWERS = 0.65, 0.7
"""How often somebody sees to what they are told of, and how often a question is answered at all."""

SEED = 20261123


class Clock:
    """Company time stands still until told; real time follows in strides, or reconciling would be all we did."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def real(self) -> datetime:
        return self.at.replace(hour=self.at.hour // 6 * 6, minute=0, second=0, microsecond=0)

    def monotonic(self) -> float:
        return self.at.timestamp()


@dataclass
class Soak:
    """The company, the product, and what comes next."""

    app: App
    clock: Clock
    lives: dict[str, Life]
    oracle: Oracle
    dice: Random
    workspace: Workspace
    agenda: list[tuple[datetime, int, Callable[[], None]]] = field(default_factory=list)
    answers: list[tuple[ApprovalId, PersonId]] = field(default_factory=list)
    """Questions that are about to be answered."""
    unread: list[Life] = field(default_factory=list)
    """Teams whose nightly read is due."""
    wakes: int = 0
    jobs: int = 0
    _count: count[int] = field(default_factory=count)

    # --- time -------------------------------------------------------------------------------------------------

    def at(self, moment: datetime, what: Callable[[], None]) -> None:
        """Something that will happen."""
        heapq.heappush(self.agenda, (moment, next(self._count), what))

    async def live_until(self, end: datetime) -> None:
        """Time passes: the company lives, and the product wakes whenever something is due."""
        while self.clock.at < end:
            alarm = await self.app.store.next_alarm()
            due = [self.agenda[0][0]] if self.agenda else []
            moments = [end, *due, *([alarm] if alarm is not None else [])]
            self.clock.at = max(min(moments), self.clock.at + timedelta(seconds=1))
            for life in self.lives.values():
                life.now = self.clock.at
            while self.agenda and self.agenda[0][0] <= self.clock.at:
                heapq.heappop(self.agenda)[2]()
            await self.wake()

    async def wake(self) -> None:
        """Whatever is due is done."""
        self.wakes += 1
        await self._answer()
        await self._tell_the_mirror()
        while self.unread:
            await self.read_whole(self.unread.pop())
        await tick(self.app)
        while (job := await self.app.mailbox.claim((0, 1, 2), 60.0)) is not None:
            self.jobs += 1
            await work(self.app, job)
        await self._tell_the_mirror()

    # --- what the vendors say -----------------------------------------------------------------------------------

    async def _tell_the_mirror(self) -> None:
        """What has changed is in the mirror, and a delivery on disk says so."""
        for life in self.lives.values():
            if not life.changed:
                continue
            names, life.changed = life.changed, set()
            if "people" in names:
                await self.app.store.save(life.team, source=Source.SLACK, people=list(life.people.values()))
            if names == {"people"}:
                continue
            sprints = life.sprints if "sprints" in names else None
            await self.app.store.save(
                life.team,
                source=Source.JIRA,
                sprints=sprints,
                issues=[issue for key, issue in life.issues.items() if key in names],
                whole=[life.sprint.id] if sprints else None,
            )
            pulls = [pull for name, pull in life.pulls.items() if name in names]
            await self.app.store.save(life.team, source=Source.BITBUCKET, pull_requests=pulls)
            await self.app.mailbox.accept(self._delivery(life), life.team, look_at(life.team))

    def _delivery(self, life: Life) -> Delivery:
        number = next(self._count)
        body = {"timestamp": number, "webhookEvent": "jira:issue_updated", "issue": {"id": str(number), "key": "X-1"}}
        return Delivery(
            source=Source.JIRA,
            id=DeliveryId(f"delivery-{number}"),
            name="jira:issue_updated",
            body=json.dumps(body).encode(),
            received=self.clock.real(),
        )

    async def read_whole(self, life: Life) -> None:
        """What a nightly read of everything leaves in the mirror."""
        life.forget()
        sprints = [s for s in life.sprints if s.state is SprintState.ACTIVE] + life.sprints[:-1]
        issues, pulls = list(life.issues.values()), list(life.pulls.values())
        await self.app.store.save(
            life.team, source=Source.JIRA, complete=True, sprints=sprints, issues=issues, whole=[life.sprint.id]
        )
        await self.app.store.save(life.team, source=Source.BITBUCKET, complete=True, pull_requests=pulls)
        await self.app.store.save(life.team, source=Source.SLACK, people=list(life.people.values()))

    # --- what people do ---------------------------------------------------------------------------------------

    def told(self, life: Life, subject: str) -> None:
        """Whoever is told of something mostly sees to it, within a working day or two."""
        if self.dice.random() < LISTENS:
            self.at(self.clock.at + self.dice.uniform(0.2, 30) * HOUR, lambda: life.settle(subject))

    def asked(self, approval: ApprovalId, person: PersonId) -> None:
        """Whoever is asked answers within a working day, or never."""
        if self.dice.random() < ANSWERS:
            hours = EVERYBODY[person].hours
            self.at(
                hours.at_work(self.clock.at, self.dice.uniform(0.1, 9)),
                lambda: self.answers.append((approval, person)),
            )

    async def _answer(self) -> None:
        pressed, self.answers = self.answers, []
        for approval, person in pressed:
            asked = await self.app.ledger.approval(approval)
            if asked is not None and asked.state is ApprovalState.PENDING:
                yes = self.dice.random() < 0.75
                await self.app.ledger.decide(approval, by=person, approve=yes, version=asked.payload_hash)

    # --- the plan of everybody's days ---------------------------------------------------------------------------

    def plan(self, days: int) -> None:
        """Sprints, steps, digests and absences of so many days."""
        for life in self.lives.values():
            self._plan_team(life, days)
            for person in life.people:
                self._plan_person(life, person, days)
        for day in range(days):
            self.at(MONDAY + day * DAY + 12 * HOUR, self.oracle.look_around)

    def _plan_team(self, life: Life, days: int) -> None:
        offset = timedelta(hours=1, minutes=17)
        for step in range(days * int(DAY / STEP)):
            self.at(MONDAY + offset + step * STEP, life.live)
        for sprint in range(1, days // 14 + 1):
            self.at(MONDAY + sprint * 14 * DAY + offset, life.next_sprint)
        zone = ZoneInfo(truth.team_hours(life).zone)
        for day in range(days):
            self.at(MONDAY + day * DAY + offset, lambda: self.unread.append(life))
            morning = datetime.combine(MONDAY.date() + day * DAY, time(9, 30), zone)
            self.at(morning.astimezone(UTC), lambda: None)

    def _plan_person(self, life: Life, person: PersonId, days: int) -> None:
        """A vacation, days of illness, hours without disturbance; and some of them travel."""
        self._absence(life, person, self.dice.randrange(max(days, 80)), self.dice.choice((5, 9, 12)) * DAY, "vacation")
        for _ in range(max(days // 40, 1)):
            self._absence(life, person, self.dice.randrange(days), 10 * HOUR, "ill")
        for _ in range(max(days // 7, 1)):
            self._absence(life, person, self.dice.randrange(days), HOUR, "do not disturb")
        if person.endswith(("3", "6")):
            there, day = self.dice.choice([zone for zone, _ in PLACES.values()]), self.dice.randrange(days)
            self.at(MONDAY + day * DAY, lambda: life.travel(person, there))
            self.at(MONDAY + (day + 4) * DAY, lambda: life.travel(person, None))

    def _absence(self, life: Life, person: PersonId, day: int, lasts: timedelta, reason: str) -> None:
        begin = MONDAY + day * DAY + self.dice.randrange(24) * HOUR
        gone = Absence(reason=reason, until=begin + lasts, since=begin)
        self.at(begin, lambda: life.absent(person, gone))

    # --- figures ------------------------------------------------------------------------------------------------

    async def rows(self) -> dict[str, int]:
        """How many rows each table has."""
        counts = {name: select(func.count()).select_from(table) for name, table in all_tables().tables.items()}
        return await self.app.database.read(lambda c: {n: int(c.execute(q).scalar_one()) for n, q in counts.items()})


class NoVendors:
    """Stands for what reads Jira, Bitbucket and Slack: the mirror is ours."""

    def __getattr__(self, name: str) -> Callable[..., Awaitable[bool]]:
        return self._nothing

    async def _nothing(self, *what: object, **more: object) -> bool:
        return False


def hands_of(soak: Soak) -> dict[str, Hand]:
    """What the product does its work with: its own Slack hand over our workspace, and a Jira of ours."""
    app, workspace = soak.app, soak.workspace
    app.notify = SlackHand(workspace, app.ledger, lambda: app.roster.directives, soak.clock, work=app.store)  # type: ignore[arg-type]
    parts = (workspace, soak.lives, soak.oracle, app.ledger, soak.asked, soak.told)
    in_slack, in_jira = Watched(app.notify, *parts), Watched(Jira(soak.lives), *parts)
    return {kind: in_jira if kind in JIRA_SERVES else in_slack for kind in ACTION_KINDS}


@contextlib.asynccontextmanager
async def soaking(folder: Path, days: int, seed: int = SEED) -> AsyncIterator[Soak]:
    """A company on its first Monday, and the product beside it, ready to live ``days``."""
    dice, clock = Random(seed), Clock(MONDAY)
    url = f"sqlite:///{folder / 'soak.db'}"
    upgrade(url)
    settings = Settings.model_construct(
        **Settings.model_construct().model_dump() | {"database_url": url, "directives_file": written(folder)}
    )
    app = build(settings, clock)
    lives = {team: Life(TeamId(team), n, Random(seed + n), MONDAY) for n, team in enumerate(TEAMS, 1)}
    soak = Soak(app, clock, lives, Oracle(lives), dice, Workspace(Random(seed)))
    app.sync = NoVendors()  # type: ignore[assignment]
    app.hands = hands_of(soak)
    await open_app(app)
    try:
        for life in lives.values():
            await soak.read_whole(life)
            await app.mailbox.put(look_at(life.team))
        soak.plan(days)
        yield soak
    finally:
        await close_app(app)
