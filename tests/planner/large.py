"""Sprints of any size, alike in all but that: people, pull requests, links and memory grow with the issues."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from models.actions import Item, Reassign, RemindPerson
from models.cycles import Cycle, Heard, History
from models.directives import Directives, Member, Team
from models.directives_file import load
from models.events import Reason, Trigger
from models.hushes import Hush, Sight
from models.ids import (
    AccountId,
    ApprovalId,
    EffectId,
    HushId,
    IssueKey,
    PersonId,
    ProposalId,
    SignalId,
    SprintId,
    TeamId,
)
from models.lessons import Experience, Observation, What
from models.proposals import Approval, ApprovalState, Decided, Proposal, Verdict
from models.pulls import Build, BuildState, PullRequest, Review, ReviewState
from models.signals import SignalKind, Urgency
from models.standing import Living
from models.work import Facts, Issue, Person, Progress
from planner.cycle import run_cycle
from planner.ports import Desk, Looked
from planner.reasoning import RulesMind
from tests.planner.test_stories import Book
from tests.planner.world import DAY, HOUR, LONG_AGO, NOON, issue, pull_request, sprint

CONSTITUTION = Path(__file__).parents[2] / "directives.yaml"

PEOPLE, PULLS, STRAYS = 10, 5, 10
"""One person, open pull request and issue outside the sprint for so many issues."""

MOST_PEOPLE = 50
"""However much work there is: whoever has more people than that has several teams."""

ZONES = ("America/New_York", "America/Los_Angeles", "Europe/Berlin", "Asia/Kolkata")


@dataclass(frozen=True)
class Company:
    """A constitution, what the mirror holds, and what the ledger remembers."""

    directives: Directives
    facts: Facts
    history: History


def company(size: int) -> Company:
    """A team with ``size`` issues in its running sprint; the same for the same size."""
    law = _law(size)
    [team] = law.teams
    dice = Random(size)
    members = [member.account for member in team.members if member.account]
    issues = [_issue(number, size, members, dice) for number in range(1, size + 1)]
    strays = [issue(size + n, None, sprint=None, updated=NOON - HOUR) for n in range(1, size // STRAYS + 1)]
    pulls = [_pull(number, size, members, dice) for number in range(1, 2 * size // PULLS + 1)]
    held = Facts(
        team=team.id,
        sprints=(sprint(),),
        issues=(*issues, *strays),
        pull_requests=tuple(pulls),
        people=tuple(_person(member) for member in team.members),
        read_at={"jira": NOON, "bitbucket": NOON},
        whole=frozenset({SprintId(24)}),
    )
    return Company(law, held, _history(size, team))


@cache
def _law(size: int) -> Directives:
    """The product's own constitution with as many people as the work needs."""
    law = load(CONSTITUTION)
    [team] = law.teams
    members = [*team.members, *(_member(n) for n in range(min(size // PEOPLE, MOST_PEOPLE) - len(team.members)))]
    return law.model_copy(update={"teams": (team.model_copy(update={"members": tuple(members)}),)})


def _member(number: int) -> Member:
    name = f"extra{number}"
    ids = {"slack": f"U{name.upper()}", "jira": f"acc-{name}", "bitbucket": f"acc-{name}"}
    zone, channel = ZONES[number % len(ZONES)], ("dm", "dm", "jira")[number % 3]
    return Member.model_validate({"id": name, "name": name.title(), "zone": zone, "channel": channel, **ids})


def _person(member: Member) -> Person:
    return Person(
        id=member.id, name=member.name, zone=member.zone, slack=member.slack, account=member.account, holidays="US"
    )


def _issue(number: int, size: int, members: list[AccountId], dice: Random) -> Issue:
    """Of ten issues three are done, one is flagged and one is nobody's; every third waits for another one."""
    key, luck = f"PAY-{number}", dice.random()
    progress = Progress.DONE if luck < 0.3 else Progress.TODO if luck < 0.5 else Progress.DOING
    since = NOON - timedelta(hours=dice.randrange(1, 100))
    owner = None if dice.random() < 0.1 else dice.choice(members)
    changes: dict[str, Any] = {
        "progress": progress,
        "status": {Progress.DONE: "Done", Progress.TODO: "To Do", Progress.DOING: "In Progress"}[progress],
        "status_since": since,
        "assignee": owner,
        "unassigned_since": None if owner else since,
        "points": float(dice.choice((1, 2, 3, 5))),
        "priority": dice.choice(("Medium", "High", "Highest")),
        "due": (NOON + timedelta(days=dice.randrange(-3, 9))).date() if dice.random() < 0.3 else None,
        "flagged_since": since if progress is not Progress.DONE and dice.random() < 0.1 else None,
        "blocked_by": (IssueKey(f"PAY-{dice.randrange(1, size + 1)}"),) if number % 3 == 0 else (),
        "sprint_since": NOON - timedelta(days=dice.randrange(1, 12)),
    }
    return replace(issue(number), key=IssueKey(key), **changes)


def _pull(number: int, size: int, members: list[AccountId], dice: Random) -> PullRequest:
    """Half of them are open; the others were merged lately."""
    author, *others = dice.sample(members, min(3, len(members)))
    since = NOON - timedelta(hours=dice.randrange(1, 100))
    states = (ReviewState.WAITING, ReviewState.APPROVED, ReviewState.CHANGES_REQUESTED)
    reviews = tuple(
        Review(reviewer=who, state=(state := dice.choice(states)), at=None if state is states[0] else since)
        for who in others
    )
    return replace(
        pull_request(number),
        author=author,
        state="OPEN" if number % 2 else "MERGED",
        reviews=reviews,
        issues=(IssueKey(f"PAY-{dice.randrange(1, size + 1)}"),),
        waiting_since=since,
        opened=LONG_AGO,
        updated=since,
        commit=f"{number:012x}",
        settled_at=None if number % 2 else since,
        build=Build(state=dice.choice((BuildState.PASSED, BuildState.FAILED)), at=since, failing=("test",)),
    )


def _history(size: int, team: Team) -> History:
    """Each issue has been told of, each tenth was asked about, and of those each fifth waits for an answer.

    Somebody has put off each twentieth, and each twenty-fifth has a message that is kept true.
    """
    people = [member.id for member in team.members]
    told = frozenset((people[n % len(people)], SignalId(f"told-{n}")) for n in range(size))
    asked = frozenset((people[n % len(people)], SignalId(f"asked-{n}"), Verdict.ASK) for n in range(size // 10))
    return History(
        spent={(person, NOON.date().isoformat(), "daily"): 1 for person in people[::3]},
        told=told,
        settled={ProposalId(f"settled-{n}"): Verdict.ALLOW for n in range(size)},
        open_cards=frozenset(),
        raised=asked,
        pending=tuple(_question(n, team) for n in range(1, size // 50 + 1)),
        hushes=tuple(_hush(n, people[n % len(people)], team) for n in range(1, size + 1, 20)),
        living=tuple(_message(n, people[n % len(people)]) for n in range(1, size + 1, 25)),
        heard=tuple(_heard(n, people[n % len(people)]) for n in range(1, size + 1)),
        experience=Experience(tuple(_observation(n, people[n % len(people)], team) for n in range(size // 2))),
    )


def _heard(number: int, person: PersonId) -> Heard:
    return Heard(
        person=person,
        signal=SignalId(f"told-{number}"),
        kind=SignalKind.BLOCKED_TOO_LONG,
        subject=f"PAY-{number}",
        urgency=Urgency.MEDIUM,
        at=NOON - timedelta(hours=number % 200),
    )


def _hush(number: int, person: PersonId, team: Team) -> Hush:
    subject, seen = f"PAY-{number}", number % 100 == 1
    sight = Sight(of=subject, status="In Progress", owner="acc-extra1") if seen else None
    until = None if seen else NOON + DAY
    return Hush(
        id=HushId(f"h{number}"),
        team=team.id,
        person=person,
        subject=subject,
        sight=sight,
        until=until,
        at=NOON - DAY,
    )


def _message(number: int, person: PersonId) -> Living:
    item = Item(SignalId(f"told-{number}"), "blocked_too_long", f"PAY-{number}", "", "", "medium", "blocked-1-day")
    action = RemindPerson(person=person, items=(item,))
    return Living(effect=EffectId(f"e{number}"), action=action, sent={"channel": "D", "ts": "1"}, at=NOON - DAY)


def _observation(number: int, person: PersonId, team: Team) -> Observation:
    return Observation(
        team=team.id,
        person=person,
        what=What.RESPONSE,
        about="blocked-1-day",
        source=f"e{number}",
        value={"minutes": number % 500},
        at=NOON - timedelta(hours=number % 500),
    )


def _question(number: int, team: Team) -> Approval:
    key = IssueKey(f"PAY-{number}")
    action = Reassign(issue=key, issue_title=key, issue_url="", giver=None, taker=team.members[0].id)
    proposal = Proposal(
        id=ProposalId(f"asked-{number}"),
        action=action,
        because="",
        evidence=(),
        signals=(SignalId(f"pending-{number}"),),
        urgency=Urgency.LOW,
        rule="owner-for-every-ticket",
    )
    return Approval(
        id=ApprovalId(f"approval-{number}"),
        team=team.id,
        proposal=proposal,
        payload_hash="",
        approvers=(PersonId("dana"),),
        state=ApprovalState.PENDING,
        asked_at=NOON - DAY,
        expires=NOON + DAY,
        decision_rule="confirm-reassign",
        directives_version=team.id,
    )


# --- a desk for it, all in memory ---------------------------------------------------------------------------


class Still:
    """A clock that stands at noon."""

    def now(self) -> datetime:
        return NOON

    def real(self) -> datetime:
        return NOON

    def monotonic(self) -> float:
        return 0.0


@dataclass(frozen=True)
class Shown:
    """A mirror that shows what it is given."""

    held: Facts

    async def facts_about(self, team: TeamId) -> Facts:
        return self.held


class Remembering(Book):
    """A ledger that remembers what it is given and nothing else."""

    async def record(self, cycle: Cycle) -> Sequence[Decided]:
        return cycle.decided


async def look_at(made: Company) -> Looked:
    """One look in which nothing but the planner costs time."""
    desk = Desk(
        clock=Still(),
        directives=made.directives,
        work=Shown(made.facts),
        mind=RulesMind(),
        ledger=Remembering(known=made.history),
        hands={},
    )
    return await run_cycle(Trigger(team=made.facts.team, reason=Reason.LOOK, at=NOON), desk)
