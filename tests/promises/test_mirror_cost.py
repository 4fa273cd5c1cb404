"""What the mirror costs: few calls at first, at most two an event, none for an answer."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.scheduler import RECONCILE
from integrations.simulator.company import Company
from integrations.simulator.happenings import paragraph
from integrations.simulator.nouns import PullRequest
from integrations.simulator.server import Simulator
from integrations.simulator.traffic import Exchange
from tests.world import World, running

pytestmark = pytest.mark.anyio

PAGE = Path(__file__).parents[2] / "docs" / "integrations.md"

ISSUES, PULLS = 500, 80


@dataclass
class Meter:
    """Counts what is asked of Jira and Bitbucket, by endpoint."""

    calls: list[str] = field(default_factory=list)

    def note(self, exchange: Exchange) -> None:
        if exchange.way == "in" and exchange.service in ("jira", "bitbucket"):
            path = re.sub(r"(?<!api)/(\d+|[0-9a-f]{12})(?=/|$)", "/N", exchange.path.partition("?")[0])
            path = path.replace(f"/2.0/repositories/{REPOSITORY}", "")
            self.calls.append(f"{exchange.service} {exchange.method} {path.replace('/rest/', '')}")

    def read(self) -> Counter[str]:
        """What was asked since this was last asked."""
        counted, self.calls = Counter(self.calls), []
        return counted


REPOSITORY = "acme/payments-api"


async def without_reconciliation(world: World) -> None:
    """The clock's own reconciliations of the next hour count as done: they would come at any moment of the test."""
    slot = int(world.clock.real().timestamp() // RECONCILE)
    for n in range(7):
        await world.app.store.fire(f"sync:{world.team.id}", f"{slot + n:012d}", None)


def crowd(simulator: Simulator) -> None:
    """A sprint of 500 issues that have each moved twice, and 80 open pull requests of which 20 nobody has touched."""
    company = simulator.company
    company.issues.clear()
    company.pull_requests.clear()
    sprint = next(s.id for s in company.sprints.values() if s.state == "active")
    people, now = company.members["PAY"], company.clock.now()
    company.listeners, told = [], company.listeners
    for number in range(ISSUES):
        issue = company.create("PAY", people[0], f"Ticket {number}", (sprint,))
        company.edit(issue.key, people[0], assignee=people[number % len(people)], status="In Progress")
        company.edit(issue.key, people[0], status=company.status_of("done" if number % 3 else "indeterminate"))
    issues = company.active()
    for number in range(PULLS):
        title = f"{issues[number].key} makes it so"
        pull = company.open_pull_request(REPOSITORY, people[0], title, f"feature/{number}", [people[1]])
        pull = company.build(pull, "unit-tests", "SUCCESSFUL")
        if number >= 20:
            company.pull_requests[REPOSITORY, pull.number] = replace(pull, created=now - timedelta(hours=9))
    company.listeners = told


async def test_the_first_reading_of_a_large_sprint_costs_what_the_page_says(tmp_path: Path) -> None:
    meter = Meter()

    def prepare(simulator: Simulator) -> None:
        crowd(simulator)
        simulator.traffic.listeners.append(meter.note)

    async with running(tmp_path, speed=0.0, prepare=prepare, work=False) as world:
        sync, team = world.app.sync, world.team.id
        await sync.freshen(team, [])  # as the first look does
        first = meter.read()
        facts = await world.app.store.facts_about(world.team.id)
        assert (len(facts.issues), len(facts.pull_requests)) == (ISSUES, PULLS)
        assert first == {
            "jira GET api/3/myself": 1,
            "jira GET agile/1.0/board/N/sprint": 2,
            "jira GET api/3/field": 1,
            "jira GET agile/1.0/board/N/configuration": 1,
            "jira POST api/3/search/approximate-count": 1,
            "jira POST api/3/search/jql": 5,
            "jira POST api/3/changelog/bulkfetch": 1,
            "jira GET api/3/project/search": 1,
            "bitbucket GET /pullrequests": 2,
            "bitbucket GET /pullrequests/N/activity": 60,
            "bitbucket GET /pullrequests/N/statuses": 80,
        }
        page = PAGE.read_text(encoding="utf-8")
        for endpoint, count in first.items():
            assert re.search(rf"\| `{re.escape(endpoint)}` \| {count} \|", page), endpoint

        world.clock.advance(timedelta(minutes=10))
        await sync.reconcile(team)
        meter.read()  # it still reaches back to the moment everything was filed
        world.clock.advance(timedelta(minutes=10))
        await sync.reconcile(team)
        steady = meter.read()
        assert sum(steady.values()) <= 20, steady
        for endpoint, count in steady.items():
            assert re.search(rf"\| `{re.escape(endpoint)}` \| [^|]* \| {count} \|", page), (endpoint, count)


async def test_an_event_costs_at_most_two_readings_and_a_status_answer_none(tmp_path: Path) -> None:
    meter = Meter()

    def prepare(simulator: Simulator) -> None:
        crowd(simulator)
        simulator.traffic.listeners.append(meter.note)

    async with running(tmp_path, speed=0.0, prepare=prepare) as world:
        await without_reconciliation(world)
        await world.settle()
        meter.read()
        for name, happen in EVENTS.items():
            world.clock.advance(timedelta(minutes=3))
            happen(world)
            await world.settle(30, parked=True)
            cost = meter.read()
            assert not cost if name in FREE else 0 < sum(cost.values()) <= 2, (name, cost)
        await world.simulator.slack_out.command(world.slack_id("dana"), channel(world), "/pm", "status sprint 24")
        await world.settle()
        assert said_status(world), "an answer was given"
        assert meter.read() == {}


def channel(world: World) -> str:
    """The team's channel."""
    channels = world.simulator.workspace.channels.values()
    return next(c.id for c in channels if c.name == world.team.channels["team"])


def said_status(world: World) -> bool:
    """Whether somebody was shown a status."""
    return any(m.only_for == world.slack_id("dana") and m.blocks for m in world.simulator.workspace.messages.values())


def _edits(**fields: Any) -> Callable[[World], object]:
    def happen(world: World) -> None:
        company = world.simulator.company
        issue = next(i for i in company.active() if company.category(i) != "done")
        company.edit(issue.key, company.members["PAY"][1], **fields)

    return happen


def _talks(world: World) -> None:
    company = world.simulator.company
    untouched = company.active()[5].key  # no title or label of it waits to be read
    company.comment(untouched, company.members["PAY"][1], paragraph("Well."))


def _files(world: World) -> None:
    company = world.simulator.company
    sprint = next(s.id for s in company.sprints.values() if s.state == "active")
    company.create("PAY", company.members["PAY"][1], "One more", (sprint,))


def _deletes(world: World) -> None:
    company = world.simulator.company
    company.delete(company.active()[-1].key, company.members["PAY"][1])


def _of_pull(act: Callable[[Company, PullRequest], object]) -> Callable[[World], object]:
    return lambda world: act(world.simulator.company, world.simulator.company.open_pull_requests()[3])


def _opens(world: World) -> None:
    company = world.simulator.company
    people = company.members["PAY"]
    company.open_pull_request(REPOSITORY, people[0], f"{company.active()[0].key} more", "more", [people[1]])


EVENTS: Mapping[str, Callable[[World], object]] = {
    "status": _edits(status="In Review"),
    "assignee": _edits(assignee=None),
    "priority": _edits(priority="Highest"),
    "flag": _edits(flagged=True),
    "title": _edits(title="Another title"),
    "label": _edits(labels=("later",)),
    "comment": _talks,
    "created": _files,
    "deleted": _deletes,
    "pull request opened": _opens,
    "approved": _of_pull(lambda c, p: c.review(p, p.reviews[0].account, "approved")),
    "changes requested": _of_pull(lambda c, p: c.review(p, p.reviews[0].account, "changes_requested")),
    "pushed": _of_pull(lambda c, p: c.push(p)),
    "build failed": _of_pull(lambda c, p: c.build(p, "unit-tests", "FAILED")),
    "merged": _of_pull(lambda c, p: c.merge(p, p.author)),
}
"""One of each kind of event, by itself: nothing shares its cost."""

FREE = frozenset({"title", "label", "status", "assignee", "priority", "flag", "comment"})
"""Changes that are no Trigger wait for the reconciliation; of the others the webhook itself is enough."""
