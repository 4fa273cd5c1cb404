"""The mirror's promises: a day of lost, late and doubled webhooks is healed by one reconciliation; reading stays cheap.

The whole product in one process with the simulated company, real HTTP between them.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest

from integrations.simulator.atlassian.webhooks import Delivery
from integrations.simulator.company import Company
from integrations.simulator.happenings import paragraph
from integrations.simulator.nouns import Issue, PullRequest
from models.work import Facts
from tests.world import CONSTITUTION, World, running

pytestmark = pytest.mark.anyio

TWO_PROJECTS = CONSTITUTION.read_text(encoding="utf-8").replace("projects: [PAY]", "projects: [PAY, OPS]")
PAGE = Path(__file__).parents[2] / "docs" / "integrations.md"
STEPS, A_STEP = 12, 6
"""A working day: so many times so many things happen, about eight minutes apart."""


@dataclass
class Post:
    """A post office of the bad kind: it loses three in ten, keeps the others for hours, and sends some again."""

    random: random.Random
    bag: list[Delivery] = field(default_factory=list)
    written: int = 0
    lost: int = 0

    def take(self, delivery: Delivery) -> Sequence[Delivery]:
        self.written += 1
        if self.random.random() < 0.3:
            self.lost += 1
        else:
            self.bag += [delivery] * self.random.choice([1, 1, 1, 2])
        return ()

    def hand_out(self, world: World, share: float) -> None:
        """Send some of what lies here, in any order."""
        assert world.simulator.webhooks is not None
        self.random.shuffle(self.bag)
        count = round(len(self.bag) * share)
        for delivery in self.bag[:count]:
            world.simulator.webhooks.send(delivery)
        self.bag = self.bag[count:]


# --- what happens in a day ------------------------------------------------------------------------------------------


@dataclass
class Day:
    """People at work, at random."""

    company: Company
    random: random.Random
    sprint: int

    def happen(self) -> None:
        what: Callable[[], object] = self.random.choice(
            [self._edit, self._edit, self._edit, self._talk, self._plan, self._file, self._lose]
            + [self._open, self._review, self._review, self._push, self._end, self._build, self._build]
        )
        what()

    def _edit(self) -> None:
        issue, company = self._issue(), self.company
        people = [*company.members[issue.project], None]
        blocker = self._issue()
        changes: dict[str, Any] = self.random.choice(
            [
                {"status": self.random.choice([*company.statuses])},
                {"status": company.status_of("done")},
                {"assignee": self.random.choice(people)},
                {"priority": self.random.choice(["Highest", "High", "Low"])},
                {"flagged": not issue.flagged},
                {"points": float(self.random.randint(1, 8))},
                {"title": f"{issue.title} again"[:80]},
                {"blocked_by": () if issue.blocked_by or blocker is issue else (blocker.key,)},
            ]
        )
        company.edit(issue.key, self._somebody(issue.project), **changes)

    def _talk(self) -> None:
        issue = self._issue()
        self.company.comment(issue.key, self._somebody(issue.project), paragraph("As I said."))

    def _plan(self) -> None:
        """Into the sprint, or out of it."""
        issue = self.random.choice([*self.company.issues.values()])
        inside = self.sprint in issue.sprints
        sprints = tuple(n for n in issue.sprints if n != self.sprint) if inside else (*issue.sprints, self.sprint)
        self.company.edit(issue.key, self._somebody(issue.project), sprints=sprints)

    def _file(self) -> None:
        by = self._somebody("PAY")
        self.company.create("PAY", by, "Something new", self.random.choice([(), (self.sprint,)]))

    def _lose(self) -> None:
        """Deleted, or moved to the other project."""
        issue = self._issue()
        if self.random.random() < 0.4:
            self.company.delete(issue.key, self._somebody(issue.project))
        else:
            self.company.move(issue.key, self._somebody(issue.project), "OPS" if issue.project == "PAY" else "PAY")

    def _open(self) -> None:
        issue = self._issue()
        author, reviewer = self.random.sample([*self.company.members["PAY"]], 2)
        title = f"{issue.key} and {self._issue().key} in UTF-8"
        repository = next(iter(self.company.repositories))
        self.company.open_pull_request(repository, author, title, f"feature/{issue.key.lower()}", [reviewer])

    def _review(self) -> None:
        for pull in self._pull():
            verdict = self.random.choice(["approved", "changes_requested"])
            if pull.reviews:
                self.company.review(pull, self.random.choice(pull.reviews).account, verdict)

    def _push(self) -> None:
        for pull in self._pull():
            self.company.push(pull)

    def _end(self) -> None:
        for pull in self._pull():
            if len(self.company.open_pull_requests()) > 2:
                self.company.merge(pull, pull.author)

    def _build(self) -> None:
        for pull in self._pull():
            self.company.build(pull, "unit-tests", self.random.choice(["SUCCESSFUL", "FAILED", "INPROGRESS"]))

    def _issue(self) -> Issue:
        return self.random.choice(self.company.active())

    def _pull(self) -> Sequence[PullRequest]:
        return [self.random.choice(found)] if (found := self.company.open_pull_requests()) else []

    def _somebody(self, project: str) -> str:
        return self.random.choice(self.company.members[project])


async def live(world: World, post: Post, seed: int) -> None:
    """One working day."""
    company, dice = world.simulator.company, random.Random(seed)
    running_sprint = next(s.id for s in company.sprints.values() if s.state == "active")
    day = Day(company, dice, running_sprint)
    for _ in range(STEPS):
        for _ in range(A_STEP):
            world.clock.advance(timedelta(minutes=dice.randint(1, 15)))
            day.happen()
        post.hand_out(world, dice.random())
        await world.settle(60, parked=True)
    post.hand_out(world, 1.0)
    await world.settle(60, parked=True)


# --- the truth ------------------------------------------------------------------------------------------------------


def tickets(company: Company) -> dict[str, Any]:
    """Everything a look judges by, of every issue in the running sprints, from the company itself."""
    return {
        str(issue.id): (
            *(issue.key, issue.title, issue.status, company.category(issue), issue.assignee, issue.priority),
            *(issue.points, issue.flagged, issue.updated.replace(microsecond=issue.updated.microsecond // 1000 * 1000)),
            {key for key in issue.blocked_by if company.category(company.issues[key]) != "done"},
        )
        for issue in company.active()
    }


def mirrored_tickets(facts: Facts, company: Company) -> dict[str, Any]:
    """The same from the mirror."""
    running_sprints = {s.id for s in company.sprints.values() if s.state == "active"}
    return {
        issue.id: (
            *(issue.key, issue.title, issue.status, issue.progress.value, issue.assignee, issue.priority),
            *(issue.points, issue.flagged_since is not None, issue.updated),
            set(issue.blocked_by),
        )
        for issue in facts.issues
        if issue.sprint in running_sprints
    }


def pulls(company: Company) -> dict[str, Any]:
    """Everything a look judges by, of every open pull request, from the company itself."""
    return {
        f"{pull.repository}#{pull.number}": (
            *(pull.title, pull.author, pull.draft, pull.commit, moment(pull.updated)),
            {review.account: review.state or "waiting" for review in pull.reviews},
            {now.key for word in pull.title.split() if (now := company.issue(word)) is not None},
            {"SUCCESSFUL": "passed", "FAILED": "failed", "INPROGRESS": "running", None: None}[built(pull)],
        )
        for pull in company.open_pull_requests()
    }


def built(pull: PullRequest) -> str | None:
    """What the builds of its newest commit come to: they all have one key here, so the last one says it all."""
    builds = [build for build in pull.builds if (build.commit or pull.commit) == pull.commit]
    return builds[-1].state if builds else None


def mirrored_pulls(facts: Facts) -> dict[str, Any]:
    """The same from the mirror."""
    return {
        str(pull.id): (
            *(pull.title, pull.author, pull.draft, pull.commit, moment(pull.updated)),
            {review.reviewer: review.state.value for review in pull.reviews},
            set(pull.issues),
            pull.build.state.value if pull.build else None,
        )
        for pull in facts.pull_requests
        if pull.state == "OPEN"
    }


def moment(at: datetime) -> datetime:
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def wrong(mirror: dict[str, Any], truth: dict[str, Any]) -> dict[str, Any]:
    """Where the mirror is not what it should be: (what it says, what is so) of each part."""
    pairs = {name: (mirror.get(name, ()), truth.get(name, ())) for name in mirror.keys() | truth.keys()}
    parts = {name: [two for two in zip_longest(*both) if two[0] != two[1]] for name, both in pairs.items()}
    return {name: found for name, found in parts.items() if found}


@pytest.mark.parametrize("seed", range(1, 3))
async def test_a_day_of_lost_late_and_doubled_webhooks_is_healed_by_one_reconciliation(
    tmp_path: Path, seed: int
) -> None:
    async with running(tmp_path, text=TWO_PROJECTS, speed=0.0) as world:
        post, company = Post(random.Random(seed)), world.simulator.company
        assert world.simulator.webhooks is not None
        world.simulator.webhooks.post, world.simulator.webhooks.doubles_comments = post.take, True
        await live(world, post, seed)
        assert post.lost >= 0.2 * post.written and post.written > STEPS * A_STEP // 2

        await world.reconcile()
        assert not [r.error for r in (await world.app.store.readings(world.team.id)).values() if r.error]
        facts = await world.app.store.facts_about(world.team.id)
        assert wrong(mirrored_tickets(facts, company), tickets(company)) == {}
        assert wrong(mirrored_pulls(facts), pulls(company)) == {}
        assert facts.whole == {s.id for s in company.sprints.values() if s.state == "active"}
        assert await world.app.mailbox.dead_letters() == []
