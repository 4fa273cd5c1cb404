"""What is stuck and whose move it is, reckoned from the work itself: a state table of our own, beside the planner's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

from models.ids import AccountId, IssueKey, PersonId, PullRequestId
from models.pulls import BuildState, PullRequest, Review, ReviewState
from models.work import Issue, Progress
from tests.soak.company import EVERYBODY, PLACES, TEAMS
from tests.soak.hours import Hours
from tests.soak.life import Life

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WORKDAY = 9 * HOUR
"""A business day: nine to six."""


@dataclass(frozen=True)
class Stuck:
    """One thing that is stuck: since when, for how long it may be, and who may be told of it."""

    kind: str
    subject: str
    since: datetime
    allowed: timedelta
    """Working time."""
    readers: frozenset[PersonId]
    mark: int = 0
    """What makes it another episode than before, where that is not when it began."""

    @property
    def name(self) -> tuple[str, str, datetime]:
        return self.kind, self.subject, self.since


def team_hours(life: Life) -> Hours:
    zone, country = PLACES[TEAMS[life.team][0]]
    return Hours(zone, country)


def hours_of(person: PersonId, life: Life) -> Hours:
    """Somebody's hours, on the wall of wherever they are now."""
    return replace(EVERYBODY[person].hours, zone=life.people[person].zone)


def is_here(person: PersonId, life: Life) -> bool:
    return life.people[person].is_here(life.now)


def was_here(person: PersonId, life: Life, at: datetime) -> bool:
    return not any(who == person and absent.since <= at and absent.holds(at) for who, absent in life.absences)


def is_away(person: PersonId, life: Life) -> bool:
    """For a day or more: nobody waits for them."""
    absent = life.people[person].absent
    return bool(absent and absent.holds(life.now) and (absent.until is None or absent.until - life.now >= DAY))


def manager(life: Life) -> PersonId:
    """Who manages the project now: whoever stands in when the manager is not there, and the manager when neither is."""
    first, second = (PersonId(f"{life.team}{n}") for n in (0, 1))
    return second if not is_here(first, life) and is_here(second, life) else first


def lead(life: Life) -> PersonId:
    """Who leads the technical work; nobody stands in."""
    return PersonId(f"{life.team}1")


def owner(account: AccountId | None, life: Life) -> PersonId:
    """Whose ticket it is to move: the manager's when nobody has it, or when they are away."""
    member = life.member(account)
    return manager(life) if member is None or is_away(member.id, life) else member.id


# --- whose move it is ---------------------------------------------------------------------------------------


def pull_movers(pull: PullRequest, life: Life) -> tuple[str, frozenset[PersonId]]:
    """What an open pull request waits for, and who can do it."""
    author = life.member(pull.author)
    theirs = frozenset({manager(life) if author is None or is_away(author.id, life) else author.id})
    if pull.draft:
        return "draft", theirs
    if any(r.state is ReviewState.CHANGES_REQUESTED and not _pushed_since(r, pull) for r in pull.reviews):
        return "rework", theirs
    if pull.build is not None and pull.build.state is BuildState.FAILED:
        return "build", theirs
    waiting = [r for r in pull.reviews if r.state is not ReviewState.APPROVED]
    if not waiting:
        return "merge", theirs
    asked = {member.id for r in waiting if (member := life.member(r.reviewer))}
    here = {person for person in asked if not is_away(person, life)}
    if here:
        return "review", frozenset(here)
    return "review", theirs if author is not None and not is_away(author.id, life) else frozenset({manager(life)})


def ticket_movers(issue: Issue, life: Life, seen: frozenset[str] = frozenset()) -> frozenset[PersonId]:
    """Who can move a ticket on: whoever moves what it waits for, its pull request, or its owner."""
    its_owner = frozenset({owner(issue.assignee, life)})
    if _blocked(issue) is not None:
        return its_owner
    for key in issue.blocked_by:
        other = life.issues.get(key)
        if other is None or other.sprint != life.sprint.id or key in seen:
            return its_owner
        if other.progress is not Progress.DONE:
            return ticket_movers(other, life, seen | {issue.key})
    ready = [pull_movers(pull, life) for pull in _open_pulls(issue, life)]
    found = [people for step, people in ready if step != "draft"]
    return frozenset().union(*found) if found else its_owner


def _open_pulls(issue: Issue, life: Life) -> list[PullRequest]:
    return [p for p in life.pulls.values() if p.state == "OPEN" and issue.key in p.issues]


def _blocked(issue: Issue) -> datetime | None:
    since = [issue.flagged_since] if issue.flagged_since else []
    since += [issue.status_since] if issue.status == "Blocked" else []
    return min(since) if since else None


def _pushed_since(review: Review, pull: PullRequest) -> bool:
    return pull.pushed_at is not None and review.at is not None and pull.pushed_at > review.at


# --- what a message may be about ----------------------------------------------------------------------------


def about(kind: str, subject: str, life: Life) -> Stuck | None:
    """The condition as it is now, or ``None`` when it is over, or was never so. Raises ``KeyError`` for a new kind."""
    return KINDS[kind](kind, subject, life)


def everything(life: Life) -> Iterator[Stuck]:
    """All that is stuck in one team by the rules whose use is measured."""
    for kind, subjects in (("blocked_too_long", life.issues), ("nobody_assigned", life.issues)):
        yield from (found for key in subjects if (found := about(kind, key, life)))
    for kind in ("review_overdue", "changes_idle"):
        yield from (found for name in life.pulls if (found := about(kind, name, life)))


Finder = Callable[[str, str, Life], "Stuck | None"]


def _ticket(find: Callable[[str, Issue, Life], Stuck | None], *, running: bool = True) -> Finder:
    def found(kind: str, subject: str, life: Life) -> Stuck | None:
        issue = life.issues.get(IssueKey(subject))
        if issue is None or issue.progress is Progress.DONE or (running and issue.sprint != life.sprint.id):
            return None
        return find(kind, issue, life)

    return found


def _pull(step: str, allowed: timedelta, since: Callable[[PullRequest], datetime]) -> Finder:
    def found(kind: str, subject: str, life: Life) -> Stuck | None:
        pull = life.pulls.get(PullRequestId(subject))
        if pull is None or pull.state != "OPEN":
            return None
        waits, people = pull_movers(pull, life)
        return Stuck(kind, pull.id, since(pull), allowed, people) if waits == step else None

    return found


def _is_blocked(kind: str, issue: Issue, life: Life) -> Stuck | None:
    since = _blocked(issue)
    return Stuck(kind, issue.key, since, WORKDAY, frozenset({owner(issue.assignee, life)})) if since else None


def _unowned(kind: str, issue: Issue, life: Life) -> Stuck | None:
    if issue.assignee is not None:
        return None
    since = max(issue.unassigned_since or issue.created, life.sprint.start or issue.created)
    return Stuck(kind, issue.key, since, HOUR / 4, frozenset({manager(life)}))


def _stale(kind: str, issue: Issue, life: Life) -> Stuck | None:
    if issue.progress is not Progress.DOING or issue.assignee is None or issue.blocked_by or _blocked(issue):
        return None
    pulls = [p for p in life.pulls.values() if issue.key in p.issues]
    signs = [at for p in pulls for at in (p.opened, p.pushed_at, p.settled_at) if at]
    if any(pull_movers(p, life)[0] in ("review", "rework", "build") for p in _open_pulls(issue, life)):
        return None
    return Stuck(kind, issue.key, max(issue.updated, *signs, issue.created), 3 * WORKDAY, ticket_movers(issue, life))


def _overdue(kind: str, issue: Issue, life: Life) -> Stuck | None:
    hours = hours_of(owner(issue.assignee, life), life)
    if issue.due is None or hours.local_day(life.now) <= issue.due:
        return None
    since = datetime.combine(issue.due, time(), UTC)
    return Stuck(kind, issue.key, since, timedelta(), ticket_movers(issue, life))


def _holds_up(kind: str, issue: Issue, life: Life) -> Stuck | None:
    held = [i for i in life.issues.values() if issue.key in i.blocked_by and i.progress is not Progress.DONE]
    if len(held) < 3:
        return None
    return Stuck(kind, issue.key, issue.status_since, 2 * WORKDAY, ticket_movers(issue, life))


def _left_behind(kind: str, issue: Issue, life: Life) -> Stuck | None:
    merged = [p.settled_at for p in life.pulls.values() if issue.key in p.issues and p.state == "MERGED"]
    at = max((at for at in merged if at), default=None)
    if at is None or issue.status_since > at or _open_pulls(issue, life) or _blocked(issue) or issue.blocked_by:
        return None
    return Stuck(kind, issue.key, at, timedelta(), ticket_movers(issue, life))


def _outside(kind: str, issue: Issue, life: Life) -> Stuck | None:
    pulls = [p for p in life.pulls.values() if issue.key in p.issues and p.opened and not p.draft]
    if issue.sprint == life.sprint.id or not any(p.state == "OPEN" for p in pulls):
        return None
    since = max(min(p.opened for p in pulls if p.opened), life.sprint.start or issue.created)
    return Stuck(kind, issue.key, since, 4 * HOUR, frozenset({manager(life)}))


def _still_open(kind: str, subject: str, life: Life) -> Stuck | None:
    pull = life.pulls.get(PullRequestId(subject))
    if pull is None or pull.state != "OPEN" or pull.draft:
        return None
    tickets = [life.issues[key] for key in pull.issues if key in life.issues]
    if not tickets or any(issue.progress is not Progress.DONE for issue in tickets):
        return None
    author = frozenset({owner(pull.author, life)})
    return Stuck(kind, pull.id, max(pull.opened or life.now, *(i.status_since for i in tickets)), WORKDAY, author)


def _sprint(share: float, days: int) -> Finder:
    def found(kind: str, subject: str, life: Life) -> Stuck | None:
        issues = [i for i in life.issues.values() if i.sprint == life.sprint.id]
        done = sum(i.points or 0 for i in issues if i.progress is Progress.DONE)
        end, hours = life.sprint.end, team_hours(life)
        assert end is not None
        left = [d for d in hours.days_between(life.now, end) if hours.works_on(d) and hours.morning(d) < end]
        if subject != f"sprint:{life.sprint.id}" or done / sum(i.points or 0 for i in issues) >= share:
            return None
        return Stuck(kind, subject, end, timedelta(), frozenset({manager(life)})) if len(left) <= days else None

    return found


def _scope(kind: str, subject: str, life: Life) -> Stuck | None:
    start = life.sprint.start
    assert start is not None
    added = [i for i in life.issues.values() if i.sprint == life.sprint.id and (i.sprint_since or i.created) > start]
    if subject != f"sprint:{life.sprint.id}" or len(added) < 4:
        return None
    return Stuck(kind, subject, start, timedelta(), frozenset({manager(life)}), mark=len(added) // 4)


def _overloaded(kind: str, subject: str, life: Life) -> Stuck | None:
    person = PersonId(subject.removeprefix("person:"))
    doing = [
        i
        for i in life.issues.values()
        if (member := life.member(i.assignee)) is not None
        and member.id == person
        and i.progress is Progress.DOING
        and i.sprint == life.sprint.id
    ]
    if len(doing) <= 4:
        return None
    return Stuck(kind, subject, max(i.status_since for i in doing), timedelta(), frozenset({manager(life)}))


def _gone(kind: str, subject: str, life: Life) -> Stuck | None:
    person = PersonId(subject.removeprefix("person:"))
    absent = life.people[person].absent
    mine = [i for i in life.issues.values() if i.assignee == EVERYBODY[person].account]
    if absent is None or not absent.holds(life.now) or not any(i.progress is not Progress.DONE for i in mine):
        return None
    return Stuck(kind, subject, absent.since or life.now, timedelta(), frozenset({manager(life)}))


def _piled_up(kind: str, subject: str, life: Life) -> Stuck | None:
    person = PersonId(subject.partition(":")[2])
    pulls = [p for p in life.pulls.values() if p.author == EVERYBODY[person].account and p.state == "OPEN"]
    waiting = sorted(p.waiting_since for p in pulls if pull_movers(p, life)[0] == "review")
    if len(waiting) < 4:
        return None
    return Stuck(kind, subject, waiting[3], timedelta(), frozenset({lead(life)}))


def _turn(pull: PullRequest) -> datetime:
    return max(pull.waiting_since, pull.pushed_at or pull.waiting_since)


def _asked_for(pull: PullRequest) -> datetime:
    said = [r.at for r in pull.reviews if r.state is ReviewState.CHANGES_REQUESTED and r.at]
    return max(min(said, default=pull.updated), pull.waiting_since)


def _red_since(pull: PullRequest) -> datetime:
    return pull.build.at if pull.build else pull.updated


KINDS: dict[str, Finder] = {
    "blocked_too_long": _ticket(_is_blocked),
    "blocker_of_several": _ticket(_holds_up),
    "stale_in_progress": _ticket(_stale),
    "overdue_date": _ticket(_overdue),
    "nobody_assigned": _ticket(_unowned),
    "merged_but_open": _ticket(_left_behind, running=False),
    "work_outside_sprint": _ticket(_outside, running=False),
    "review_overdue": _pull("review", 8 * HOUR, _turn),
    "changes_idle": _pull("rework", 2 * WORKDAY, _asked_for),
    "build_red": _pull("build", 4 * HOUR, _red_since),
    "done_but_open": _still_open,
    "reviews_piling_up": _piled_up,
    "sprint_at_risk": _sprint(0.6, 3),
    "sprint_critical": _sprint(0.4, 1),
    "scope_changed": _scope,
    "person_overloaded": _overloaded,
    "person_away": _gone,
}
