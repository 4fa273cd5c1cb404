"""A small made-up team for the planner's tests: values only, every instant given."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from models.cycles import History
from models.directives import Directives
from models.ids import AccountId, IssueKey, PersonId, PullRequestId, SprintId, TeamId
from models.pulls import PullRequest, Review, ReviewState
from models.signals import Signal, SignalKind, Urgency
from models.work import Absence, Facts, Issue, Person, Progress, Snapshot, Sprint, SprintState

TEAM = TeamId("pay")
ZONE = "America/New_York"
NOON = datetime(2026, 11, 18, 17, tzinfo=UTC)
"""Wednesday 18 November, 12:00 in New York; no public holiday within a week."""

DAY, HOUR = timedelta(days=1), timedelta(hours=1)

LONG_AGO = NOON - 5 * DAY
"""Friday noon: three working days before NOON."""


def line(name: str, rule: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"id": name, "says": f"The words of {name}."} | ({"rule": rule} if rule else {})


MEMBERS = [
    {"id": "pat", "name": "Pat", "jira": "acc-pat", "zone": ZONE},
    {"id": "deb", "name": "Deb", "jira": "acc-deb", "zone": ZONE},
    {"id": "tess", "name": "Tess", "jira": "acc-tess", "zone": ZONE, "on_call": True},
    {"id": "ann", "name": "Ann", "jira": "acc-ann", "zone": ZONE},
    {"id": "bob", "name": "Bob", "jira": "acc-bob", "zone": ZONE},
    {"id": "kai", "name": "Kai", "jira": "acc-kai", "zone": "Asia/Tokyo"},
    {"id": "mike", "name": "Mike", "jira": "acc-mike", "zone": ZONE, "channel": "jira"},
]

BASE: dict[str, Any] = {
    "constitution": 1,
    "role": {"title": "PM", "says": "Clear."},
    "objectives": {
        "primary": [
            line("finish", {"watch": "sprint_at_risk", "days_before_end": 2, "done_below": "60%"}),
            line("blocked-1-day", {"watch": "blocked_too_long", "after": "1 business day"}),
            line("review-8-hours", {"watch": "review_overdue", "after": "8 business hours"}),
            line("owners", {"watch": "nobody_assigned", "after": "15 business minutes"}),
        ]
    },
    "communication": [
        line("one-a-day", {"limit": "reminders", "per_person_per_day": 1, "critical_per_person_per_day": 1}),
        line("technical", {"route": "technical", "to": "team"}),
        line("hours", {"hours": "09:00-18:00"}),
    ],
    "escalation": [
        line("to-leadership", {"escalate": "blocked_too_long", "after": "2 business days", "to": "leadership"}),
        line("pile", {"watch": "reviews_piling_up", "more_than": 3, "tell": "tech_lead"}),
    ],
    "autonomy": {
        "automatic": [
            line("may-comment", {"allow": "comment_on_issue"}),
            line("may-digest", {"allow": "post_digest"}),
            line("may-remind", {"allow": "remind_person"}),
        ],
        "needs_confirmation": [
            line("ask-reassign", {"ask": "reassign", "of": "pm"}),
            line("ask-escalate", {"ask": "escalate", "of": "pm"}),
        ],
        "never": [line("no-code", {"never": ["change_code", "merge_pull_request"]})],
    },
    "uncertainty": [],
    "learning": [],
    "urgency": {
        "critical": {
            "says": "Now.",
            "rule": {
                "look_every": "15 minutes",
                "production_down": {"priorities": ["P0"], "labels": ["incident"]},
                "days_left": 1,
                "done_below": "40%",
                "blocker_of": 3,
                "blocked_for": "3 business days",
            },
        },
        "high": {
            "says": "Soon.",
            "rule": {
                "look_every": "60 minutes",
                "days_left": 3,
                "done_below": "60%",
                "blocked_for": "2 business days",
                "review_waiting": "24 hours",
            },
        },
        "medium": {"says": "Today.", "rule": {"look_every": "180 minutes", "review_waiting": "8 business hours"}},
        "low": {"says": "Later.", "rule": {"look_every": "360 minutes"}},
    },
    "teams": [
        {
            "id": TEAM,
            "name": "Payments",
            "zone": ZONE,
            "holidays": "US",
            "jira": {"projects": ["PAY"], "boards": [7]},
            "bitbucket": {"workspace": "acme", "repositories": ["api"]},
            "channels": {"team": "engineering", "leadership": "leadership"},
            "roles": {"pm": ["pat"], "deputy_pm": ["deb"], "tech_lead": ["tess"]},
            "digest": {"at": "09:30"},
            "members": MEMBERS,
        }
    ],
    "version": "v1",
}


def constitution(*, team: dict[str, Any] | None = None, **sections: Any) -> Directives:
    """The base constitution with whole sections, or keys of its one team, replaced."""
    data = deepcopy(BASE) | sections
    data["teams"][0] |= team or {}
    return Directives.model_validate(data)


LAW = constitution()


def two_teams() -> Directives:
    """The usual team, and one that owns OPS."""
    [own] = LAW.teams
    jira = own.jira.model_copy(update={"projects": ("OPS",), "boards": (9,)})
    bitbucket = own.bitbucket.model_copy(update={"repositories": ("ops",)})
    other = own.model_copy(update={"id": "ops", "jira": jira, "bitbucket": bitbucket})
    return LAW.model_copy(update={"teams": (own, other)})


def autonomy(**words: dict[str, Any]) -> dict[str, Any]:
    """The base autonomy with rules by line id put first: ``autonomy(mine={"never": ["reassign"]})``."""
    mine = [line(name.replace("_", "-"), rule) for name, rule in words.items()]
    return BASE["autonomy"] | {"needs_confirmation": mine + BASE["autonomy"]["needs_confirmation"]}


def people(**absent: Absence) -> dict[PersonId, Person]:
    """Everybody in the team; ``people(ann=Absence(...))`` sends somebody away."""
    return {
        PersonId(m["id"]): Person(
            id=PersonId(m["id"]),
            name=m["name"],
            zone=m["zone"],
            account=AccountId(m["jira"]),
            absent=absent.get(m["id"]),
        )
        for m in MEMBERS
    }


def account(person: str | None) -> AccountId | None:
    return None if person is None else AccountId(f"acc-{person}")


def issue(number: int, assignee: str | None = "ann", **changes: Any) -> Issue:
    """An issue in progress, touched just before NOON."""
    key = f"PAY-{number}"
    base = Issue(
        key=IssueKey(key),
        id=str(number),
        title=f"Title {number}",
        url=f"https://jira.test/browse/{key}",
        kind="Story",
        status="In Progress",
        progress=Progress.DOING,
        status_since=NOON - HOUR,
        assignee=account(assignee),
        unassigned_since=None if assignee else LONG_AGO,
        priority="Medium",
        labels=frozenset(),
        points=None,
        due=None,
        flagged_since=None,
        blocked_by=(),
        sprint=SprintId(24),
        created=LONG_AGO,
        updated=NOON - HOUR,
    )
    return replace(base, **changes)


def pull_request(
    number: int, author: str | None = "bob", reviews: dict[str, str] | None = None, **changes: Any
) -> PullRequest:
    """An open pull request that has waited since LONG_AGO: ``reviews={"ann": "waiting"}``."""
    given = {"ann": "waiting"} if reviews is None else reviews
    base = PullRequest(
        id=PullRequestId(f"acme/api#{number}"),
        title=f"Change {number}",
        url=f"https://bitbucket.test/acme/api/{number}",
        author=account(author),
        state="OPEN",
        draft=False,
        reviews=tuple(Review(reviewer=AccountId(f"acc-{who}"), state=ReviewState(s)) for who, s in given.items()),
        issues=(),
        waiting_since=LONG_AGO,
        updated=LONG_AGO,
    )
    return replace(base, **changes)


def sprint(number: int = 24, **changes: Any) -> Sprint:
    """Active, Monday 9 to Friday 27 November: 13 working days, of which NOON lies in the seventh."""
    base = Sprint(
        id=SprintId(number),
        name=f"Sprint {number}",
        state=SprintState.ACTIVE,
        board=7,
        goal="",
        start=datetime(2026, 11, 9, 14, tzinfo=UTC),
        end=datetime(2026, 11, 27, 22, tzinfo=UTC),
    )
    return replace(base, **changes)


def snapshot(
    *issues: Issue,
    prs: tuple[PullRequest, ...] = (),
    now: datetime = NOON,
    sprints: tuple[Sprint, ...] | None = None,
    who: dict[PersonId, Person] | None = None,
    **more: Any,
) -> Snapshot:
    """What one look sees; ``more`` are further fields: ``settled``, ``strays``, ``known_sprints``."""
    seen = (sprint(),) if sprints is None else sprints
    return Snapshot(
        team=TEAM,
        now=now,
        sprint=seen[0] if seen else None,
        issues=issues,
        pull_requests=prs,
        people=people() if who is None else who,
        read_at={"jira": now, "bitbucket": now},
        sprints=seen,
        **{"known_sprints": seen} | more,
    )


def facts(
    *issues: Issue, sprints: tuple[Sprint, ...] | None = None, prs: tuple[PullRequest, ...] = (), **changes: Any
) -> Facts:
    """What the mirror holds, every sprint read whole."""
    held = (sprint(),) if sprints is None else sprints
    base = Facts(
        team=TEAM,
        sprints=held,
        issues=issues,
        pull_requests=prs,
        people=tuple(people().values()),
        read_at={"jira": NOON, "bitbucket": NOON},
        whole=frozenset(each.id for each in held),
    )
    return replace(base, **changes)


def history(**changes: Any) -> History:
    """A ledger that remembers nothing, but for ``changes``."""
    return replace(History(spent={}, told=frozenset(), settled={}, open_cards=frozenset()), **changes)


def signal(subject: str = "PAY-1", addressee: str | None = "ann", **changes: Any) -> Signal:
    base = Signal(
        kind=SignalKind.BLOCKED_TOO_LONG,
        subject=subject,
        headline=f"{subject} waits",
        url="https://jira.test/browse/" + subject,
        since=LONG_AGO,
        urgency=Urgency.MEDIUM,
        addressee=PersonId(addressee) if addressee else None,
        evidence=(),
        rule="blocked-1-day",
    )
    return replace(base, **changes)
