"""A company, its product without a worker, and a proxy between them: jobs are worked one try at a time by the test."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import logging
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, select, update

from bot.app import App, build, close_app
from bot.worker import work
from integrations.simulator.atlassian.jira_shapes import MOST_HISTORIES
from integrations.simulator.nouns import Issue
from integrations.simulator.server import Simulator
from models.actions import CommentOnIssue, RemindPerson, addressee
from models.events import Reason
from models.ids import CycleId, EffectId, IssueKey, ProposalId, named
from models.keeping import effects as outbox
from models.mailbox import Job, NewJob, look_at
from models.proposals import Effect, EffectState
from models.tables.mirror import facts
from models.tables.outbox import effects
from models.tables.queue import jobs
from tests.faults.stage.proxy import Proxy
from tests.world import CONSTITUTION, World, running

SECONDS = 0.5
"""What one call may take in all; ten seconds outside these tests."""

LANES = (0, 1, 2)

MOST_TRIES = 6
"""Tries after which something is given up that should long have ended."""


@dataclass(frozen=True)
class Try:
    """What one try of one job came to."""

    kind: str
    state: str
    words: str
    effect: str
    """The effect's state after it, empty for other jobs."""
    seconds: float
    attempts: int
    waits: float
    """Seconds until the next."""


@dataclass
class Town:
    """What a cell can do and see."""

    world: World
    proxy: Proxy
    templates: dict[str, Effect] = field(default_factory=dict)
    begun: int = 0
    log: list[str] = field(default_factory=list)
    _told: int = 0
    _issues: dict[str, Issue] = field(default_factory=dict)
    _others: dict[str, App] = field(default_factory=dict)

    @property
    def app(self) -> App:
        """The product, every vendor reached through the proxy."""
        return self.world.app

    @property
    def simulator(self) -> Simulator:
        return self.world.simulator

    # --- effects ----------------------------------------------------------------------------------------------

    async def plan(self, kind: str) -> EffectId:
        """Plan one more effect just like the one of that kind the product itself has planned before."""
        self.begun += 1
        like = self.templates[kind]
        # Its reader has asked for it: what a cell plays is the call, however many messages that makes in a day.
        asker = addressee(like.action)
        proposal = replace(like.proposal, id=ProposalId(f"{kind}-{self.begun}"), asked_by=asker)
        effect = replace(
            like, id=EffectId(named("effect", proposal.id)), proposal=proposal, state=EffectState.PLANNED, tries=0,
            first_try=None, receipt={}, cycle=CycleId(f"cell-{self.begun}"),
        )  # fmt: skip
        now, real = self.app.clock.now(), self.app.clock.real()
        await self.app.database.write(lambda c: outbox.plan(c, effect, lane=0, at=now, real=real), "test")
        return effect.id

    async def restore(self) -> None:
        """Every issue is again as it was, in Jira and in the mirror."""
        changed = [key for key, issue in self._issues.items() if self.simulator.company.issues[key] != issue]
        self.simulator.company.issues.update(self._issues)
        if changed:  # the mirror would not take what is older than what it has
            await self.app.database.write(lambda c: c.execute(delete(facts).where(facts.c.kind == "issue")), "test")
            await self.app.sync.everything(self.world.team.id)

    def marked(self, effect: EffectId) -> int:
        """How often something with that marker stands in Slack or Jira."""
        posts = [m for m in self.simulator.workspace.messages.values() if effect in str(m.metadata)]
        comments = [
            c for i in self.simulator.company.issues.values() for c in i.comments if effect in str(c.properties)
        ]
        return len(posts) + len(comments)

    # --- time -------------------------------------------------------------------------------------------------

    async def try_once(self, app: App | None = None) -> Try | None:
        """Work the next job there is, whenever it is due; ``None`` when none waits."""
        app = app or self.app
        await app.database.write(_due_now, "test")
        job = await app.mailbox.claim(LANES, app.settings.lease_seconds)
        if job is None:
            return None
        begin = app.clock.monotonic()
        async with asyncio.timeout(20):
            await work(app, job)
        return await self._tried(job, app.clock.monotonic() - begin)

    async def _tried(self, job: Job, seconds: float) -> Try:
        row = await self._row(select(jobs).where(jobs.c.id == job.id))
        name = job.payload.get("effect")
        effect = await self._row(select(effects).where(effects.c.id == name)) if name else None
        waits = (row["run_at"] - self.app.clock.real()).total_seconds()
        words = (effect["words"] if effect else None) or row["error"] or ""
        state = effect["state"] if effect else ""
        return Try(job.kind, row["state"], words, state, seconds, row["attempts"], waits)

    async def _row(self, query: Any) -> Any:
        return await self.app.database.read(lambda c: c.execute(query).mappings().one())

    async def to_the_end(self, first: App | None = None, *, most: int = MOST_TRIES) -> list[Try]:
        """Every try until nothing waits, the first by ``first`` when that is another product."""
        tries: list[Try] = []
        while len(tries) < most:
            one = await self.try_once(first if not tries else None)
            if one is None:
                return tries
            tries.append(one)
            self.later()
            await self.quiet()
        raise AssertionError(f"not at an end after {most} tries: {tries}")

    async def quiet(self) -> None:
        """Wait until no call is under way on either side: what the product waits twelve seconds for."""
        async with asyncio.timeout(SECONDS + 2):
            while self.held():
                await asyncio.sleep(0.01)

    def held(self) -> int:
        """Threads and tasks that are still at work for a call, and requests the proxy holds."""
        threads = [pool for pool in (self.app.jira, self.app.bitbucket) if pool is not None]
        return sum(_pool(each).busy for each in threads) + self.proxy.holding

    # --- other ways there -------------------------------------------------------------------------------------

    def product_at(self, address: str) -> App:
        """The same product on the same database, told to reach its vendors at that address."""
        if address not in self._others:
            there = {
                "slack_api_url": f"{address}/slack/api/",
                "jira_api_url": f"{address}/jira",
                "bitbucket_api_url": f"{address}/bitbucket",
            }
            self._others[address] = build(self.world.settings.model_copy(update=there))
        return self._others[address]

    def apps(self) -> list[App]:
        """Every product that has been started here."""
        return [self.app, *self._others.values()]

    def begin(self) -> None:
        """A new cell: nothing is left of the one before."""
        self.later()
        self.proxy.heal()
        self.log.clear()
        self._told = len(self._notices())

    def notices(self) -> int:
        """How often somebody was told in this cell that an answer may be missing."""
        return len(self._notices()) - self._told

    def _notices(self) -> list[str]:
        return [m.text for m in self.simulator.workspace.messages.values() if "ask again" in m.text]

    def secrets_in(self, lines: Sequence[str]) -> list[str]:
        """Lines in which a secret stands."""
        return [line for line in lines if any(secret in line for secret in self.app.settings.secrets())]

    def tasks(self) -> set[str]:
        """What the product has under way in this process, apart from what serves its doors."""
        names = (f"{getattr(task.get_coro(), 'cr_code', None)!r}" for task in asyncio.all_tasks())
        return {name for name in names if re.search(r"/(bot/worker|bot/jobs|planner|integrations/(?!simulator))", name)}

    def later(self) -> None:
        """However long Slack wanted us to wait, and its channels' pace: that time has passed."""
        for app in self.apps():
            if app.slack is not None:
                app.slack.pacer._lanes.clear()

    async def close(self) -> None:
        for app in self._others.values():
            await close_app(app)


def _pool(client: Any) -> Any:
    return getattr(client, "_threads", None) or client._calls._threads


def _due_now(connection: Connection) -> None:
    connection.execute(update(jobs).where(jobs.c.state == "waiting").values(run_at=jobs.c.first_at))


class Heard(logging.Handler):
    """Everything the product logs, in the lines an operator would read."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__(logging.INFO)
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.append(record.getMessage() + (str(record.exc_info[1]) if record.exc_info else ""))


@contextlib.contextmanager
def _heard(lines: list[str]) -> Iterator[None]:
    handler, root = Heard(lines), logging.getLogger()
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)


@contextlib.asynccontextmanager
async def town(folder: Path, **settings: Any) -> AsyncIterator[Town]:
    """The town on an ordinary morning, with one real effect of each kind to copy."""
    proxy = Proxy()
    await proxy.start()
    text = CONSTITUTION.read_text(encoding="utf-8")
    text = re.sub(r"(- id: (?:li|noor)\n(?:.*\n){6}\s+channel: )dm", r"\1jira", text)
    through = {
        "slack_api_url": f"{proxy.url}/slack/api/",
        "jira_api_url": f"{proxy.url}/jira",
        "bitbucket_api_url": f"{proxy.url}/bitbucket",
        "call_seconds": SECONDS,
    }

    def prepare(simulator: Simulator) -> None:
        proxy.upstream = int(simulator.url.rpartition(":")[2])
        simulator.slack_out.own_url = proxy.url
        simulator.bitbucket.base = f"{proxy.url}/bitbucket/2.0"
        simulator.company.listeners.clear()  # no webhooks: nothing is done but what a cell does
        _often_changed(simulator)

    lines: list[str] = []
    try:
        async with running(folder, text=text, work=False, prepare=prepare, **(through | settings)) as world:
            made = Town(world, proxy, log=lines)
            await _first_morning(made)
            with _heard(lines):
                yield made
            await made.close()
    finally:
        await proxy.stop()


def _often_changed(simulator: Simulator) -> None:
    """A ticket that is done has more history than a search brings along: what is left of it is asked for by itself."""
    company = simulator.company
    over = next(issue for issue in company.active() if company.category(issue) == "done")
    for number in range(MOST_HISTORIES):
        company.edit(over.key, over.reporter, title=f"Another title {number}")


async def _first_morning(made: Town) -> None:
    """The product looks, writes, asks and is answered, as it does anywhere; what it has planned is kept as pattern."""
    world, app = made.world, made.app
    key = world.lose_an_owner()
    await app.mailbox.put(look_at(world.team.id))
    await made.to_the_end(most=20)
    world.clock.advance(timedelta(minutes=25))
    made._issues = dict(copy.copy(made.simulator.company.issues))
    await app.sync.everything(world.team.id)
    await app.mailbox.put(look_at(world.team.id))
    team = world.team.id
    await app.mailbox.put(NewJob("digest", f"team:{team}", team, payload={"reason": Reason.DIGEST.value}))
    await made.to_the_end(most=20)
    card = next(m for m in world.direct_messages("dana") if key in str(m.blocks) and "approve" in str(m.blocks))
    await world.click("dana", card, "approve")
    await made.to_the_end(most=20)
    for effect in await app.ledger.recent(team=world.team.id):
        made.templates.setdefault(effect.action.kind, effect)
        if isinstance(effect.action, RemindPerson) and effect.action.items[0].kind == "blocked_too_long":
            made.templates["comment_on_issue"] = _as_a_comment(effect, effect.action)
    await made.restore()


def _as_a_comment(effect: Effect, reminder: RemindPerson) -> Effect:
    """The same matter as somebody hears of it who likes Jira better."""
    item = reminder.items[0]
    action = CommentOnIssue(person=reminder.person, issue=IssueKey(item.subject), item=item)
    return replace(effect, action=action, proposal=replace(effect.proposal, action=action))
