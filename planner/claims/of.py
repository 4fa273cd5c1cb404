"""What is so of a ticket, a pull request, a sprint, a person: clauses that can stand inside a sentence, in one's zone.

Each is true by itself, names its subject, and leaves out the words of others but where it says that it quotes them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from models.directives import Directives
from models.pulls import PullRequest, ReviewState
from models.signals import Signal
from models.work import Issue, Person, Progress, Snapshot, Sprint
from planner.bounds.worktime import Calendar, days_left, quoted
from planner.claims.facts import Fact, Sheet
from planner.facts.observe import blocked_since, tally
from planner.facts.observe import of_sprint as issues_of
from planner.hearers.moves import is_parked, open_moves, unfinished_blockers
from planner.reports.reviews import pull_row, short
from planner.reports.rows import count
from planner.words.replies import Row, SheetReply, StatusReply


class Clause(NamedTuple):
    """A fact before it has a number."""

    text: str
    subject: str
    url: str | None = None
    outside: bool = False
    """Whether it quotes words that anybody may have written."""


def numbered(clauses: Iterable[Clause], sheet: Sheet | None = None, names: Collection[str] = ()) -> Sheet:
    """``sheet`` with these behind, numbered on from where it ends; one that is there already is not told twice.

    ``names``: of everybody who may be spoken of.
    """
    sheet = sheet or Sheet()
    known = {fact.text for fact in sheet.facts}
    fresh = [clause for clause in dict.fromkeys(clauses) if clause.text not in known]
    start = len(sheet.facts) + 1
    made = (
        Fact(id=f"f{number}", person=speaks_of(clause.text, names), **clause._asdict())
        for number, clause in enumerate(fresh, start)
    )
    return Sheet((*sheet.facts, *made))


def speaks_of(text: str, names: Iterable[str]) -> bool:
    """Whether it has one of ``names`` in it, whole."""
    return any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) for name in names if name)


def of_issue(issue: Issue, snapshot: Snapshot, directives: Directives, zone: Calendar) -> Iterator[Clause]:
    """Where a ticket stands, whose it is, what it waits for and what waits for it. ``zone``: the reader's."""
    for text in _of_issue(issue, snapshot, directives, zone):
        yield Clause(text, issue.key, issue.url)
    yield Clause(f"{issue.key} is titled {quoted(issue.title)}", issue.key, issue.url, outside=True)
    for pull in (*snapshot.pulls_for(issue.key), *snapshot.settled_for(issue.key)):
        yield Clause(f"PR {short(pull)} is for {issue.key}", issue.key, pull.url)


def _of_issue(issue: Issue, snapshot: Snapshot, directives: Directives, zone: Calendar) -> Iterator[str]:
    team, key = directives.team(snapshot.team), issue.key
    yield f"{key} is in status {quoted(issue.status, 40)} since {zone.when(issue.status_since)}"
    yield _whose(issue, snapshot)
    if issue.progress is Progress.DONE:
        yield f"{key} is done"
    since = blocked_since(issue, team)
    if since is not None:
        yield f"{key} is blocked since {zone.when(since)}{', parked on purpose' if is_parked(issue, team) else ''}"
    for blocker in unfinished_blockers(issue, snapshot):
        yield f"{key} waits for {blocker}"
    if waiting := snapshot.held_up.get(key, 0):
        yield f"{key} holds up {count(waiting, 'other ticket')}"
    if issue.due is not None:
        yield f"{key} is due on {issue.due:%a} {issue.due.day} {issue.due:%b}"
    if issue.points:
        yield f"{key} has {issue.points:g} point{'' if issue.points == 1 else 's'}"
    if issue.priority:
        yield f"{key} has priority {quoted(issue.priority, 40)}"


def _whose(issue: Issue, snapshot: Snapshot) -> str:
    if issue.assignee is None:
        return f"nobody has {issue.key}"
    person = snapshot.person(issue.assignee)
    return f"{person.name} has {issue.key}" if person else f"somebody outside the team has {issue.key}"


def of_pull(pull: PullRequest, snapshot: Snapshot, directives: Directives, zone: Calendar) -> Iterator[Clause]:
    """Where a pull request stands, who wrote it and what its reviewers have said. ``zone``: the reader's."""
    for text in _of_pull(pull, snapshot, directives, zone):
        yield Clause(text, pull.id, pull.url)
    yield Clause(f"PR {short(pull)} is titled {quoted(pull.title)}", pull.id, pull.url, outside=True)


def _of_pull(pull: PullRequest, snapshot: Snapshot, directives: Directives, zone: Calendar) -> Iterator[str]:
    name, author = f"PR {short(pull)}", snapshot.person(pull.author)
    yield f"{name} is {'a draft' if pull.draft and pull.state == 'OPEN' else pull.state.lower()}"
    if author is not None:
        yield f"{name} is by {author.name}"
    moves = {each.id: (each, move) for each, move in open_moves(snapshot, directives)}
    if pull.id in moves:
        row = pull_row(*moves[pull.id], snapshot, directives)
        yield f"{name}, next move {row.owner}: {row.why}"
    for key in pull.issues:
        yield f"{name} is for {key}"
    for review in pull.reviews:
        if (reviewer := snapshot.person(review.reviewer)) is not None:
            at = f" on {zone.when(review.at)}" if review.at and review.state is not ReviewState.WAITING else ""
            yield f"{reviewer.name} {_SAID[review.state].format(name)}{at}"
    if pull.build is not None:
        yield f"the build of {name} has {_BUILT.get(pull.build.state, f'{pull.build.state}')}"


_SAID = {
    ReviewState.APPROVED: "approved {}",
    ReviewState.CHANGES_REQUESTED: "asked for changes on {}",
    ReviewState.WAITING: "has not reviewed {} yet",
}
_BUILT = {"running": "not finished", "stopped": "been stopped"}


def of_sprint(sprint: Sprint, snapshot: Snapshot, zone: Calendar) -> Iterator[Clause]:
    """How much of a sprint is done and when it ends. ``zone``: the reader's."""
    subject, name = f"sprint:{sprint.id}", name_in_a_clause(sprint.name)
    outside = name != sprint.name
    done = tally(issues_of(snapshot, sprint))
    if done.issues:
        yield Clause(f"{name} has {done.words}", subject, outside=outside)
    if sprint.end is not None:
        yield Clause(f"{name} ends {zone.when(sprint.end)}", subject, outside=outside)
        if sprint.end > snapshot.now:
            left = days_left(zone, snapshot.now, sprint.end)
            yield Clause(f"{name} {left if left.startswith('ends') else f'has {left}'}", subject, outside=outside)
    if sprint.goal:
        yield Clause(f"the goal of {name} is {quoted(sprint.goal, 120)}", subject, outside=True)


_PLAIN_SPRINT = re.compile(r"(?:[A-Z][A-Z0-9]{0,9} )?(?:Sprint|Iteration|Cycle) \d{1,5}")


def name_in_a_clause(sprint: str) -> str:
    """A sprint's name as it is, where it can say nothing; else in quotes: whoever may rename one may write there."""
    return sprint if _PLAIN_SPRINT.fullmatch(sprint) else quoted(sprint, 40)


def with_names_quoted(clause: Clause, sprints: Iterable[Sprint]) -> Clause:
    """The clause with such names in quotes, wherever it has them from."""
    for name in (each.name for each in sprints if name_in_a_clause(each.name) != each.name):
        text = re.sub(rf"(?<!“){re.escape(name)}", lambda _, name=name: quoted(name, 40), clause.text)  # type: ignore[misc]
        clause = clause._replace(text=text, outside=clause.outside or text != clause.text)
    return clause


def of_person(person: Person, snapshot: Snapshot) -> Iterator[Clause]:
    """What somebody has to do; never how well, how much or how fast."""
    for issue in snapshot.unfinished:
        if snapshot.person(issue.assignee) == person:
            yield Clause(f"{person.name} has {issue.key}", f"person:{person.id}", issue.url)
    if not person.is_here(snapshot.now):
        yield Clause(f"{person.name} is away", f"person:{person.id}")


def of_signal(signal: Signal, snapshot: Snapshot) -> Clause:
    """What a rule has found, without the title, which is somebody else's words."""
    text = signal.headline.rstrip(".")
    for title in _titles(signal.subject, snapshot):
        text = text.replace(f" {quoted(title)}", "", 1)
    return Clause(text, signal.subject, signal.url, outside="“" in text)


def _titles(subject: str, snapshot: Snapshot) -> Iterator[str]:
    yield from (i.title for i in (*snapshot.issues, *snapshot.strays) if i.key == subject)
    yield from (pull.title for pull in (*snapshot.pull_requests, *snapshot.settled) if pull.id == subject)


def of_reply(reply: SheetReply | StatusReply) -> Iterator[Clause]:
    """What one of our own answers says: its headline sentence by sentence, and what is so of each row."""
    for sentence in clauses_in(reply.headline):
        yield Clause(sentence, reply.title.partition(" · ")[0], reply.url or None, outside="“" in sentence)
    rows = reply.rows if isinstance(reply, StatusReply) else [row for group in reply.groups for row in group.rows]
    yield from (_of_row(row) for row in rows)


def clauses_in(headline: str) -> Iterator[str]:
    """Its sentences, each as it stands inside another: in small letters but for a name or a key."""
    for sentence in headline.split(". "):
        said = sentence.strip().rstrip(".")
        yield f"{said[:1].lower()}{said[1:]}" if _OPENS.match(said) else said


_OPENS = re.compile(
    r"(?:Nobody|Nothing|No|One|Two|Three|Since|At|In|The|It|This|That|There|Every\w*|All|Some\w*|Not|On|For|Both|What)\b"
)


def _of_row(row: Row) -> Clause:
    whose = f", with {row.owner}" if row.owner and row.owner != "nobody" else ", with nobody" if row.owner else ""
    why = f"{row.why[:1].lower()}{row.why[1:]}"
    verb = "is " if _IS.match(why) else "" if _DOES.match(why) else None
    if verb is not None:
        return Clause(f"{row.key} {verb}{why}{whose}", row.key, row.url or None)
    return Clause(f"{row.key}{whose}: {row.why}", row.key, row.url or None)


_IS = re.compile(r"(?:waiting|blocked|in|done|parked|flagged|approved|merged|open|ready|stuck|overdue|due|late|not)\b")
"""What stands behind *is* without another verb."""

_DOES = re.compile(r"(?:waits|needs|holds|has)\b")
