"""Days gone by, lived through once more: the real clock, worker, planner and ledger, and hands on paper."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.app import LONGEST_NAP, App
from bot.backtest.walk.again import press_again
from bot.backtest.walk.chronicle import Chronicle
from bot.backtest.walk.clock import SetClock
from bot.backtest.walk.mirror import Recalled
from bot.backtest.walk.paper import PaperJira, PaperWorkspace
from bot.backtest.walk.tidings import tidings
from bot.jobs import HANDLERS, Handler, card, effect
from bot.scheduler import beat, next_reading
from bot.webhooks import DEBOUNCE, LONGEST_WAIT
from bot.worker import work
from models.events import Reason
from models.ids import JobId, TeamId
from models.mailbox import Job, look_at
from models.presses import Away, Preferred, Rested
from planner.bounds.limits import Place
from planner.bounds.worktime import team_calendar
from planner.facts.observe import people_of
from planner.hearers.approvals import course
from planner.hearers.putting_off import clock_of
from planner.policy.law import law_in

LANES, LEASE = (0, 1, 2), 3600.0

LONG_AGO = datetime.min.replace(tzinfo=UTC)

NAP = timedelta(seconds=LONGEST_NAP)
"""How often in life what waits looks again: it sees that somebody is there, or has a card it can join."""

A_BREATH = timedelta(milliseconds=1)
"""By how much time goes on at least: what is due at the same moment is done in its turn."""

Watcher = Callable[[datetime, float], None]
"""Told of each moment, and how much of all there is to live through is over (0 to 1)."""


async def _over(app: App, job: Job) -> None:
    """What shows something to somebody, reads vendors or tidies up has no place here."""
    await app.mailbox.finish(job)


LIVED: Mapping[str, Handler] = {
    **dict.fromkeys(HANDLERS, _over),
    **{kind: HANDLERS[kind] for kind in ("cycle", "digest", "foretell", "notice", "again", "living")},
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
    workspace: PaperWorkspace
    chronicle: Chronicle
    looks: int = 0
    moments: int = 0
    _asked: list[datetime] = field(default_factory=list)
    """When something is due for the questions that wait."""
    _unread: dict[TeamId, datetime] = field(default_factory=dict)
    """When what nobody tells of is found."""
    _tried: dict[JobId, datetime] = field(default_factory=dict)
    """When work was tried last."""
    _stirred: bool = True
    """Whether the last moment may have changed what time alone makes due."""
    _alarm: datetime | None = None
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
        last = {team: await self.app.ledger.last_cycles(team, 1) for team in self.chronicle.tellings}
        self.chronicle.skip_to(since, {team: looks[0].at for team, looks in last.items() if looks})
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
                watcher(self.clock.at, self.chronicle.lived)
        self.clock.at = max(end, self.clock.at)

    async def _live(self) -> None:
        """One moment, in the order of life: people first, then what the vendors tell, then what time makes due."""
        now, posts = self.clock.at, self.workspace.posts
        people, pressed = await self._people_press()
        worked = (pressed or self._job_at <= now) and await self._work()
        for team in sorted(self.chronicle.changed_until(now)):
            await self._take_up(team)
        await self._read_again()
        learnt = await self._learn()
        if is_due := pressed or bool(people) or learnt or self._beat_at <= now or self.moments == 1:
            await beat(self.app)
            await self._work()
        for team in self.chronicle.tellings if self.workspace.posts > posts else ():
            await self.app.mailbox.hasten("effect", team, NAP, self._tried)
        self._stirred = is_due or worked
        if self._stirred:
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
            if isinstance(press, Preferred):  # another zone, perhaps
                self._hold(press.team)
            if isinstance(press, Away | Rested):  # whoever waited for them asks again
                await self.app.mailbox.hasten("effect", press.team, NAP, self._tried)
        return moved, pressed

    async def _learn(self) -> bool:
        """Sprints that have come to be known teach forecasts; whether any has."""
        known = self.chronicle.learnt_until(self.clock.at)
        for team, each in known:
            await self.app.foresight.keep_ended(team, each.sprint, each.ended, each.stands)
        return bool(known)

    async def _take_up(self, team: TeamId) -> None:
        """What has changed is so from now on, and a reason to look unless we changed it, or nobody tells of it."""
        before = self.mirror.held(team)
        self._hold(team)
        news = tidings(before, self.mirror.held(team))
        if news.others or (news.tickets and not self.jira.is_echo(news.tickets)):
            await self.app.mailbox.put(look_at(team, Reason.EVENT, delay=DEBOUNCE, max_wait=LONGEST_WAIT))
        if news.found:
            self._unread.setdefault(team, self._found_at(team))

    async def _read_again(self) -> None:
        """What no webhook told comes to light with the next reading."""
        for team in [team for team, at in self._unread.items() if at <= self.clock.at]:
            del self._unread[team]
            await self.app.mailbox.put(look_at(team))

    def _found_at(self, team: TeamId) -> datetime:
        """When the next reading begins for ``team``, or what a webhook told by the way is looked at."""
        places = [each.id for each in self.app.directives.teams]
        return next_reading(self.clock.at, places.index(team), len(places))

    def _hold(self, team: TeamId) -> None:
        self.mirror.hold(self.chronicle.facts(team, self.clock.at, self.app.directives))

    async def _work(self) -> bool:
        """Whatever is due is done; whether anything was."""
        done, left = False, 0.0 if self._job_at <= self.clock.at else await self.app.mailbox.due_in(LANES)
        while left == 0 and (job := await self.app.mailbox.claim(LANES, LEASE)) is not None:
            done = True
            self.looks += job.kind in ("cycle", "digest")
            self._tried[job.id] = self.clock.at
            await work(self.app, job, LIVED)
            left = await self.app.mailbox.due_in(LANES)
        return done

    # --- when something is due ------------------------------------------------------------------------------

    async def _next(self) -> datetime:
        """The next moment at which anything happens; never one that is over."""
        now, last = self.clock.at, self.chronicle.end + timedelta(days=1)
        if self._stirred:
            self._alarm = await self.app.store.next_alarm()
        alarm, due = self._alarm, await self.app.mailbox.due_in(LANES)
        self._job_at = now + timedelta(seconds=due) if due is not None else last
        times = (*self._asked, *self.chronicle.returns(), *self._unread.values())
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
