"""A company whose Jira and Bitbucket are asked over HTTP, living with the real product; and what reads its past.

Nothing of what the mirror held is kept: whoever wants to know it asks the vendors for their histories.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from bot.app import App, build, close_app, open_app
from bot.backtest.walk.clock import SetClock
from bot.hands import hands_of, in_jira
from bot.notify import SlackHand
from bot.scheduler import RECONCILE, next_reading
from bot.sync import Sync
from bot.sync.past import Pasts, pasts_of
from bot.webhooks import Webhooks
from integrations.simulator.nouns import News
from integrations.simulator.server import Simulator
from models.actions import DelegateTask
from models.directives_file import load
from models.events import Source
from models.mailbox import look_at
from models.proposals import Effect, Receipt
from models.scratch import Scratch
from models.work import Absence
from planner.ports import Hand
from tests.backtest.live import MONDAY, TEAM, constitution
from tests.backtest.passing import A_BREATH, DAY, HOUR, SECOND, Days
from tests.backtest.slack import Pressing, Workspace
from tests.bot.sync.happening import happen, turn_the_sprint
from tests.world import fresh_database, settings_for

EVERY = 2 * HOUR
"""In so much time something happens."""

BEFORE = 6
"""Sprints it looks back on: enough for a forecast."""

MINUTES = timedelta(minutes=3)
"""Until a past sprint has been seen to be unread."""


@dataclass(frozen=True)
class Taking:
    """A hand that takes a second, as everything does over a network."""

    hand: Hand
    clock: SetClock

    async def perform(self, effect: Effect) -> Receipt:
        self.clock.at += SECOND
        return await self.hand.perform(effect)

    async def find(self, effect: Effect) -> Receipt | None:
        return await self.hand.find(effect)

    async def changed(self, effect: Effect) -> str | None:
        return await self.hand.changed(effect)


@dataclass(kw_only=True)
class Recorded(Days):
    """The company behind HTTP."""

    simulator: Simulator
    door: Webhooks
    news: list[News] = field(default_factory=list)

    @property
    def pasts(self) -> Pasts:
        app = self.app
        assert app.jira is not None
        return pasts_of(app.jira, app.bitbucket, app.store, self.clock, lambda: app.directives)

    def before(self, moment: datetime) -> datetime:
        """In life the clock ticks all the time: the reading of every ten minutes is over when something happens."""
        begun = moment - timedelta(seconds=moment.timestamp() % RECONCILE)
        return begun if begun > self.clock.at else moment

    async def happened(self) -> None:
        """Each change comes as a signed webhook to the real door."""
        news, self.news = self.news, []
        assert self.simulator.webhooks is not None
        for delivery in [each for one in news for each in self.simulator.webhooks.deliveries(one)]:
            headers = {name.lower(): value for name, value in delivery.headers.items()}
            await self.door.receive(Source(delivery.service), headers, delivery.body)

    def hear(self, news: News) -> None:
        """What we did ourselves is told a second later; what nobody tells of the next reading finds."""
        self.news.append(news)
        self.at(self.clock.at + SECOND, lambda: None)
        self.at(next_reading(self.clock.at, 0, 1), lambda: None)

    def ends(self, sprint: int, length: timedelta) -> datetime:
        """When the sprint of that number (the first is 1) is closed."""
        return MONDAY + sprint * length - 7 * SECOND

    # --- the plan of the days -------------------------------------------------------------------------------------

    def plan(self, sprints: int, length: timedelta) -> None:
        """So many sprints of that length; the first has just begun."""
        for n in range(int(sprints * length / EVERY)):
            moment = MONDAY + n * EVERY + self.dice.randrange(240, 7000) * SECOND
            self.at(moment, lambda: happen(self.simulator.company, self.dice))
        for sprint in range(1, sprints + 1):
            turn = self.ends(sprint, length)
            self.at(turn, lambda: turn_the_sprint(self.simulator.company, length - rest_of(length)))
            self.at(turn + MINUTES, lambda: None)
        self.at(MONDAY + MINUTES, lambda: None)
        days = max(1, int(sprints * length / DAY))
        for day in range(days + 1):
            self.at(datetime.combine((MONDAY + day * DAY).date(), self.team.digest.at, self.team.tz), lambda: None)
        for member in self.team.members:
            for reason, lasts in (("vacation", 2 * DAY), ("do not disturb", HOUR), ("do not disturb", 2 * HOUR)):
                self._absence(str(member.slack), self.dice.randrange(days), lasts, reason)

    def _absence(self, user: str, day: int, lasts: timedelta, reason: str) -> None:
        begin = MONDAY + day * DAY + self.dice.randrange(24) * HOUR + 13 * SECOND
        gone = Absence(reason=reason, until=begin + lasts)
        self.at(begin, lambda: self._goes(user, gone))
        self.at(begin + lasts, lambda: None)

    def _goes(self, user: str, gone: Absence) -> None:
        self.workspace.away[user] = gone


def rest_of(length: timedelta) -> timedelta:
    """Between a sprint's planned end and the next one's begin: a night, where the sprint has one."""
    return 15 * HOUR if length > 2 * DAY else timedelta()


@contextlib.asynccontextmanager
async def recorded(folder: Path, sprints: int, length: timedelta, seed: int) -> AsyncIterator[Recorded]:
    """The company on its first Monday, ready to live so many sprints of that length."""
    clock, dice, file = SetClock(MONDAY), Random(seed), constitution(folder)
    law = load(file)
    simulator = Simulator(law, file.read_text(encoding="utf-8"), clock, "http://127.0.0.1:9", past=BEFORE)
    await simulator.start()
    nobody = {"slack_bot_token": "", "clock_file": None, "directives_file": file}
    own = settings_for(simulator, folder, 0, fresh_database(folder / "live.db")).model_copy(update=nobody)
    app = build(own, clock, Scratch(own.database_url, clock))
    workspace = Workspace(clock, lambda *_: None)
    lived = Recorded(
        app, clock, dice, workspace, Pressing(clock, dice, workspace, TEAM), simulator=simulator, door=_door(app)
    )
    workspace.shown = lived.shown
    _join(app, workspace, clock)
    simulator.company.listeners.clear()
    turn_the_sprint(simulator.company, length - rest_of(length))
    simulator.company.listeners.append(lived.hear)
    clock.at = MONDAY + A_BREATH
    await open_app(app)
    try:
        assert app.jira is not None
        app.me = await app.jira.myself()
        lived.plan(sprints, length)
        await app.mailbox.put(look_at(TEAM))
        yield lived
    finally:
        await close_app(app)
        await simulator.stop()


def _door(app: App) -> Webhooks:
    secrets = {Source.JIRA: app.settings.jira_webhook_secret, Source.BITBUCKET: app.settings.bitbucket_webhook_secret}
    return Webhooks(
        inbox=app.mailbox,
        directives=lambda: app.directives,
        clock=app.clock,
        metrics=app.metrics,
        secrets={source: secret.get_secret_value() for source, secret in secrets.items()},
        me=lambda: app.me,
    )


def _join(app: App, workspace: Workspace, clock: SetClock) -> None:
    """Slack in memory, Jira with a hand that takes a second."""
    app.slack = workspace  # type: ignore[assignment]
    app.sync = Sync(
        app.store,
        clock,
        lambda: app.roster.constitution,
        inbox=app.mailbox,
        jira=app.jira,
        bitbucket=app.bitbucket,
        slack=workspace,  # type: ignore[arg-type]
    )
    app.notify = SlackHand(workspace, app.ledger, lambda: app.roster.directives, clock, work=app.store)
    in_truth = in_jira(app.jira, app.roster)
    assert in_truth is not None
    app.hands = hands_of({}, Taking(in_truth, clock), app.notify, app.hands[DelegateTask.kind])
