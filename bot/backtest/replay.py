"""Days gone by, lived through once more: the real clock, worker, planner and ledger, and hands on paper."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.app import App
from bot.backtest.again import press_again
from bot.backtest.chronicle import Chronicle
from bot.backtest.clock import SetClock
from bot.backtest.mirror import Recalled
from bot.backtest.paper import PaperJira
from bot.jobs import HANDLERS, Handler, card, effect
from bot.scheduler import beat
from bot.webhooks import DEBOUNCE, LONGEST_WAIT
from bot.worker import work
from models.events import Reason
from models.ids import IssueKey, TeamId
from models.mailbox import Job, look_at
from models.presses import Away, Rested
from models.work import Facts
from planner.bounds.limits import Place
from planner.bounds.worktime import team_calendar
from planner.facts.observe import people_of
from planner.hearers.approvals import course
from planner.hearers.putting_off import clock_of
from planner.policy.law import law_in

LANES, LEASE = (0, 1, 2), 3600.0

LONG_AGO = datetime.min.replace(tzinfo=UTC)

GLANCE_AGAIN = 600.0
"""Seconds until what waits for somebody sees that they are there: as long as it would have napped."""

A_BREATH = timedelta(milliseconds=1)
"""By how much time goes on at least: what is due at the same moment is done in its turn."""

Watcher = Callable[[datetime, float], None]
"""Told of each moment, and how much of all there is to live through is over (0 to 1)."""


async def _over(app: App, job: Job) -> None:
    """What shows something to somebody, reads vendors or tidies up has no place here."""
    await app.mailbox.finish(job)


LIVED: Mapping[str, Handler] = {
    **dict.fromkeys(HANDLERS, _over),
    **{kind: HANDLERS[kind] for kind in ("cycle", "digest", "notice", "again", "living")},
    "effect": effect.carry_out_one,
    "card": card.redraw,
}
"""What is really done: whatever decides, or says something."""


@dataclass
class Replay:
    """One walk through a chronicle."""

    app: App
    clock: SetClock
    mirror: Recalled
    jira: PaperJira
    chronicle: Chronicle
    looks: int = 0
    moments: int = 0
    _asked: list[datetime] = field(default_factory=list)
    """When something is due for the questions that wait."""
    _job_at: datetime = LONG_AGO
    _beat_at: datetime = LONG_AGO
    """When work, and when the clock's next beat, is due."""

    async def begin(self) -> None:
        """Hold up the first facts, and look at everybody, as at a start."""
        for team in self.chronicle.tellings:
            self._hold(team)
            await self.app.mailbox.put(look_at(team))

    async def go_on(self, since: datetime) -> None:
        """Hold up the facts of ``since``, up to which everything has been lived through before."""
        self.clock.at = since
        self.chronicle.skip_to(since)
        for team in self.chronicle.tellings:
            self._hold(team)
        self._asked = await self._moments_of_questions()
        self.moments = 1

    async def until(self, end: datetime, watcher: Watcher | None = None) -> None:
        """Live up to ``end``, that moment included."""
        while (moment := await self._next()) <= end:
            self.clock.at = max(moment, self.clock.at)
            self.moments += 1
            await self._live()
            if watcher is not None:
                watcher(self.clock.at, self.chronicle.lived / max(self.chronicle.length, 1))
        self.clock.at = max(end, self.clock.at)

    async def _live(self) -> None:
        """One moment, in the order of life: people first, then what the vendors tell, then what time makes due."""
        now = self.clock.at
        people, pressed = await self._people_press()
        worked = (pressed or self._job_at <= now) and await self._work()
        for team in sorted(self.chronicle.changed_until(now)):
            await self._take_up(team)
        if is_due := pressed or bool(people) or self._beat_at <= now or self.moments == 1:
            await beat(self.app)
            await self._work()
        if is_due or worked:
            self._asked = await self._moments_of_questions()

    async def _people_press(self) -> tuple[set[TeamId], bool]:
        """Who was there changes of itself: the teams of whom it did; and whether anybody pressed anything."""
        moved, pressed = set[TeamId](), False
        for press in self.chronicle.pressed_until(self.clock.at):
            if self.chronicle.note(press):
                moved.add(press.team)
                self._hold(press.team)
            else:
                pressed = True
                await press_again(press, self.app)
            if isinstance(press, Away | Rested):  # whoever waited for them asks again
                await self.app.mailbox.hasten("effect", press.team, GLANCE_AGAIN)
        return moved, pressed

    async def _take_up(self, team: TeamId) -> None:
        """What has changed is so from now on, and a reason to look unless we changed it."""
        before = self.mirror.held(team)
        self._hold(team)
        changed = _changed(before, self.mirror.held(team))
        if changed is None or (changed and not self.jira.is_echo(changed)):
            await self.app.mailbox.put(look_at(team, Reason.EVENT, delay=DEBOUNCE, max_wait=LONGEST_WAIT))

    def _hold(self, team: TeamId) -> None:
        self.mirror.hold(self.chronicle.facts(team, self.clock.at, self.app.directives))

    async def _work(self) -> bool:
        """Whatever is due is done; whether anything was."""
        done = False
        while (job := await self.app.mailbox.claim(LANES, LEASE)) is not None:
            done = True
            self.looks += job.kind in ("cycle", "digest")
            await work(self.app, job, LIVED)
        return done

    # --- when something is due ------------------------------------------------------------------------------

    async def _next(self) -> datetime:
        """The next moment at which anything happens; never one that is over."""
        now, last = self.clock.at, self.chronicle.end + timedelta(days=1)
        alarm, due = await self.app.store.next_alarm(), await self.app.mailbox.due_in(LANES)
        self._job_at = now + timedelta(seconds=due) if due is not None else last
        times = (*self._asked, *self.chronicle.returns())
        self._beat_at = min([alarm or last, *self._mornings(now), *(time for time in times if time > now)])
        return max(min(self._job_at, self._beat_at, self.chronicle.next() or last), now + A_BREATH)

    def _mornings(self, now: datetime) -> Iterator[datetime]:
        """When days begin and their summaries are due."""
        for team in self.app.directives.teams:
            calendar = team_calendar(self.app.directives, team.id)
            today = now.astimezone(team.tz).date()
            for day in (today, today + timedelta(days=1)):
                begins = calendar.worked_on(day)
                moments = (datetime.combine(day, team.digest.at, team.tz), *(begins or ()))
                yield from (moment for moment in moments if moment > now)

    async def _moments_of_questions(self) -> list[datetime]:
        found: list[datetime] = []
        for asked in await self.app.ledger.pending():
            people = people_of(self.mirror.held(asked.team))
            at = Place(asked.team, people, self.app.directives, self.clock.now())
            role = law_in(asked.proposal.action, self.app.directives.team(asked.team), self.app.directives).role
            since, used = clock_of(asked)
            ahead = course(asked.approvers[0], role, asked.proposal.urgency, since, at, used)
            due = (ahead.reminder, ahead.passed_on, asked.expires, asked.put_off)
            found += [moment for moment in due if moment is not None]
        return found


def _changed(before: Facts, after: Facts) -> frozenset[IssueKey] | None:
    """The tickets that differ; ``None`` where anything else does."""
    if before.pull_requests != after.pull_requests or before.sprints != after.sprints:
        return None
    known = {issue.key: issue for issue in before.issues}
    differ = {issue.key for issue in after.issues if known.pop(issue.key, None) != issue}
    return frozenset({*differ, *known})
