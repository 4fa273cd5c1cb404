"""People at work in the simulated Jira and Bitbucket, by dice: everything of which histories are to tell again."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from integrations.simulator.company import Company
from integrations.simulator.happenings import HAPPENINGS, NothingFits


def happen(company: Company, dice: random.Random) -> None:
    """Somebody does something, as often as anything fits."""
    doing = [*(h.act for h in HAPPENINGS.values()), *(lambda c, f=f: f(c, dice) for f in OTHERS)]
    for act in dice.sample(doing, len(doing)):
        try:
            act(company)
        except (NothingFits, IndexError):
            continue
        return


def _any(company: Company, dice: random.Random) -> Any:
    return dice.choice(sorted(company.active(), key=lambda issue: issue.key))


def estimate(company: Company, dice: random.Random) -> None:
    issue = _any(company, dice)
    company.edit(issue.key, issue.reporter, points=float(dice.choice([1, 2, 3, 5, 8])))


def raise_priority(company: Company, dice: random.Random) -> None:
    issue = _any(company, dice)
    company.edit(issue.key, issue.reporter, priority=dice.choice(["High", "Low", "Highest"]))


def label(company: Company, dice: random.Random) -> None:
    issue = _any(company, dice)
    company.edit(issue.key, issue.reporter, labels=(*issue.labels, dice.choice("abcdef")))


def hand_over(company: Company, dice: random.Random) -> None:
    issue = _any(company, dice)
    company.edit(issue.key, issue.reporter, assignee=dice.choice(company.members[issue.project]))


def begin(company: Company, dice: random.Random) -> None:
    issue = dice.choice([i for i in company.active() if company.category(i) == "new"])
    company.edit(issue.key, issue.reporter, status="In Progress", assignee=company.members[issue.project][0])


def reopen(company: Company, dice: random.Random) -> None:
    issue = dice.choice([i for i in company.active() if company.category(i) == "done"])
    company.edit(issue.key, issue.reporter, status="In Progress")


def link(company: Company, dice: random.Random) -> None:
    one, other = dice.sample(sorted(company.active(), key=lambda issue: issue.key), 2)
    company.edit(one.key, one.reporter, blocked_by=(*one.blocked_by, other.key))


def unlink(company: Company, dice: random.Random) -> None:
    issue = dice.choice([i for i in company.active() if i.blocked_by])
    company.edit(issue.key, issue.reporter, blocked_by=issue.blocked_by[1:])


def add(company: Company, dice: random.Random) -> None:
    running = next(s.id for s in company.sprints.values() if s.state == "active")
    waiting = [i for i in company.issues.values() if running not in i.sprints and company.category(i) != "done"]
    issue = dice.choice(waiting)
    company.edit(issue.key, issue.reporter, sprints=(*issue.sprints, running)[-1:])


def create(company: Company, dice: random.Random) -> None:
    running = next(s for s in company.sprints.values() if s.state == "active")
    project = company.boards[running.board].project
    company.create(project, company.members[project][0], "Came up meanwhile", (running.id,), points=2.0)


def rename(company: Company, dice: random.Random) -> None:
    issue = _any(company, dice)
    company.edit(issue.key, issue.reporter, title=issue.title + "!", due=dice.choice([None, date(2026, 12, 1)]))


def push(company: Company, dice: random.Random) -> None:
    company.push(dice.choice(company.open_pull_requests()))


def ask(company: Company, dice: random.Random) -> None:
    pull = dice.choice([p for p in company.open_pull_requests() if p.reviews])
    company.discuss(pull, dice.choice(pull.reviews).account, "Why so?", on_code=dice.random() < 0.5)


def reply(company: Company, dice: random.Random) -> None:
    pull = dice.choice(company.open_pull_requests())
    company.discuss(pull, pull.author, "Because of the rounding.")


def refuse(company: Company, dice: random.Random) -> None:
    pull = dice.choice([p for p in company.open_pull_requests() if p.reviews])
    company.review(pull, dice.choice(pull.reviews).account, "changes_requested")


def build(company: Company, dice: random.Random) -> None:
    """Once a commit: of a key that is built again, Bitbucket keeps the last result alone."""
    never = [p for p in company.open_pull_requests() if all(b.commit != p.commit for b in p.builds)]
    company.build(dice.choice(never), "unit-tests", dice.choice(["FAILED", "SUCCESSFUL"]))


OTHERS = (
    *(estimate, raise_priority, label, hand_over, begin, reopen, link, unlink, add, create, rename),
    *(push, ask, reply, refuse, build),
)


def turn_the_sprint(company: Company, lasts: timedelta = timedelta(days=14)) -> None:
    """The running sprint is closed, what is open goes on in the next, and that one begins; a later one is planned."""
    running = next(s for s in company.sprints.values() if s.state == "active")
    ahead = next(s for s in company.sprints.values() if s.state == "future")
    now, boss = company.clock.now(), company.members[company.boards[running.board].project][0]
    company.set_sprint(replace(running, state="closed", completed=now), "sprint_closed", boss)
    for issue in [i for i in company.issues.values() if running.id in i.sprints and company.category(i) != "done"]:
        company.edit(issue.key, boss, sprints=(*issue.sprints, ahead.id))
    later = replace(ahead, id=company.number(), name=f"Sprint {int(ahead.name.rpartition(' ')[2]) + 1}", created=now)
    company.set_sprint(later, "sprint_created", boss)
    start, end = now + timedelta(milliseconds=1), now + lasts
    company.set_sprint(replace(ahead, state="active", start=start, end=end), "sprint_started", boss)
