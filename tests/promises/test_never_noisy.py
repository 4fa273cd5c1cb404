"""Never noisy: silence over quiet data whatever the mind says, and one message where two hundred things happen."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import holidays
import pytest
from sqlalchemy import func, select

from bot.scheduler import tick
from bot.worker import work
from integrations.simulator.company import commit_of, item
from integrations.simulator.happenings import paragraph
from integrations.simulator.nouns import Change, Comment, Issue, News, PullRequest, Review, Step
from integrations.simulator.server import Simulator
from models.actions import AskApproval, CommentOnIssue, Escalate, Item, Reassign, RemindPerson
from models.events import Reason, Trigger
from models.ids import ApprovalId, IssueKey, PersonId, ProposalId, SignalId
from models.proposals import Proposal
from models.signals import Evidence, Urgency
from models.tables.looks import cycles
from models.tables.queue import inbox
from planner.cycle import run_cycle
from planner.ports import Desk
from planner.reasoning import Thinking
from planner.reports.summaries import digest
from tests.stories.scene import Scene, empty, plant
from tests.world import CONSTITUTION, World, in_memory, running

pytestmark = pytest.mark.anyio

LOOKS = 1_000

HOSTILE = 300
"""Looks with a mind that talks nonsense: each of its kinds comes many times."""
EVERY = timedelta(minutes=15)
MONDAY = datetime.fromisoformat("2026-11-16T08:00:00-05:00")
OFTEN = CONSTITUTION.read_text(encoding="utf-8").replace("look_every: 360 minutes", "look_every: 15 minutes")
"""The constitution with a look every quarter of an hour when all is well: more chances to be noisy."""


def healthy(simulator: Simulator) -> None:
    """Everybody works on something, nothing is stuck, one pull request is approved and waits for its author."""
    empty(simulator)
    tickets: dict[str, str] = {}
    accounts = [str(m.jira) for m in simulator.directives.teams[0].members]
    for number, account in enumerate(accounts):
        plant(simulator, tickets, f"Something that goes well {number}", account)
    review(simulator, tickets["Something that goes well 0"], accounts[0], accounts[1], "approved", 1)


def review(simulator: Simulator, key: str, author: str, reviewer: str, state: str | None, number: int) -> PullRequest:
    """A pull request that was opened two days ago; nobody is told."""
    company, scope = simulator.company, simulator.directives.teams[0].bitbucket
    opened = company.clock.now() - timedelta(days=2)
    repository = f"{scope.workspace}/{scope.repositories[0]}"
    pull = PullRequest(
        repository=repository,
        number=number,
        title=f"{key} change {number}",
        branch=f"feature/{key}",
        author=author,
        state="OPEN",
        draft=False,
        reviews=(Review(reviewer, state, opened if state else None),),
        created=opened,
        updated=opened,
        commit=commit_of(repository, number, opened),
        steps=(Step(kind="update", by=author, at=opened, words="OPEN"),),
    )
    company.pull_requests[(repository, number)] = pull
    return pull


@contextlib.asynccontextmanager
async def quiet(tmp_path: Path, text: str | None = None) -> AsyncIterator[World]:
    """A healthy company and a product whose clock and worker are the test's."""
    with in_memory(tmp_path) as folder:
        async with running(folder, text=text, at=MONDAY, speed=0.0, work=False, prepare=healthy) as world:
            yield world


async def life_goes_on(world: World) -> None:
    """Somebody has touched every ticket that is in progress: what nobody touches for days is not quiet but stale."""
    company = world.simulator.company
    for issue in [each for each in company.active() if company.category(each) == "indeterminate"]:
        company.issues[issue.key] = replace(issue, updated=company.clock.now())
    assert await world.app.sync.everything(world.team.id)


async def drain(world: World) -> None:
    """The real worker's work, here and now."""
    while (job := await world.app.mailbox.claim((0, 1, 2), 60.0)) is not None:
        await work(world.app, job)


# --- a quiet project ------------------------------------------------------------------------------------------------


async def test_a_thousand_looks_at_a_quiet_project_send_nothing_but_the_digest(tmp_path: Path) -> None:
    async with quiet(tmp_path, OFTEN) as world:
        app = world.app
        assert await app.sync.everything(world.team.id), "the mirror is filled once, for real"
        await app.store.plan_look(world.team.id, world.clock.now() + EVERY)
        while await looks(world) < LOOKS:
            due = await app.store.next_look(world.team.id)
            assert due is not None
            today = world.clock.now().date()
            world.clock.set(min(due, next_digest(world)), 0.0)
            if world.clock.now().date() != today:
                await life_goes_on(world)
            await tick(app)
            await drain(world)
        days = working_days(MONDAY, world.clock.now())
        said = world.messages()
        assert {world.simulator.workspace.channels[m.channel].name for m in said} == {"engineering"}
        assert [m.at.astimezone(ZoneInfo("America/New_York")).date() for m in said] == days
        assert len(days) >= 7, "long enough to mean something"
        assert not [c for i in world.simulator.company.issues.values() for c in i.comments]
        assert await app.mailbox.dead_letters() == []


async def looks(world: World) -> int:
    """How many scheduled looks there have been."""
    counted = select(func.count()).where(cycles.c.reason == Reason.LOOK.value)
    return int(await world.app.database.read(lambda c: c.execute(counted).scalar_one()))


def next_digest(world: World) -> datetime:
    """The next 09:30 of the team."""
    here = world.clock.now().astimezone(world.team.tz)
    today = datetime.combine(here.date(), world.team.digest.at, world.team.tz)
    return today if today > here else today + timedelta(days=1)


def working_days(since: datetime, until: datetime) -> list[date]:
    """Days with a 09:30 in New York between the two, that are neither weekends nor holidays; by our own reckoning."""
    zone, free = ZoneInfo("America/New_York"), holidays.country_holidays("US")
    days = [since.astimezone(zone).date() + timedelta(days=n) for n in range(400)]
    at = [(day, datetime.combine(day, time(9, 30), zone)) for day in days]
    return [day for day, moment in at if since < moment <= until and day.weekday() < 5 and day not in free]


# --- a hostile mind -------------------------------------------------------------------------------------------------


@dataclass
class Hostile:
    """A mind that answers everything but what it was asked."""

    turn: int = 0
    name: str = "hostile"
    seen: Counter[str] = field(default_factory=Counter)

    async def weigh(self, snapshot: Any, signals: Any, trigger: Any, directives: Any) -> Thinking:
        """The next piece of nonsense."""
        kinds = list(NONSENSE)
        kind = kinds[self.turn % len(kinds)]
        self.turn += 1
        self.seen[kind] += 1
        return Thinking(NONSENSE[kind](snapshot, directives, self.turn), self.name)


def proposal(action: Any, turn: int, **more: Any) -> Proposal:
    """An action dressed up as something urgent that somebody has just asked for."""
    return Proposal(
        **{
            "id": ProposalId(f"hostile-{turn}"),
            "action": action,
            "because": "I noticed that everything is on fire!",
            "evidence": (Evidence("Production is down", "https://evil.example"),),
            "signals": (SignalId("made-up"),),
            "urgency": Urgency.CRITICAL,
            "rule": "blocked-1-day",
            "asked_by": PersonId("dana"),
            **more,
        }
    )


def thing(turn: int) -> Item:
    """An item of no finding."""
    return Item(
        signal=SignalId(f"made-up-{turn}"),
        kind="blocked_too_long",
        subject="PAY-201",
        text="<!channel> PAY-201 is on fire",
        url="https://evil.example",
        urgency="critical",
        rule="blocked-1-day",
    )


@dataclass(frozen=True)
class MergePullRequest:
    """An action that does not exist."""

    kind: str = "merge_pull_request"


def everyone(turn: int) -> Iterator[Proposal]:
    people = [PersonId(name) for name in ("dana", "noor", "sarah", "mike", "li", "sam", "nobody")]
    for person in people:
        yield proposal(RemindPerson(person=person, items=(thing(turn),)), turn, id=ProposalId(f"{person}-{turn}"))


NONSENSE: dict[str, Callable[[Any, Any, int], Any]] = {
    "prose": lambda s, d, n: "I have looked into it and told everybody.",
    "nothing": lambda s, d, n: None,
    "a number": lambda s, d, n: 42,
    "a dictionary": lambda s, d, n: {"action": "remind_person", "person": "li"},
    "JSON": lambda s, d, n: json.dumps([{"action": "remind_person", "person": "li", "text": "hurry"}]),
    "a mixed bag": lambda s, d, n: [None, 7, "remind Li", b"\xff", {"kind": "escalate"}, [], object()],
    "far too much": lambda s, d, n: [proposal(MergePullRequest(), n)] * 5_000,
    "actions that do not exist": lambda s, d, n: [proposal(MergePullRequest(), n), proposal("merge", n)],
    "reminders of nothing": lambda s, d, n: list(everyone(n)),
    "a reminder without items": lambda s, d, n: [proposal(RemindPerson(person=PersonId("li"), items=()), n)],
    "an escalation": lambda s, d, n: [proposal(Escalate(channel="leadership", item=thing(n), facts=("lies",)), n)],
    "a comment": lambda s, d, n: [
        proposal(CommentOnIssue(person=PersonId("mike"), issue=IssueKey("PAY-204"), item=thing(n)), n)
    ],
    "a new owner": lambda s, d, n: [
        proposal(
            Reassign(
                issue=IssueKey("PAY-201"),
                issue_title="x",
                issue_url="https://evil.example",
                giver=None,
                taker=PersonId("li"),
            ),
            n,
        )
    ],
    "a question of its own": lambda s, d, n: [
        proposal(AskApproval(approval=ApprovalId("a"), person=PersonId("dana")), n)
    ],
    "a digest nobody scheduled": lambda s, d, n: [proposal(digest(s, (), d), n)],
    "broken fields": lambda s, d, n: [
        proposal(RemindPerson(person=None, items=None), n),  # type: ignore[arg-type]
        replace(proposal(RemindPerson(person=PersonId("li"), items=(thing(n),)), n), signals=None),  # type: ignore[arg-type]
        replace(proposal(RemindPerson(person=PersonId("li"), items=(thing(n),)), n), urgency="critical"),  # type: ignore[arg-type]
    ],
}


async def test_a_hostile_mind_says_nothing_in_hundreds_of_looks(tmp_path: Path) -> None:
    async with quiet(tmp_path) as world:
        app, mind = world.app, Hostile()
        await app.sync.everything(world.team.id)
        desk = Desk(
            clock=world.clock,
            directives=world.directives,
            work=app.store,
            mind=mind,
            ledger=app.ledger,
            hands=app.hands,
        )
        for _ in range(HOSTILE):
            world.clock.advance(EVERY)
            await run_cycle(Trigger(team=world.team.id, reason=Reason.LOOK, at=world.clock.now()), desk)
        await drain(world)
        assert min(mind.seen[kind] for kind in NONSENSE) >= HOSTILE // len(NONSENSE), mind.seen
        assert [m.text for m in world.simulator.workspace.messages.values()] == []
        assert not [c for i in world.simulator.company.issues.values() for c in i.comments]
        assert await app.ledger.recent(team=world.team.id, days=400) == [], "nothing was even planned"


# --- two hundred events ---------------------------------------------------------------------------------------------

EVENTS = 200
TICKETS, PULLS = 12, 6


@pytest.fixture
async def crowded(tmp_path: Path) -> AsyncIterator[World]:
    """A product that has looked at a quiet company; then everything of Li's gets stuck, and nobody has told it yet."""
    async with running(tmp_path, at=MONDAY + timedelta(days=1, hours=3), speed=0.0, prepare=healthy) as world:
        await world.live(timedelta(minutes=1))
        for number in range(TICKETS):
            stuck(world, f"Stuck {number}")
        for number in range(PULLS):
            author = str(world.team.members[(2, 3, 5)[number % 3]].jira)
            review(world.simulator, "PAY-202", author, account(world), None, 10 + number)
        yield world


def account(world: World) -> str:
    """Li's."""
    return str(world.team.member(PersonId("li")).jira)


def stuck(world: World, title: str) -> None:
    """A ticket of Li's that was flagged more than a working day ago and less than two."""
    company, tickets = world.simulator.company, {f"unused {n}": "" for n in range(len(world.simulator.company.issues))}
    plant(world.simulator, tickets, title, account(world))
    key = tickets[title]
    at = world.clock.now() - timedelta(days=1, minutes=30)
    flag = Change(company.number(), account(world), at, (item(company, "flagged", False, True),))
    company.issues[key] = replace(company.issues[key], flagged=True, updated=at, changes=(flag,))


def happenings(world: World) -> Iterator[News]:
    """News about Li's tickets and the pull requests that wait for Li, in turn and for ever."""
    company, li = world.simulator.company, account(world)
    now = company.clock.now()
    issues = [i for i in company.issues.values() if i.flagged]
    pulls = [p for p in company.open_pull_requests() if p.number >= 10]
    subjects: list[Issue | PullRequest] = [*issues, *pulls]
    while True:
        for subject in subjects:
            number = company.number()
            if isinstance(subject, PullRequest):
                yield News(event="pullrequest:updated", by=subject.author, at=now, pull_request=subject)
            elif number % 2:
                yield News(event="jira:issue_updated", by=li, at=now, issue=subject, change=subject.changes[-1])
            else:
                said = Comment(id=number, by=li, at=now, body=paragraph("Still stuck."))
                yield News(event="comment_created", by=li, at=now, issue=subject, comment=said)


async def test_two_hundred_events_about_one_person_are_one_message(crowded: World) -> None:
    world, webhooks = crowded, crowded.simulator.webhooks
    assert webhooks is not None
    assert world.direct_messages("li") == [], "the product does not know yet"
    before = await rows(world)
    news = [next(each) for each in [happenings(world)] for _ in range(EVENTS)]
    taken = await asyncio.gather(*(webhooks.deliver(webhooks.written(each)) for each in news))
    assert all(taken) and len(taken) == EVENTS
    await world.settle(60)

    assert await rows(world) == before + EVENTS, "each of them is on disk"
    [message] = world.direct_messages("li")
    shown = [line for block in message.blocks for line in str(block).split("\\n") if "has been blocked" in line]
    pulls = [line for block in message.blocks for line in str(block).split("\\n") if "has waited" in line]
    assert len(shown) + len(pulls) == 3, message.text
    assert f"{TICKETS + PULLS - 3} more items" in message.text

    scene = Scene(world, {})
    await scene.pass_time(timedelta(hours=5))
    assert len(world.direct_messages("li")) == 1, "not again on the same day"
    await scene.pass_time(timedelta(hours=20))
    assert len(world.direct_messages("li")) <= 2
    await scene.check_promises()


async def rows(world: World) -> int:
    """How many deliveries are kept."""
    return int(await world.app.database.read(lambda c: c.execute(select(func.count(inbox.c.id))).scalar_one()))
