"""A small company that lives for weeks with the real product, and whose people press what they are shown.

Everything that decides is real: door's rows, worker, jobs, planner, ledger. Slack and Jira are in memory; the mirror is
told at once, and what it held at each moment is kept, as the history that a back-test reads.
"""

from __future__ import annotations

import contextlib
import heapq
import json
from bisect import bisect_right
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import yaml

from bot.app import App, build, close_app, open_app
from bot.backtest.clock import SetClock
from bot.listeners.buttons import work_of
from bot.notify import SlackHand
from bot.scheduler import tick
from bot.settings import Settings
from bot.sync import person_of
from bot.webhooks import DEBOUNCE, LONGEST_WAIT
from bot.worker import work
from integrations.jira.hand import SERVES as JIRA_SERVES
from models.actions import ACTION_KINDS, Reassign
from models.events import Delivery, Reason, Source
from models.ids import DeliveryId, PersonId, TeamId
from models.mailbox import NewJob, look_at
from models.proposals import Effect, Receipt
from models.scratch import Scratch
from models.work import Absence, Facts, Person, Progress
from planner.bounds.limits import Place
from planner.hearers.approvals import course
from planner.hearers.putting_off import clock_of
from tests.soak.company import EVERYBODY, written
from tests.soak.hands import Jira
from tests.soak.life import Life
from tests.world import fresh_database

MONDAY = datetime.fromisoformat("2026-09-07T08:00:00+00:00")
DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
FORTNIGHT = 14 * DAY
STEP = 2 * HOUR
TEAM = TeamId("web")

PRESSED = frozenset({"click", "batch", "hush", "ending", "feedback", "took", "undo", "digest_menu"})
"""What people press; the rest opens windows or asks questions."""

PRESSES, LISTENS, STUCK = 0.8, 0.15, 0.1
"""How often somebody presses something of what they are shown, sees to it in truth, and how often work gets stuck."""


@dataclass
class Workspace:
    """Slack in memory, as messages need it and as presses do."""

    clock: SetClock
    shown: Callable[[str, str], None]
    """Something stands there now, new or otherwise than before."""
    blocks: dict[tuple[str, str], Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    """By marker."""
    marked: dict[str, dict[str, str]] = field(default_factory=dict)
    _count: Iterator[int] = field(default_factory=count)

    async def open_dm(self, user: str) -> str:
        return f"D{user}"

    async def channel_named(self, name: str) -> str:
        return f"C{name}"

    async def post(
        self, channel: str, text: str, blocks: Sequence[Any], *, marker: str, thread: str | None = None, **_: Any
    ) -> dict[str, str]:
        ref = {"channel": channel, "ts": f"{int(self.clock.at.timestamp())}.{next(self._count):06d}"}
        self.blocks[channel, ref["ts"]], self.texts[marker], self.marked[marker] = blocks, text, ref
        if thread is None:
            self.shown(channel, ref["ts"])
        return ref

    async def update(self, channel: str, ts: str, text: str, blocks: Sequence[Any]) -> None:
        self.blocks[channel, ts] = blocks

    async def find(self, channel: str, marker: str, since: datetime, **_: Any) -> dict[str, str] | None:
        return self.marked.get(marker)

    async def permalink(self, channel: str, ts: str) -> str:
        return ""

    async def respond(self, *_: Any, **more: Any) -> None:
        pass

    async def workspace(self) -> str:
        return "T1"

    async def member(self, user: str) -> Any:
        return Member()

    async def is_shared(self, channel: str) -> bool:
        return False

    async def close(self) -> None:
        pass


@dataclass(frozen=True)
class Member:
    """A full member of the workspace."""

    guest: bool = False
    bot: bool = False
    deleted: bool = False


@dataclass
class Kept:
    """What the mirror held, moment by moment: ``bot.backtest.chronicle.Telling``."""

    moments: list[datetime] = field(default_factory=list)
    held: list[Facts] = field(default_factory=list)

    def keep(self, at: datetime, facts: Facts) -> None:
        self.moments.append(at)
        self.held.append(facts)

    def instants(self, since: datetime | None = None, until: datetime | None = None) -> Sequence[datetime]:
        return [at for at in self.moments if (since is None or at >= since) and (until is None or at <= until)]

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


@dataclass
class Days:
    """The company, the product, and what comes next."""

    app: App
    clock: SetClock
    life: Life
    dice: Random
    workspace: Workspace
    kept: Kept = field(default_factory=Kept)
    presses: int = 0
    agenda: list[tuple[datetime, int, Callable[[], Any]]] = field(default_factory=list)
    pending: list[Delivery] = field(default_factory=list)
    _count: Iterator[int] = field(default_factory=count)

    @property
    def team(self) -> Any:
        return self.app.directives.team(TEAM)

    def at(self, moment: datetime, what: Callable[[], Any]) -> None:
        heapq.heappush(self.agenda, (moment, next(self._count), what))

    # --- time -----------------------------------------------------------------------------------------------------

    async def live_until(self, end: datetime) -> None:
        while (moment := await self._next(end + DAY)) <= end:
            self.clock.at = moment
            self.life.now = moment
            while self.agenda and self.agenda[0][0] <= moment:
                heapq.heappop(self.agenda)[2]()
            await self._deliver()
            await self._work()
            await self._tell()
            while True:
                await tick(self.app)
                if not await self._work():
                    break

    async def _next(self, end: datetime) -> datetime:
        now = self.clock.at
        alarm, due = await self.app.store.next_alarm(), await self.app.mailbox.due_in((0, 1, 2))
        moments = [end, *([self.agenda[0][0]] if self.agenda else [])]
        moments += [alarm] if alarm is not None else []
        moments += [now + timedelta(seconds=due)] if due is not None else []
        for asked in await self.app.ledger.pending():
            people = {person.id: person for person in self.life.people.values()}
            at = Place(asked.team, people, self.app.directives, now)
            since, used = clock_of(asked)
            ahead = course(asked.approvers[0], "pm", asked.proposal.urgency, since, at, used)
            due_then = (ahead.reminder, ahead.passed_on, asked.expires, asked.put_off)
            moments += [each for each in due_then if each is not None and each > now]
        return max(min(moments), now + timedelta(microseconds=1000))

    async def _work(self) -> bool:
        done = False
        while await self.app.mailbox.due_in((0, 1, 2)) == 0:
            job = await self.app.mailbox.claim((0, 1, 2), 3600.0)
            if job is None:
                break
            done = True
            await work(self.app, job)
        return done

    async def _tell(self) -> None:
        """What has changed is in the mirror, and a webhook has said so; our own changes are no news."""
        life, names = self.life, self.life.changed
        if not names:
            return
        life.changed = set()
        if "people" in names:
            await self.app.store.save(TEAM, source=Source.SLACK, people=self._people())
        if names != {"people"}:
            sprints = life.sprints if "sprints" in names else None
            issues = [issue for key, issue in life.issues.items() if key in names]
            whole = [life.sprint.id] if sprints else None
            await self.app.store.save(TEAM, source=Source.JIRA, sprints=sprints, issues=issues, whole=whole)
            pulls = [pull for name, pull in life.pulls.items() if name in names]
            await self.app.store.save(TEAM, source=Source.BITBUCKET, pull_requests=pulls)
            await self.keep()
            job = look_at(TEAM, Reason.EVENT, delay=DEBOUNCE, max_wait=LONGEST_WAIT)
            await self.app.mailbox.put(job)

    async def keep(self) -> None:
        bare = replace(await self.app.store.facts_about(TEAM), paused=None, taken={}, odds={}, doubts=())
        self.kept.keep(self.clock.at, bare)

    def _people(self) -> list[Person]:
        absent = {person.id: person.absent for person in self.life.people.values()}
        return [replace(person_of(m, self.team), absent=absent[m.id]) for m in self.team.members]

    # --- what people do ------------------------------------------------------------------------------------------

    def shown(self, channel: str, ts: str) -> None:
        """Whoever is shown something presses a button of it in the next hours of their work, perhaps."""
        if self.dice.random() > PRESSES:
            return
        members = [m for m in self.team.members if channel == f"D{m.slack}"] or list(self.team.members)
        who = self.dice.choice(members)
        hours = EVERYBODY[who.id].hours
        moment = hours.at_work(self.clock.at, self.dice.uniform(0.05, 8)).replace(microsecond=0)
        self.at(moment, lambda: self._press(str(who.slack), channel, ts))

    def _press(self, user: str, channel: str, ts: str) -> None:
        found = [each for each in _buttons(self.workspace.blocks[channel, ts]) if _job(each, user) in PRESSED]
        if not found:
            return
        self.presses += 1
        body = _body(self.dice.choice(found), user, channel, ts, next(self._count))
        name = DeliveryId(f"press-{self.presses}")
        payload = json.dumps(body).encode()
        received = self.clock.at
        self.pending.append(
            Delivery(source=Source.SLACK, id=name, name="block_actions", body=payload, received=received)
        )

    async def _deliver(self) -> None:
        delivered, self.pending = self.pending, []
        for delivery in delivered:
            body = json.loads(delivery.body)
            job, key = work_of(body)
            assert job is not None
            new = NewJob(kind=job, key=key or f"slack:{body['user']['id']}", team=TEAM, lane=0)
            await self.app.mailbox.accept(delivery, TEAM, new)

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
async def living(folder: Path, sprints: int, length: timedelta, seed: int = 20261123) -> AsyncIterator[Days]:
    """The company on its first Monday, ready to live so many sprints of that length."""
    clock, dice = SetClock(MONDAY), Random(seed)
    settings = Settings.model_construct(
        **Settings.model_construct().model_dump()
        | {"database_url": fresh_database(folder / "live.db"), "directives_file": constitution(folder)}
    )
    app = build(settings, clock, Scratch(settings.database_url, clock))
    life = Life(TEAM, 2, Random(seed + 1), MONDAY)
    life.changed.add("people")
    lived = Days(app, clock, life, dice, Workspace(clock, lambda *_: None))
    lived.workspace.shown = lived.shown
    app.slack = lived.workspace  # type: ignore[assignment]
    app.sync = NoVendors()  # type: ignore[assignment]
    app.notify = SlackHand(lived.workspace, app.ledger, lambda: app.roster.directives, clock, work=app.store)
    in_jira = LateJira({TEAM: life}, clock=clock)
    app.hands = {kind: in_jira if kind in JIRA_SERVES else app.notify for kind in ACTION_KINDS}
    await open_app(app)
    try:
        lived.plan(sprints, length)
        await lived._tell()
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


def _buttons(blocks: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Everything that can be pressed: a button, or one choice of a menu."""
    found: list[dict[str, Any]] = []
    for block in blocks:
        elements = [*block.get("elements", ()), *([block["accessory"]] if "accessory" in block else [])]
        for element in elements:
            if "action_id" not in element:
                continue
            pressed = {"action_id": element["action_id"], "block_id": block.get("block_id", "b")}
            options = [*element.get("options", ())]
            options += [each for group in element.get("option_groups", ()) for each in group["options"]]
            found += [pressed | {"selected_option": option} for option in options]
            found += [pressed | {"value": element["value"]}] if "value" in element else []
    return found


def _job(action: Mapping[str, Any], user: str) -> str | None:
    return work_of(_body(action, user, "C", "1", 0))[0]


def _body(action: Mapping[str, Any], user: str, channel: str, ts: str, number: int) -> dict[str, Any]:
    return {
        "type": "block_actions",
        "user": {"id": user},
        "team": {"id": "T1"},
        "trigger_id": f"trigger-{number}",
        "container": {"channel_id": channel, "message_ts": ts},
        "response_url": "https://hooks.test/respond",
        "actions": [dict(action)],
        "state": {"values": {}},
    }
