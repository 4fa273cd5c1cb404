"""Sprints of any size in the simulated Jira: a third to do, in progress and done, with hardly anything amiss."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from integrations.simulator.company import Company, item
from integrations.simulator.nouns import Change, Issue
from integrations.simulator.server import Simulator

FIRST = 1001
"""Number of the first issue's key."""

FIRST_ID = 500_000
"""Its id; the others' follow."""

STATES = ("To Do", "In Progress", "Done")


def filled(simulator: Simulator, size: int) -> None:
    """Instead of what the first team's running sprint holds: ``size`` issues, and no pull requests.

    Nobody is told of it. Each ticket has an owner and moved this week, so that little of it needs a word.
    """
    company = simulator.company
    project = simulator.directives.teams[0].jira.projects[0]
    running = next(s.id for s in company.sprints.values() if s.state == "active")
    company.issues = {key: issue for key, issue in company.issues.items() if running not in issue.sprints}
    company.pull_requests.clear()
    people, told = company.members[project], company.listeners
    company.listeners = []
    pattern = company.create(project, people[0], "A ticket", (running,), points=2.0)
    del company.issues[pattern.key]
    company.listeners = told
    for number in range(size):
        made = _made(company, pattern, number, people[number % len(people)])
        company.issues[made.key] = made


def _made(company: Company, pattern: Issue, number: int, owner: str) -> Issue:
    born = company.clock.now() - timedelta(days=6)
    fresh = replace(
        pattern,
        id=FIRST_ID + number,
        key=f"{pattern.project}-{FIRST + number}",
        title=f"Part {number} of the work",
        assignee=owner,
        created=born,
        updated=born,
    )
    state = STATES[number % len(STATES)]
    if state == fresh.status:
        return fresh
    moved = company.clock.now() - timedelta(hours=20 + number % 3)
    change = Change(company.number(), owner, moved, (item(company, "status", fresh.status, state),))
    return replace(fresh, status=state, updated=moved, changes=(change,))
