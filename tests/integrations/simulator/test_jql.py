"""The simulated Jira evaluates the queries we send, and refuses what it does not know."""

from __future__ import annotations

from datetime import UTC, timedelta

import pytest

from integrations.simulator import seed
from integrations.simulator.atlassian.jql import BadQuery, parse
from integrations.simulator.company import Company
from integrations.simulator.nouns import Issue
from models.clock import SharedClock
from models.directives import Directives


@pytest.fixture
def company(directives: Directives, clock: SharedClock) -> Company:
    company = seed.build(directives, clock)
    clock.advance(timedelta(minutes=10))
    return company


def found(company: Company, jql: str) -> list[str]:
    return [issue.key for issue in parse(jql, company, seed.ASKER).over(company)]


def ids(company: Company) -> dict[str, str]:
    running = next(s for s in company.sprints.values() if s.state == "active")
    stuck = next(i for i in company.issues.values() if i.flagged)
    return {"sprint": str(running.id), "project": stuck.project, "key": stuck.key, "who": str(stuck.assignee)}


def stuck(i: Issue) -> bool:
    return i.flagged


@pytest.mark.parametrize(
    ("jql", "holds"),
    [
        ("sprint = {sprint}", lambda i, v: int(v["sprint"]) in i.sprints),
        ('sprint = "Sprint 24"', lambda i, v: int(v["sprint"]) in i.sprints),
        ("sprint in openSprints()", lambda i, v: int(v["sprint"]) in i.sprints),
        ("project in ({project})", lambda i, v: True),
        ("project = {project} AND flagged = Impediment", lambda i, v: i.flagged),
        ("key in ({key}, {key})", lambda i, v: i.key == v["key"]),
        ("issuekey = {key} OR key = {key}", lambda i, v: i.key == v["key"]),
        ('assignee = "{who}"', lambda i, v: i.assignee == v["who"]),
        ("assignee is EMPTY", lambda i, v: i.assignee is None),
        ("assignee is not EMPTY", lambda i, v: i.assignee is not None),
        ('assignee != "{who}"', lambda i, v: i.assignee is not None and i.assignee != v["who"]),
        ("statusCategory = Done", lambda i, v: i.status == "Done"),
        ('statusCategory in ("To Do", "In Progress")', lambda i, v: i.status != "Done"),
        ("statusCategory != Done and not flagged = impediment", lambda i, v: i.status != "Done" and not i.flagged),
        ("(status = 'In Review' or status = Done) and sprint = {sprint}", None),
        ("status not in (Done)", lambda i, v: i.status != "Done"),
        ("labels = none-such", lambda i, v: False),
        ("summary ~ card", lambda i, v: "card" in i.title.lower()),
        ("updated >= -1w ORDER BY updated DESC", None),
        ("due is empty", lambda i, v: True),
    ],
)
def test_it_finds_what_the_query_says(company: Company, jql: str, holds: object) -> None:
    values = ids(company)
    result = found(company, jql.format(**values))
    if callable(holds):
        assert set(result) == {i.key for i in company.issues.values() if holds(i, values)}
    assert result or "none-such" in jql


def test_updated_is_company_time_to_the_minute(company: Company, clock: SharedClock) -> None:
    issue = company.active()[0]
    assert issue.key not in found(company, "updated >= -5m")
    company.edit(issue.key, str(issue.assignee), priority="Highest")
    assert found(company, "updated >= -5m") == [issue.key]
    minute = clock.now().astimezone(UTC).strftime("%Y-%m-%d %H:%M")
    assert found(company, f'updated >= "{minute}"') == [issue.key]
    assert found(company, f"updated >= {int(clock.now().timestamp() * 1000) - 60_000}") == [issue.key]


def test_order_by_sorts_by_several_fields(company: Company) -> None:
    running = found(company, "sprint in openSprints() ORDER BY status ASC, key DESC")
    rows = [(company.issues[k].status, int(k.split("-")[1])) for k in running]
    assert rows == sorted(rows, key=lambda row: (row[0], -row[1]))


@pytest.mark.parametrize(
    "jql",
    [
        "",
        "   ORDER BY created",
        "colour = red",
        "project = NONESUCH",
        "key = NONE-1",
        "sprint = 999999",
        "status = Sleeping",
        "statusCategory = Nearly",
        "assignee = somebody",
        "assignee = missingFunction()",
        "updated >= yesterday",
        "status > Done",
        "summary = exact",
        "sprint = ",
        "sprint in (1",
        "key in (",
        "project = {project} project = {project}",
        "project = {project} AND",
        "project = {project} ORDER BY colour",
        "project = {project} ORDER BY key sideways",
        "project = {project} ORDER BY key, key, key, key, key, key, key, key",
        "project = {project} ; drop",
    ],
)
def test_it_refuses_what_jira_refuses(company: Company, jql: str) -> None:
    with pytest.raises(BadQuery):
        found(company, jql.format(**ids(company)))
