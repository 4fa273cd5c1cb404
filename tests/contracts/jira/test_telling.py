"""What a webhook's body says by itself is what a reading would say; where it cannot be, it says nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from integrations.jira import Jira
from integrations.simulator.company import Company
from integrations.simulator.happenings import paragraph
from integrations.simulator.nouns import Issue, News
from integrations.simulator.server import Simulator
from models.clock import SharedClock
from models.work import Issue as Known
from tests.contracts.jira.conftest import Held

pytestmark = pytest.mark.anyio

Happen = Callable[[Company, Issue], object]

MOVE: Happen = lambda c, i: c.edit(i.key, c.members["PAY"][1], status="In Review")  # noqa: E731

CHANGES: dict[str, Happen] = {
    "status": MOVE,
    "done": lambda c, i: c.edit(i.key, c.members["PAY"][1], status=c.status_of("done")),
    "given up": lambda c, i: c.edit(i.key, c.members["PAY"][1], assignee=None),
    "handed over": lambda c, i: c.edit(i.key, c.members["PAY"][1], assignee=c.members["PAY"][2]),
    "priority": lambda c, i: c.edit(i.key, c.members["PAY"][1], priority="Highest"),
    "flag": lambda c, i: c.edit(i.key, c.members["PAY"][1], flagged=not i.flagged),
    "title": lambda c, i: c.edit(i.key, c.members["PAY"][1], title="Another title"),
    "several": lambda c, i: c.edit(i.key, c.members["PAY"][1], status="In Review", assignee=None, flagged=True),
}


class Bodies:
    """The bodies of everything that happens, oldest first."""

    def __init__(self, simulator: Simulator, clock: SharedClock) -> None:
        assert simulator.webhooks is not None
        self._webhooks, self._company, self._clock = simulator.webhooks, simulator.company, clock
        self.said: list[dict[str, Any]] = []
        simulator.company.listeners.append(self._hear)

    def of(self, happen: Happen, issue: Issue) -> bytes:
        """What is told of it; three minutes have passed."""
        self._clock.advance(timedelta(minutes=3))
        happen(self._company, self._company.issues[issue.key])
        return json.dumps(self.said[-1]).encode()

    def _hear(self, news: News) -> None:
        if news.issue is not None:
            self.said.append(json.loads(json.dumps(self._webhooks.jira_body(news))))


@pytest.fixture
def bodies(simulator: Simulator, clock: SharedClock) -> Bodies:
    return Bodies(simulator, clock)


@pytest.fixture
async def known(jira: Jira, one: Issue) -> Known:
    """One issue as it was read."""
    return await read(jira, one)


async def read(jira: Jira, issue: Issue) -> Known:
    [found] = await jira.issues([issue.key])
    return found


@pytest.mark.parametrize("name", CHANGES)
async def test_a_whole_body_says_what_a_reading_would_and_asks_nothing(
    jira: Jira, bodies: Bodies, one: Issue, known: Known, held: Held, name: str
) -> None:
    body, before = bodies.of(CHANGES[name], one), len(held.asked)
    told = jira.retold(body, known)
    assert len(held.asked) == before
    assert told == await read(jira, one) != known


async def test_a_comment_is_a_sign_of_life_and_what_else_is_known_stays_as_old_as_it_is(
    jira: Jira, bodies: Bodies, one: Issue, known: Known
) -> None:
    body = bodies.of(lambda c, i: c.comment(i.key, c.members["PAY"][1], paragraph("Well.")), one)
    told = jira.retold(body, known)
    assert told is not None and told == replace(known, commented=told.commented)
    assert told.touched == (await read(jira, one)).updated > told.updated


@pytest.mark.parametrize("lost", ["status", "given up", "priority", "flag", "title"])
@pytest.mark.parametrize("then", ["status", "handed over", "priority"])
async def test_after_a_lost_delivery_the_next_one_is_not_enough(
    jira: Jira, bodies: Bodies, one: Issue, known: Known, lost: str, then: str
) -> None:
    if lost == then:
        bodies.of(lambda c, i: c.edit(i.key, c.members["PAY"][1], status="To Do", priority="Low"), one)
    bodies.of(CHANGES[lost], one)
    assert jira.retold(bodies.of(CHANGES[then], one), known) is None


async def test_a_lost_change_that_is_taken_back_shows_in_where_the_next_one_begins(
    jira: Jira, bodies: Bodies, one: Issue, known: Known
) -> None:
    bodies.of(lambda c, i: c.edit(i.key, c.members["PAY"][1], status="In Review"), one)
    back = bodies.of(lambda c, i: c.edit(i.key, c.members["PAY"][1], status=one.status), one)
    assert jira.retold(back, known) is None


async def test_after_a_lost_change_of_what_a_comment_shows_the_comment_is_not_enough(
    jira: Jira, bodies: Bodies, one: Issue, known: Known
) -> None:
    bodies.of(MOVE, one)
    body = bodies.of(lambda c, i: c.comment(i.key, c.members["PAY"][1], paragraph("Well.")), one)
    assert jira.retold(body, known) is None


async def test_a_body_that_comes_late_changes_nothing(jira: Jira, bodies: Bodies, one: Issue, known: Known) -> None:
    late = bodies.of(MOVE, one)
    said = bodies.of(lambda c, i: c.comment(i.key, c.members["PAY"][1], paragraph("Well.")), one)
    bodies.of(CHANGES["given up"], one)
    now = await read(jira, one)
    assert jira.retold(late, now) is now and jira.retold(said, now) is now


@pytest.mark.parametrize(
    "happen",
    [
        lambda c, i: c.edit(i.key, c.members["PAY"][1], labels=("incident",)),
        lambda c, i: c.edit(i.key, c.members["PAY"][1], sprints=()),
        lambda c, i: c.edit(i.key, c.members["PAY"][1], blocked_by=("PAY-119",)),
    ],
    ids=["labels", "sprint", "links"],
)
async def test_what_a_body_does_not_tell_whole_must_be_read(
    jira: Jira, bodies: Bodies, one: Issue, known: Known, happen: Happen
) -> None:
    assert jira.retold(bodies.of(happen, one), known) is None


async def test_a_partial_body_or_one_of_another_issue_must_be_read(
    jira: Jira, bodies: Bodies, one: Issue, known: Known
) -> None:
    body = bodies.of(MOVE, one)
    whole = json.loads(body)
    for name in ("flagged", "issuelinks", "assignee", "statuscategorychangedate"):
        partial = json.loads(body)
        fields = await jira.site_fields()
        partial["issue"]["fields"].pop(str(fields.flagged) if name == "flagged" else name)
        assert jira.retold(json.dumps(partial).encode(), known) is None, name
    assert jira.retold(json.dumps({**whole, "changelog": {"items": []}}).encode(), known) is None
    assert jira.retold(body, replace(known, id="1")) is None
    for nothing in (b"", b"[]", b'{"webhookEvent": "jira:issue_updated"}', b"{" * 100_000):
        assert jira.retold(nothing, known) is None
