"""The company itself: its state, and what people do to it in Jira and Bitbucket. It knows no HTTP."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from integrations.simulator.nouns import (
    FLAGGED,
    IMPEDIMENT,
    POINTS,
    PRIORITY_IDS,
    SPRINT,
    Board,
    Build,
    Change,
    Colleague,
    Comment,
    Issue,
    Item,
    Link,
    News,
    PullRequest,
    Review,
    Sprint,
    Status,
    Step,
)
from models.clock import Clock
from models.ids import named


@dataclass
class Company:
    """The state of the simulated company; every change goes through a method and is told to the listeners."""

    clock: Clock
    people: dict[str, Colleague] = field(default_factory=dict)
    projects: dict[str, str] = field(default_factory=dict)
    """Key to id."""
    members: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Project key to the accounts that may be given its issues."""
    repositories: dict[str, str] = field(default_factory=dict)
    """``workspace/name`` to the project key its branches mention."""
    statuses: dict[str, Status] = field(default_factory=dict)
    boards: dict[int, Board] = field(default_factory=dict)
    sprints: dict[int, Sprint] = field(default_factory=dict)
    issues: dict[str, Issue] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    """Keys that issues had before they were moved, to those they have now."""
    default_reviewers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """``workspace/name`` to the accounts that are added to every new pull request."""
    links: list[Link] = field(default_factory=list)
    """Links that are not about blocking."""
    pull_requests: dict[tuple[str, int], PullRequest] = field(default_factory=dict)
    listeners: list[Callable[[News], None]] = field(default_factory=list)
    _number: int = 10_000

    # --- looking ------------------------------------------------------------------------------------------

    def issue(self, id_or_key: str) -> Issue | None:
        """The issue of that id or key."""
        key = id_or_key.upper()
        found = self.issues.get(self.moved.get(key, key))
        return found or next((i for i in self.issues.values() if str(i.id) == id_or_key), None)

    def category(self, issue: Issue) -> str:
        """``new``, ``indeterminate`` or ``done``."""
        return self.statuses[issue.status].category

    def status_of(self, category: str) -> str:
        """The first status of a category."""
        return next(s.name for s in self.statuses.values() if s.category == category)

    def active(self) -> list[Issue]:
        """The issues of every active sprint, oldest first."""
        running = {s.id for s in self.sprints.values() if s.state == "active"}
        return [i for i in self.issues.values() if running & set(i.sprints)]

    def open_pull_requests(self) -> list[PullRequest]:
        """Open pull requests, oldest first."""
        return sorted((p for p in self.pull_requests.values() if p.state == "OPEN"), key=lambda p: p.created)

    def number(self) -> int:
        """A number nothing else has."""
        self._number += 1
        return self._number

    # --- Jira ---------------------------------------------------------------------------------------------

    def edit(self, key: str, by: str, **fields: Any) -> Issue:
        """Change fields of an issue; what is already so is left alone. Raises ``KeyError``."""
        issue, now = self.issues[key], self.clock.now()
        items = tuple(i for name, value in fields.items() if (i := self._item(issue, name, value)) is not None)
        if not items:
            return issue
        change = Change(self.number(), by, now, items)
        changed = replace(issue, **fields, updated=now, changes=(*issue.changes, change))
        self.issues[key] = changed
        self._tell(News(event="jira:issue_updated", by=by, at=now, issue=changed, change=change))
        return changed

    def comment(
        self, key: str, by: str, body: Mapping[str, Any], properties: Sequence[Mapping[str, Any]] = ()
    ) -> Comment:
        """Add a comment. Raises ``KeyError``."""
        issue, now = self.issues[key], self.clock.now()
        comment = Comment(id=self.number(), by=by, at=now, body=body, properties=tuple(properties))
        changed = replace(issue, updated=now, comments=(*issue.comments, comment))
        self.issues[key] = changed
        self._tell(News(event="comment_created", by=by, at=now, issue=changed, comment=comment))
        return comment

    def create(self, project: str, by: str, title: str, sprints: tuple[int, ...] = (), **fields: Any) -> Issue:
        """Somebody files a new issue, nobody's yet. Raises ``KeyError`` for an unknown project."""
        now = self.clock.now()
        given: dict[str, Any] = {"kind": "Task", "priority": "Medium", "assignee": None, "labels": (), "points": None}
        issue = Issue(
            **{**given, "due": None, "flagged": False, "blocked_by": (), **fields},
            id=self.number(),
            key=self._next_key(project),
            project=project,
            title=title,
            status=self.status_of("new"),
            reporter=by,
            sprints=sprints,
            created=now,
            updated=now,
        )
        self.issues[issue.key] = issue
        self._tell(News(event="jira:issue_created", by=by, at=now, issue=issue))
        return issue

    def delete(self, key: str, by: str) -> None:
        """Somebody deletes an issue; links to it go with it. Raises ``KeyError``."""
        gone = self.issues.pop(key)
        for other in [i for i in self.issues.values() if key in i.blocked_by]:
            self.issues[other.key] = replace(other, blocked_by=tuple(k for k in other.blocked_by if k != key))
        self._tell(News(event="jira:issue_deleted", by=by, at=self.clock.now(), issue=gone))

    def move(self, key: str, by: str, project: str) -> Issue:
        """Somebody moves an issue to another project: it keeps its id, and gets another key. Raises ``KeyError``."""
        issue, now, new = self.issues.pop(key), self.clock.now(), self._next_key(project)
        rows = (
            Item(field="project", field_id="project", old_words=issue.project, new_words=project),
            Item(field="Key", field_id="", old_words=key, new_words=new),
        )
        change = Change(self.number(), by, now, rows)
        moved = replace(issue, key=new, project=project, updated=now, changes=(*issue.changes, change))
        self.issues[new] = moved
        self.moved = {old: new if now_ == key else now_ for old, now_ in self.moved.items()} | {key: new}
        for other in [i for i in self.issues.values() if key in i.blocked_by]:
            blockers = tuple(new if k == key else k for k in other.blocked_by)
            self.issues[other.key] = replace(other, blocked_by=blockers)
        self._tell(News(event="jira:issue_updated", by=by, at=now, issue=moved, change=change))
        return moved

    def _next_key(self, project: str) -> str:
        """No key is given twice."""
        known = [*self.issues, *self.moved]
        used = [int(key.rpartition("-")[2]) for key in known if key.rpartition("-")[0] == project]
        return f"{project}-{1 + max(used, default=100)}"

    def _item(self, issue: Issue, name: str, value: Any) -> Item | None:
        """The history row for setting ``name``, or ``None`` when it is so already."""
        old = getattr(issue, name)
        return None if old == value else item(self, name, old, value)

    # --- Bitbucket ----------------------------------------------------------------------------------------

    def open_pull_request(
        self, repository: str, author: str, title: str, branch: str, reviewers: Sequence[str], *, draft: bool = False
    ) -> PullRequest:
        """Somebody opens a pull request and asks for reviews; the default reviewers are asked as well."""
        now = self.clock.now()
        defaults = (account for account in self.default_reviewers.get(repository, ()) if account != author)
        number = 1 + max((p.number for p in self.pull_requests.values() if p.repository == repository), default=0)
        opened = PullRequest(
            repository=repository,
            number=number,
            title=title,
            branch=branch,
            author=author,
            state="OPEN",
            draft=draft,
            reviews=tuple(Review(account) for account in dict.fromkeys([*reviewers, *defaults])),
            created=now,
            updated=now,
            commit=(first := commit_of(repository, number, now)),
            steps=(Step(kind="update", by=author, at=now, words="OPEN", commit=first),),
        )
        return self._keep(opened, "pullrequest:created", author)

    def review(self, pull_request: PullRequest, by: str, state: str) -> PullRequest:
        """A reviewer says ``approved`` or ``changes_requested``."""
        now = self.clock.now()
        others = tuple(r for r in pull_request.reviews if r.account != by)
        kind, event = {
            "approved": ("approval", "pullrequest:approved"),
            "changes_requested": ("changes_requested", "pullrequest:changes_request_created"),
        }[state]
        said = replace(
            pull_request,
            updated=now,
            reviews=(*others, Review(by, state, now)),
            steps=(*pull_request.steps, Step(kind=kind, by=by, at=now)),
        )
        return self._keep(said, event, by)

    def push(self, pull_request: PullRequest) -> PullRequest:
        """The author adds a commit: a review is the next move again."""
        now = self.clock.now()
        pushed = replace(
            pull_request,
            updated=now,
            commit=(added := commit_of(pull_request.repository, pull_request.number, now)),
            steps=(
                *pull_request.steps,
                Step(kind="update", by=pull_request.author, at=now, words="OPEN", commit=added),
            ),
        )
        return self._keep(pushed, "pullrequest:updated", pull_request.author)

    def merge(self, pull_request: PullRequest, by: str) -> PullRequest:
        """Somebody merges it."""
        now = self.clock.now()
        step = Step(kind="update", by=by, at=now, words="MERGED", commit=pull_request.commit)
        merged = replace(
            pull_request, state="MERGED", queued=False, updated=now, closed_by=by, steps=(*pull_request.steps, step)
        )
        return self._keep(merged, "pullrequest:fulfilled", by)

    def edit_pull_request(self, pull_request: PullRequest, by: str, event: str, **fields: Any) -> PullRequest:
        """Somebody changes something of it: ``draft``, ``queued``, ``tasks``, ``state``, ``title``, ``reviews``."""
        now = self.clock.now()
        changed = replace(pull_request, updated=now, **fields)
        step = Step(kind="update", by=by, at=now, words=changed.state, commit=changed.commit)
        return self._keep(replace(changed, steps=(*changed.steps, step)), event, by)

    def discuss(self, pull_request: PullRequest, by: str, words: str, *, on_code: bool = False) -> PullRequest:
        """Somebody comments on it, perhaps at a line of the code."""
        now = self.clock.now()
        step = Step(kind="comment", by=by, at=now, words=words, on_code=on_code)
        said = tuple(
            replace(r, at=now) if r.account == by and r.state != "approved" else r for r in pull_request.reviews
        )
        talked = replace(pull_request, updated=now, reviews=said, steps=(*pull_request.steps, step))
        return self._keep(talked, "pullrequest:comment_created", by)

    def build(self, pull_request: PullRequest, key: str, state: str) -> PullRequest:
        """A build of its newest commit ends or begins."""
        build = Build(key=key, state=state, at=self.clock.now(), commit=pull_request.commit)
        same = (key, pull_request.commit)
        others = (b for b in pull_request.builds if (b.key, b.commit or pull_request.commit) != same)
        built = replace(pull_request, builds=(*others, build))
        self.pull_requests[(built.repository, built.number)] = built
        event = "repo:commit_status_updated" if len(built.builds) == len(pull_request.builds) else _NEW_BUILD
        self._tell(News(event=event, by=built.author, at=build.at, pull_request=built, build=build))
        return built

    def _keep(self, pull_request: PullRequest, event: str, by: str) -> PullRequest:
        self.pull_requests[(pull_request.repository, pull_request.number)] = pull_request
        self._tell(News(event=event, by=by, at=pull_request.updated, pull_request=pull_request))
        return pull_request

    # --- sprints ------------------------------------------------------------------------------------------

    def set_sprint(self, sprint: Sprint, event: str, by: str) -> None:
        """Start, close or edit a sprint."""
        before = self.sprints.get(sprint.id)
        self.sprints[sprint.id] = sprint
        self._tell(News(event=event, by=by, at=self.clock.now(), sprint=sprint, before=before))

    def _tell(self, news: News) -> None:
        for listener in self.listeners:
            listener(news)


_NEW_BUILD = "repo:commit_status_created"


def commit_of(repository: str, number: int, at: datetime) -> str:
    """A believable commit hash."""
    return named(repository, number, at.isoformat())[:12]


def item(company: Company, name: str, old: Any, new: Any) -> Item:
    """The history row of one field's change, as Jira words it. Raises ``KeyError`` for an unknown field."""
    label, field_id, words = _ROWS[name]
    (old_id, old_words), (new_id, new_words) = words(company, old), words(company, new)
    return Item(
        field=label,
        field_id=field_id,
        custom=field_id.startswith("customfield_"),
        old=old_id,
        old_words=old_words,
        new=new_id,
        new_words=new_words,
    )


Words = Callable[[Company, Any], tuple[str | None, str | None]]


def _person(company: Company, account: str | None) -> tuple[str | None, str | None]:
    return (None, None) if account is None else (account, company.people[account].name)


def _status(company: Company, name: str) -> tuple[str, str]:
    return company.statuses[name].id, name


def _priority(_: Company, name: str | None) -> tuple[str | None, str | None]:
    return PRIORITY_IDS.get(name or ""), name


def _flag(_: Company, on: bool) -> tuple[str, str]:
    return (f"[{IMPEDIMENT}]", "Impediment") if on else ("", "")


def _sprints(company: Company, ids: tuple[int, ...]) -> tuple[str, str]:
    return ", ".join(map(str, ids)), ", ".join(company.sprints[i].name for i in ids)


def _plain(_: Company, value: Any) -> tuple[None, str | None]:
    return None, None if value is None else str(value)


def _blocked_by(_: Company, keys: tuple[str, ...]) -> tuple[str | None, str | None]:
    return (", ".join(keys), f"This issue is blocked by {', '.join(keys)}") if keys else (None, None)


def _labels(_: Company, value: tuple[str, ...]) -> tuple[None, str]:
    return None, " ".join(value)


_ROWS: Mapping[str, tuple[str, str, Words]] = {
    "assignee": ("assignee", "assignee", _person),
    "status": ("status", "status", _status),
    "flagged": ("Flagged", FLAGGED, _flag),
    "sprints": ("Sprint", SPRINT, _sprints),
    "points": ("Story point estimate", POINTS, _plain),
    "priority": ("priority", "priority", _priority),
    "title": ("summary", "summary", _plain),
    "labels": ("labels", "labels", _labels),
    "due": ("duedate", "duedate", _plain),
    "blocked_by": ("Link", "", _blocked_by),
}
"""Field of ``Issue`` to its label in the history, its id, and how a value is worded."""
