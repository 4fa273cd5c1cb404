"""Who waits for whom: one line a thing, the longest wait first; people are never compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from models.directives import Directives
from models.ids import IssueKey, PersonId
from models.pulls import PullRequest, ReviewState
from models.work import Issue, Person, Snapshot
from planner.bounds.worktime import watch_calendar
from planner.facts.observe import blocked_since, running
from planner.hearers.moves import REVIEWING, Move, Step, is_parked, open_moves, unfinished_blockers, whose_move
from planner.reports.reviews import short
from planner.reports.rows import count, owner
from planner.words.people import as_listed, nobody_in_jira
from planner.words.replies import Group, Row, SheetReply

MOST = 15
"""Rows of one group."""

_FOR_THE_AUTHOR = frozenset({Step.REWORK, Step.ANSWER, Step.MEND_BUILD, Step.CLOSE_TASKS})
"""What reviewers wait for."""

_STEPS = {
    Step.REVIEW: "a review",
    Step.ASK_REVIEW: "somebody to be asked for a review",
    Step.REWORK: "changes",
    Step.ANSWER: "an answer to a question",
    Step.MEND_BUILD: "a build that passes",
    Step.CLOSE_TASKS: "open tasks",
}


@dataclass(frozen=True, slots=True)
class Wait:
    """Somebody's work stands still until others have moved; empty where nobody we know is meant."""

    who: tuple[Person, ...]
    on: tuple[Person, ...]
    key: str
    title: str
    url: str
    what: str
    """For what: ``a review``, ``INFRA-7 (In Review)``."""
    since: datetime | None
    """``None`` where nobody can tell: Jira does not say when a link was made."""


def waiting(
    snapshot: Snapshot, directives: Directives, person: PersonId | None = None, asker: PersonId | None = None
) -> SheetReply:
    """Every wait in open pull requests and running sprints; of a ``person``, who may be the ``asker``, both ways."""
    waits = sorted(_waits(snapshot, directives), key=lambda wait: (wait.since or snapshot.now, wait.key))
    unsaid = list(_unsaid(snapshot, directives, person))
    if person is None:
        groups: tuple[Group, ...] = (_group("", waits, _both, snapshot, directives),)
        headline = _n_waits(len(waits)) if waits else _NOBODY if not unsaid else ""
        name = directives.team(snapshot.team).name
    else:
        whom = snapshot.people.get(person) or as_listed(directives.team(snapshot.team).member(person))
        name = whom.name
        theirs = [wait for wait in waits if any(each.id == person for each in wait.on)]
        own = [wait for wait in waits if any(each.id == person for each in wait.who)]
        groups = (
            _group(f"Waits for {name}", theirs, _who, snapshot, directives),
            _group(f"{name} waits for", own, _on, snapshot, directives),
        )
        known = _of_one(name, len(theirs), len(own)) if theirs or own or not unsaid else ""
        headline = known if whom.accounts else nobody_in_jira(whom, asks=person == asker)
    groups = (*groups, _flagged(unsaid, snapshot, directives))
    return SheetReply(
        title=f"Who waits for whom · {name}",
        headline=" ".join(filter(None, (headline, _n_unsaid(unsaid)))),
        groups=tuple(group for group in groups if group.rows),
        read_at=snapshot.read_at,
        heading="What",
        reason="For what",
        choices=(("Blocked", "blockers"), ("Reviews", "reviews")),
    )


_NOBODY = "Nobody waits for anybody, as far as Jira and Bitbucket tell."
_FLAGGED = "Blocked, and Jira does not say by what"


def _unsaid(snapshot: Snapshot, directives: Directives, person: PersonId | None) -> Iterator[tuple[Issue, datetime]]:
    """Issues, of ``person`` or of all, that are flagged or in a blocked status, linked to nothing that blocks them."""
    team = directives.team(snapshot.team)
    owners = {issue.key: snapshot.person(issue.assignee) for issue in running(snapshot)}
    found = (
        (issue, since)
        for issue in running(snapshot)
        if (since := blocked_since(issue, team)) is not None
        and (person is None or ((who := owners[issue.key]) is not None and who.id == person))
        and not is_parked(issue, team)
        and not any(unfinished_blockers(issue, snapshot))
    )
    yield from sorted(found, key=lambda each: (each[1], each[0].key))


def _n_unsaid(unsaid: Sequence[tuple[Issue, datetime]]) -> str:
    """``PAY-1 is flagged, and Jira does not say for what.``"""
    if len(unsaid) > 1:
        return f"{len(unsaid)} issues are blocked, and Jira does not say by what."
    return "".join(f"{issue.key} {_so(issue)}, and Jira does not say for what." for issue, _ in unsaid)


def _so(issue: Issue) -> str:
    return "is flagged" if issue.flagged_since is not None else f"is {issue.status}"


def _flagged(unsaid: Sequence[tuple[Issue, datetime]], snapshot: Snapshot, directives: Directives) -> Group:
    rows = []
    for issue, since in unsaid[:MOST]:
        calendar = watch_calendar(directives, directives.team(snapshot.team), snapshot.person(issue.assignee))
        so_long = calendar.words(calendar.working_time_between(since, snapshot.now))
        why = f"{_so(issue).removeprefix('is ')} for {so_long}"
        rows.append(Row(issue.key, issue.title, issue.url, owner(issue, snapshot), why, since))
    return Group(_FLAGGED, tuple(rows), more=len(unsaid) - len(rows))


def _n_waits(number: int) -> str:
    return "One thing waits for somebody." if number == 1 else f"{number} things wait for somebody."


def _of_one(name: str, theirs: int, own: int) -> str:
    if not theirs and not own:
        return f"Nobody waits for {name}, and {name} waits for nobody, as far as Jira and Bitbucket tell."
    for_them = f"{count(theirs, 'thing')} {'waits' if theirs == 1 else 'wait'} for {name}" if theirs else ""
    by_them = f"{name} waits for others in {count(own, 'thing')}" if own else ""
    return f"{'; '.join(filter(None, (for_them, by_them)))}."


def _group(
    name: str, waits: Sequence[Wait], named: Callable[[Wait], str], snapshot: Snapshot, directives: Directives
) -> Group:
    rows = tuple(_row(wait, named(wait), snapshot, directives) for wait in waits[:MOST])
    return Group(name, rows, more=len(waits) - len(rows))


def _row(wait: Wait, names: str, snapshot: Snapshot, directives: Directives) -> Row:
    if wait.since is None:
        return Row(wait.key, wait.title, wait.url, names, wait.what)
    first = wait.on[0] if wait.on else None
    calendar = watch_calendar(directives, directives.team(snapshot.team), first)
    so_long = calendar.words(calendar.working_time_between(wait.since, snapshot.now))
    return Row(wait.key, wait.title, wait.url, names, f"{wait.what}, for {so_long}", wait.since)


def _who(wait: Wait) -> str:
    return _names(wait.who) or "nobody we know"


def _on(wait: Wait) -> str:
    return _names(wait.on) or "somebody outside the team"


def _both(wait: Wait) -> str:
    return f"{_who(wait)} → {_on(wait)}"


def _names(people: Sequence[Person]) -> str:
    names = list(dict.fromkeys(person.name for person in people))
    return ", ".join(names) if len(names) <= 2 else f"{names[0]} and {len(names) - 1} more"


# --- the waits there are ------------------------------------------------------------------------------------


def _waits(snapshot: Snapshot, directives: Directives) -> Iterator[Wait]:
    for pr, move in open_moves(snapshot, directives):
        if move.step in REVIEWING or move.step in _FOR_THE_AUTHOR:
            wait = _on_review(pr, move, snapshot)
            if set(wait.who) != set(wait.on):
                yield wait
    for issue in running(snapshot):
        if not is_parked(issue, directives.team(snapshot.team)):
            yield from _on_issues(issue, snapshot, directives)


def _on_review(pr: PullRequest, move: Move, snapshot: Snapshot) -> Wait:
    on = tuple(turn.person for turn in move.told if turn.person)
    author = snapshot.person(pr.author)
    who: tuple[Person, ...] = (author,) if author else ()
    if move.step in _FOR_THE_AUTHOR:
        asked = (snapshot.person(r.reviewer) for r in pr.reviews if r.state is not ReviewState.APPROVED)
        who = tuple(person for person in asked if person is not None and person not in on)
    since = min((turn.since for turn in move.told), default=move.since)
    return Wait(who, on, short(pr), pr.title, pr.url, _STEPS.get(move.step, move.why), since)


def _on_issues(issue: Issue, snapshot: Snapshot, directives: Directives) -> Iterator[Wait]:
    owner = snapshot.person(issue.assignee)
    for key in unfinished_blockers(issue, snapshot):
        blocker = snapshot.issue(key) or snapshot.ticket(key)
        move = whose_move(blocker, snapshot, directives) if blocker is not None else None
        on = tuple(turn.person for turn in move.told if turn.person) if move is not None else ()
        if owner is not None and on == (owner,):
            continue
        what = f"{key} ({blocker.status})" if blocker is not None else key
        who = (owner,) if owner else ()
        yield Wait(who, on, issue.key, issue.title, issue.url, what, _waited_since(issue, key, directives, snapshot))


def _waited_since(issue: Issue, key: IssueKey, directives: Directives, snapshot: Snapshot) -> datetime | None:
    """Since the link was made, as far as that is known; else since it is marked as blocked."""
    linked = next((each.at for each in issue.linked_since if each.key == key), None)
    return linked or blocked_since(issue, directives.team(snapshot.team))
