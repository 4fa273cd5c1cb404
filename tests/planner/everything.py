"""One world in which every condition of the constitution in the repository holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from models.directives_file import load
from models.ids import AccountId, IssueKey, PersonId, SprintId
from models.people import Doubt
from models.pulls import Build, BuildState, PullRequest
from models.work import Absence, Issue, Person, Progress, Snapshot
from tests.planner.world import DAY, NOON, issue, people, pull_request, snapshot, sprint

IN_THE_REPOSITORY = load(Path(__file__).parents[2] / "directives.yaml")


def everything() -> Snapshot:
    """One world in which every condition holds, in a sprint that ends tomorrow and in one behind it."""
    long_ago, late = NOON - 9 * DAY, {"created": NOON - 2 * DAY, "points": 2.0}
    blocked = [issue(n, "bob", blocked_by=(IssueKey("PAY-10"),), flagged_since=long_ago, **late) for n in (11, 12, 13)]
    loaded = [issue(n, "ann", status_since=long_ago, updated=long_ago, **late) for n in range(20, 26)]
    single = [
        issue(1, None, **late),
        issue(2, "ann", due=date(2026, 11, 17), **late),
        issue(3, "kai", status_since=long_ago, updated=long_ago),
        issue(10, "mike", progress=Progress.TODO, status="To Do", status_since=long_ago),
        issue(40, "mike", progress=Progress.DONE, status_since=NOON - DAY, created=long_ago),
        issue(41, "mike", kind="Task", status_since=long_ago, created=long_ago),
    ]
    other = [issue(n, "bob", sprint=SprintId(25), progress=p) for n, p in ((50, Progress.DONE), (51, Progress.TODO))]
    away = Absence(reason="vacation", until=NOON + 9 * DAY, since=NOON - DAY)
    world = snapshot(
        *blocked,
        *loaded,
        *single,
        *other,
        prs=_pulls(),
        settled=(pull_request(9, "mike", {}, state="MERGED", issues=("PAY-41",), settled_at=NOON - DAY),),
        strays=(issue(60, "bob", sprint=None), _incident()),
        sprints=(sprint(24, end=NOON + DAY), sprint(25, end=NOON + 2 * DAY)),
        who=people(kai=away) | {PersonId("lee"): Person(id=PersonId("lee"), name="Lee", zone="Asia/Tokyo")},
    )
    doubt = Doubt(person=PersonId("lee"), account=AccountId("acc-x"), name="", why="", since=long_ago)
    return replace(world, team=IN_THE_REPOSITORY.teams[0].id, issues=(*world.issues, issue(70, "x")), doubts=(doubt,))


def _incident() -> Issue:
    return issue(61, "ann", sprint=None, priority="Highest", labels=frozenset({"incident"}))


def _pulls() -> tuple[PullRequest, ...]:
    """Of Ann four wait for Bob; of Mike one is red, one to rework, one beside finished work; Bob's is outside."""
    long_ago = NOON - 9 * DAY
    asked = tuple(pull_request(n, "ann", {"bob": "waiting"}) for n in range(1, 5))
    red = pull_request(5, "mike", {"bob": "waiting"}, build=Build(state=BuildState.FAILED, at=long_ago))
    back = pull_request(6, "mike", {"bob": "changes_requested"}, waiting_since=long_ago)
    back = replace(back, reviews=(replace(back.reviews[0], at=long_ago),))
    beside = pull_request(7, "mike", {"bob": "waiting"}, issues=("PAY-40",), opened=long_ago)
    outside = pull_request(8, "bob", {"mike": "waiting"}, issues=("PAY-60",), opened=long_ago)
    return (*asked, red, back, beside, outside)
