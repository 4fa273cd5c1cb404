"""What the sentences of a story work on: a company made for the story, the product in it, and what people saw."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from integrations.simulator.nouns import Issue, PullRequest, Review, Step
from integrations.simulator.seed import ASKER
from integrations.simulator.server import Simulator
from integrations.simulator.slack.blocks import elements
from integrations.simulator.slack.workspace import Message
from models.tables.outbox import audit
from planner.bounds.worktime import person_calendar, team_calendar
from tests.world import CONSTITUTION, World, running

MORNING = datetime.fromisoformat("2026-11-17T10:00:00-05:00")
"""When a story begins that does not say: Tuesday, half an hour after the digest, the seventh of ten sprint days."""


@dataclass
class Plan:
    """What is so before the story begins."""

    at: datetime = MORNING
    text: str = field(default_factory=lambda: CONSTITUTION.read_text(encoding="utf-8"))
    quiet: bool = True
    """Nothing of the demo's open work: only what the story names."""
    acts: list[Callable[[Simulator, dict[str, str]], None]] = field(default_factory=list)
    tickets: dict[str, str] = field(default_factory=dict)

    def amend(self, new: str, old: str) -> None:
        """Change one line of the constitution."""
        assert self.text.count(old) == 1, f"the constitution says {old!r} {self.text.count(old)} times"
        self.text = self.text.replace(old, new)

    def prepare(self, simulator: Simulator) -> None:
        """Make the company what the story says it is; nobody is told."""
        if self.quiet:
            empty(simulator)
        for act in self.acts:
            act(simulator, self.tickets)


@contextlib.asynccontextmanager
async def played(plan: Plan, folder: Path, **settings: Any) -> AsyncIterator[Scene]:
    """The story's world, with its first look and, where its hour is past, its digest done."""
    async with running(folder, text=plan.text, at=plan.at, speed=0.0, prepare=plan.prepare, **settings) as world:
        scene = Scene(world, plan.tickets)
        await scene.pass_time(timedelta(minutes=1))
        yield scene


@dataclass
class Scene:
    """The world while the story runs."""

    world: World
    tickets: dict[str, str]
    """Title to key."""
    running: bool = True
    unheard: bool = False
    """Something happened that no webhook told: the product must find it by reading."""

    # --- who and what ---------------------------------------------------------------------------------------

    def user(self, name: str) -> str:
        """The Slack id of somebody called by their first name."""
        users = self.world.simulator.workspace.users.values()
        return next(user.id for user in users if user.name.split()[0] == name)

    def account(self, name: str) -> str:
        """Their Atlassian account."""
        members = self.world.team.members
        return next(str(m.jira) for m in members if m.name.split()[0] == name)

    def issue(self, title: str) -> Issue:
        """The ticket as Jira has it now."""
        found = self.world.simulator.company.issue(self.tickets[title])
        assert found is not None
        return found

    def pull_request(self, title: str) -> PullRequest:
        """The newest pull request for the ticket."""
        pulls = self.world.simulator.company.pull_requests.values()
        return [p for p in pulls if p.branch.endswith(f"/{self.tickets[title]}")][-1]

    # --- time -----------------------------------------------------------------------------------------------

    async def pass_time(self, by: timedelta) -> None:
        """Time passes, with or without the product."""
        if self.running:
            await self.world.live(by, reread=self.unheard)
        else:
            self.world.clock.advance(by)

    async def until(self, moment: datetime) -> None:
        """Time passes until ``moment``."""
        left = moment - self.world.clock.now()
        assert left > timedelta(), f"{moment} is past"
        await self.pass_time(left)

    async def pass_working_time(self, worked: timedelta) -> None:
        """Time passes until so much of the team's working time has."""
        calendar = team_calendar(self.world.directives, self.world.team.id)
        await self.until(calendar.add_working_time(self.world.clock.now(), worked) + timedelta(minutes=1))

    async def settle(self) -> None:
        """Whatever has been started comes to its end."""
        if self.running:
            await self.world.settle(parked=True)

    async def wait_for(self, condition: Callable[[], object], seconds: float = 5.0) -> None:
        """Wait until ``condition`` holds, at most ``seconds``: an answer may follow the work that it tells of."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not condition():
                    await asyncio.sleep(0.02)

    # --- what was said --------------------------------------------------------------------------------------

    def told(self, name: str) -> list[Message]:
        """What the bot said to somebody directly and unasked, oldest first."""
        workspace = self.world.simulator.workspace
        room = workspace.direct(self.user(name))
        return [m for m in self.unasked() if m.channel == room.id]

    def card(self, name: str) -> Message:
        """The last message on which somebody was asked something; what only reminds of one has no such blocks."""
        parts = ("ask", "end")
        cards = [m for m in self.told(name) if str(m.blocks[0].get("block_id", "")).partition(".")[2][:3] in parts]
        assert cards, f"{name} has no card: {[m.text for m in self.told(name)]}"
        return cards[-1]

    def posts(self, channel: str) -> list[Message]:
        """What the bot posted unasked in a channel."""
        rooms = self.world.simulator.workspace.channels
        return [m for m in self.unasked() if f"#{rooms[m.channel].name}" == channel]

    def unasked(self) -> list[Message]:
        """Every lasting message that was no answer: those carry their effect's marker and stand in no thread."""
        return self.world.messages(lambda m: m.metadata is not None and m.thread is None)

    def answers(self, name: str) -> list[Message]:
        """What somebody was told privately because they had asked or pressed."""
        user = self.user(name)
        return [m for m in self.world.simulator.workspace.messages.values() if m.only_for == user]

    def comments(self) -> Iterator[tuple[str, Any]]:
        """The agent's comments in Jira: title of the ticket, and the comment."""
        for title in self.tickets:
            yield from ((title, comment) for comment in self.issue(title).comments if comment.by == ASKER)

    def hearers(self) -> set[str]:
        """Everybody the bot turned to unasked: people by first name, channels but for the daily digest."""
        workspace = self.world.simulator.workspace
        team = f"#{self.world.team.channels['team']}"
        rooms = [workspace.channels[m.channel] for m in self.unasked()]
        names = {workspace.users[str(r.user)].name.split()[0] if r.direct else f"#{r.name}" for r in rooms} - {team}
        accounts = {a for _, comment in self.comments() for a in mentioned(comment.body)}
        return names | {m.name.split()[0] for m in self.world.team.members if str(m.jira) in accounts}

    async def refusals(self) -> list[tuple[str, str]]:
        """Who was refused a click, and with which words, as the audit keeps it."""
        wanted = select(audit.c.who, audit.c.detail).where(audit.c.what == "click_refused")
        rows = await self.world.app.database.read(lambda c: c.execute(wanted).all())
        return [(row.who, row.detail) for row in rows]

    # --- what must always hold ------------------------------------------------------------------------------

    async def check_promises(self) -> None:
        """Whatever happened: nobody was told too much or at a wrong hour, and no work was given up."""
        letters = await self.world.app.mailbox.dead_letters() if self.running else []
        assert not letters, f"given up: {letters}"
        days: Counter[tuple[str, str]] = Counter()
        wanted = await self._wanted()
        for member in self.world.team.members:
            zone = ZoneInfo(member.zone)
            heard = [m.at for m in self.told(member.name.split()[0])]
            told = self.told(member.name.split()[0])
            promised = [m.at for m in told if "you asked for this" in m.text or m.ts in wanted]
            heard += [c.at for _, c in self.comments() if str(member.jira) in mentioned(c.body)]
            for at in heard:
                local = at.astimezone(zone)
                assert 9 <= local.hour < 18 and local.weekday() < 5, f"{member.name} heard of it at {local}"
                days[(member.name, local.date().isoformat())] += at not in promised
        most = max(days.values(), default=0)
        assert most <= self._budget(), f"too much for one day: {days.most_common(3)}"

    async def _wanted(self) -> set[str]:
        """The messages that show what somebody had just asked for, or what came of it: those cost no attention."""
        effects = await self.world.app.ledger.recent(days=365, limit=10_000) if self.running else []
        owed = {f"why {effect.proposal.id}" for effect in effects if effect.proposal.asked_in is not None}
        answers = {m.ts for m in self.world.messages() for _, e in elements(m.blocks) if e.get("value") in owed}
        return answers | {effect.receipt.get("ts", "") for effect in effects if effect.proposal.asked_by is not None}

    def _budget(self) -> int:
        found = re.search(r"per_person_per_day: (\d+)", self.world.simulator._text)
        return int(found[1]) if found else 1


def shown(message: Message) -> str:
    """Every word of a message that a reader sees."""
    return message.text + "\n" + json.dumps([dict(b) for b in message.blocks], ensure_ascii=False)


def mentioned(document: Any) -> set[str]:
    """The accounts a Jira document really mentions."""
    if isinstance(document, list):
        return {account for part in document for account in mentioned(part)}
    if not isinstance(document, dict):
        return set()
    own = {str(document["attrs"]["id"])} if document.get("type") == "mention" else set()
    return own | mentioned(document.get("content", []))


def length(span: str, scene: Scene) -> tuple[timedelta, bool]:
    """``3 hours`` or ``1 working day``: how long, and whether working time is meant."""
    number, *working, unit = span.split()
    hours = timedelta(hours=1) * int(number)
    day = person_calendar(scene.world.directives, scene.world.team.id, scene.world.team.members[0].id).day_length
    sizes = {"minute": hours / 60, "hour": hours, "day": day * int(number) if working else 24 * hours}
    return sizes[unit.rstrip("s")], bool(working)


def moment(text: str) -> datetime:
    """``Tuesday 17 November 2026 at 10:00 in New York``; the weekday must be right."""
    when, _, city = text.partition(" in ")
    zones = {"New York": "America/New_York", "Los Angeles": "America/Los_Angeles", "Chicago": "America/Chicago"}
    at = datetime.strptime(when, "%A %d %B %Y at %H:%M").replace(tzinfo=ZoneInfo(zones[city]))
    assert f"{at:%A}" == when.partition(" ")[0], f"{when} is a {at:%A}"
    return at


# --- the company of a story -------------------------------------------------------------------------------------


def plant(simulator: Simulator, tickets: dict[str, str], title: str, owner: str | None, **more: Any) -> None:
    """A ticket of the running sprint that has been there from its start."""
    company = simulator.company
    sprint = next(s for s in company.sprints.values() if s.state == "active")
    project = simulator.directives.teams[0].jira.projects[0]
    key = f"{project}-{201 + len(tickets)}"
    begun = (sprint.start or company.clock.now()) - timedelta(days=1)
    company.issues[key] = Issue(
        id=company.number(),
        key=key,
        project=project,
        title=title,
        kind="Task",
        status="In Progress",
        assignee=owner,
        reporter=company.members[project][0],
        priority=more.get("priority", "Medium"),
        labels=more.get("labels", ()),
        points=1,
        due=None,
        flagged=False,
        blocked_by=(),
        sprints=(sprint.id,),
        created=begun,
        updated=company.clock.now() - timedelta(minutes=30),
    )
    tickets[title] = key


def open_draft(scene: Scene, title: str, author: str, reviewer: str) -> None:
    """A pull request that is not ready: its author's turn."""
    world, company = scene.world, scene.world.simulator.company
    repository = f"{world.team.bitbucket.workspace}/{world.team.bitbucket.repositories[0]}"
    opened = company.open_pull_request(
        repository, author, f"{scene.tickets[title]} {title}", f"feature/{scene.tickets[title]}", []
    )
    draft = replace(
        opened,
        draft=True,
        reviews=(Review(reviewer),),
        steps=(*opened.steps, Step(kind="update", by=author, at=opened.created, words="DRAFT")),
    )
    company._keep(draft, "pullrequest:updated", author)


def empty(simulator: Simulator) -> None:
    """Take away all open work and every pull request; what is done stays, so that the sprint is well."""
    company = simulator.company
    for issue in company.active():
        if company.category(issue) != "done":
            del company.issues[issue.key]
    company.pull_requests.clear()
