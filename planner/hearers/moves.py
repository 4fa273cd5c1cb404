"""Whose move it is: for every pull request and every ticket, of whom, why and since when. The one place that says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property, lru_cache

from models.directives import Directives, Team
from models.ids import AccountId, IssueKey, PersonId
from models.once import once
from models.pulls import BuildState, PullRequest, Review, ReviewState
from models.work import Issue, Person, Progress, Snapshot
from planner.facts.observe import blocked_since
from planner.hearers.escalation import PM, first_of

LONG = timedelta(days=1)
"""Somebody away for at least so long is not waited for: the move is another's. A shorter absence is only a wait."""

_PARKED = re.compile(
    r"""^\s* (?: (?:wip|draft|on\ hold|parked)\s*: | wip\s+[-–—]\s )
      | ^\s* [\[(]\s*(?:wip|draft|on\ hold|parked)\s*[\])]
      |       [\[(]\s*(?:wip|draft|on\ hold|parked)\s*[\])] \s*$
      | (?<![\w-]) wip \s*$""",
    re.IGNORECASE | re.VERBOSE,
)
"""A mark at either end of a title. Words alone are a subject: *WIP limits on the board* is ready."""


class Step(StrEnum):
    """What is to be done next."""

    REVIEW = "review"
    ASK_REVIEW = "ask for a review"
    REWORK = "rework"
    ANSWER = "answer"
    MEND_BUILD = "mend the build"
    CLOSE_TASKS = "close the tasks"
    MERGE = "merge"
    SETTLE = "merge or decline it"
    START = "start"
    FINISH = "finish"
    UNBLOCK = "unblock"
    FIND_OWNER = "find an owner"
    WAIT = "wait"
    """A machine is at work: a merge queue, a build."""
    NOTHING = "nothing"
    """It is over, or waits on purpose."""


REVIEWING = frozenset({Step.REVIEW, Step.ASK_REVIEW})
"""The steps that a review waits for."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One of those whose move it is, ``None`` when the constitution does not know them; and since when."""

    person: Person | None
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """The next move. Without turns it is nobody's: all is done, or a machine or a decision is waited for."""

    step: Step
    why: str
    """One plain phrase: ``changes were requested``."""
    since: datetime
    turns: tuple[Turn, ...] = ()

    @property
    def who(self) -> tuple[PersonId, ...]:
        """Those we know, in the order they were asked."""
        return tuple(dict.fromkeys(turn.person.id for turn in self.turns if turn.person))

    @property
    def told(self) -> tuple[Turn, ...]:
        """The turns of those we know; one of somebody unknown stands for all when we know none."""
        return tuple(turn for turn in self.turns if turn.person) or self.turns[:1]


def whose_move(subject: PullRequest | Issue, snapshot: Snapshot, directives: Directives) -> Move:
    """Whose move ``subject`` is, as far as ``snapshot`` tells. Always an answer, perhaps nobody's."""
    team = directives.team(snapshot.team)
    if isinstance(subject, PullRequest):
        return _of_pull_request(subject, snapshot, team)
    return _of_issue(subject, snapshot, team)


# --- pull requests ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Look:
    """A pull request, and what its rules want to know of it."""

    pr: PullRequest
    snapshot: Snapshot
    needed: int | None
    """Approvals that are enough; ``None`` when every reviewer has to approve."""

    @cached_property
    def others(self) -> tuple[Review, ...]:
        """Nobody reviews their own, under whichever of their accounts."""
        author = self.snapshot.person(self.pr.author)
        own = {self.pr.author} | (author.accounts if author else frozenset())
        return tuple(review for review in self.pr.reviews if review.reviewer not in own)

    def authors(self, step: Step, why: str, since: datetime | None) -> Move:
        """The author's move."""
        begun = since or self.pr.waiting_since
        return Move(step=step, why=why, since=begun, turns=(self.turn(self.pr.author, begun),))

    def nobodys(self, step: Step, why: str) -> Move:
        return Move(step=step, why=why, since=self.pr.updated)

    def turn(self, account: AccountId | None, since: datetime) -> Turn:
        return Turn(self.snapshot.person(account), since)

    def turn_since(self, review: Review) -> datetime | None:
        """Since when it is this reviewer's turn; ``None`` when they have approved or the author owes them."""
        if review.state is ReviewState.APPROVED:
            return None
        if review.state is ReviewState.CHANGES_REQUESTED:
            return self._pushed_after(review)
        since = max(self.pr.waiting_since, review.answered or self.pr.waiting_since)
        left_tasks = self.pr.tasks > 0 and review.at is not None and review.at > since
        return None if review.asked or left_tasks else since

    def _pushed_after(self, review: Review) -> datetime | None:
        """Only other people's commits answer a request for changes; words and one's own commits do not."""
        pushed = self.pr.pushed_at
        if pushed is None or review.at is None or pushed <= review.at or self.pr.pushed_by == review.reviewer:
            return None
        return max(pushed, self.pr.waiting_since)


def _of_pull_request(pr: PullRequest, snapshot: Snapshot, team: Team) -> Move:
    look = _Look(pr, snapshot, team.bitbucket.approvals)
    found = (rule(look) for rule in _RULES)
    return next(
        (move for move in found if move is not None), look.nobodys(Step.NOTHING, "nothing is known to be missing")
    )


def _over(look: _Look) -> Move | None:
    if look.pr.state == "OPEN":
        return None
    return look.nobodys(Step.NOTHING, f"it is {look.pr.state.lower() or 'closed'}")


def _queued(look: _Look) -> Move | None:
    return look.nobodys(Step.WAIT, "it is in the merge queue") if look.pr.queued else None


def _unready(look: _Look) -> Move | None:
    if look.pr.draft:
        return look.authors(Step.FINISH, "it is a draft", look.pr.opened)
    if _PARKED.search(look.pr.title):
        return look.authors(Step.FINISH, "its title says that it is not ready", look.pr.opened)
    return None


def _pointless(look: _Look) -> Move | None:
    """All its tickets that we know are done: there is nothing left to review, only to say what becomes of it."""
    named = [issue for key in look.pr.issues if (issue := look.snapshot.ticket(key)) is not None]
    if not named or any(issue.progress is not Progress.DONE for issue in named):
        return None
    why = "its ticket is done" if len(named) == 1 else "its tickets are done"
    return look.authors(Step.SETTLE, why, max(look.pr.waiting_since, *(issue.status_since for issue in named)))


def _to_rework(look: _Look) -> Move | None:
    owed = [r for r in look.others if r.state is ReviewState.CHANGES_REQUESTED and look.turn_since(r) is None]
    if not owed:
        return None
    return look.authors(Step.REWORK, "changes were requested", min((r.at for r in owed if r.at), default=None))


def _red(look: _Look) -> Move | None:
    build = look.pr.build
    if build is None or build.state is not BuildState.FAILED:
        return None
    names = f": {', '.join(build.failing[:3])}" if build.failing else ""
    return look.authors(Step.MEND_BUILD, f"its build fails{names}", build.at)


def _lonely(look: _Look) -> Move | None:
    """Nobody is asked: the author asks, or when we cannot reach the author whoever reviews here by default."""
    if look.others:
        return None
    move = look.authors(Step.ASK_REVIEW, "nobody is asked to review it", None)
    author, now = look.snapshot.person(look.pr.author), look.snapshot.now
    if author is not None and not is_away(author, now):
        return move
    defaults = [p for account in look.pr.suggested if (p := look.snapshot.person(account)) and not is_away(p, now)]
    return replace(move, turns=tuple(Turn(person, move.since) for person in defaults)) if defaults else move


def _approved(look: _Look) -> Move | None:
    """As many approvals as are needed, and nobody who wants changes: what is left is to merge it."""
    approvals = [review for review in look.others if review.state is ReviewState.APPROVED]
    enough = len(look.others) if look.needed is None else min(look.needed, len(look.others))
    if len(approvals) < enough or any(r.state is ReviewState.CHANGES_REQUESTED for r in look.others):
        return None
    since = max((r.at for r in approvals if r.at), default=None)
    state = look.pr.build.state if look.pr.build else BuildState.PASSED
    if look.pr.tasks:
        return look.authors(Step.CLOSE_TASKS, f"it is approved, {_open_tasks(look.pr.tasks)}", since)
    if state is BuildState.RUNNING:
        return look.nobodys(Step.WAIT, "it is approved and its build is running")
    if state is BuildState.STOPPED:
        return look.authors(Step.MEND_BUILD, "it is approved and its build was stopped", since)
    return look.authors(Step.MERGE, "it is approved", since)


def _to_review(look: _Look) -> Move | None:
    """Whoever of the reviewers is here; when all of them are away, the author finds somebody else."""
    pending = [(r, since) for r in look.others if (since := look.turn_since(r)) is not None]
    if not pending:
        return None
    turns = [look.turn(review.reviewer, since) for review, since in pending]
    first = min(turn.since for turn in turns)
    why = f"{len(turns)} of {len(look.pr.reviews)} review{'' if len(look.pr.reviews) == 1 else 's'} "
    move = Move(step=Step.REVIEW, why=why + ("is" if len(turns) == 1 else "are") + " open", since=first)
    now = look.snapshot.now
    here = [turn for turn in turns if turn.person is None or not is_away(turn.person, now)]
    author = look.snapshot.person(look.pr.author)
    if not here and author is not None and not is_away(author, now):
        return look.authors(Step.ASK_REVIEW, "everybody asked to review it is away", first)
    return replace(move, turns=_taken(look, first) or tuple(here or turns))


def _taken(look: _Look, since: datetime) -> tuple[Turn, ...]:
    """Whoever has said that they review it, as long as that holds and they have not. It has not waited less for it."""
    taken = look.snapshot.taken.get(look.pr.id)
    person = look.snapshot.people.get(taken.by) if taken is not None and taken.until > look.snapshot.now else None
    if person is None or is_away(person, look.snapshot.now) or look.pr.author in person.accounts:
        return ()
    settled = (review.reviewer in person.accounts and look.turn_since(review) is None for review in look.others)
    return () if any(settled) else (Turn(person, since),)


def _to_answer(look: _Look) -> Move | None:
    """The reviewers who are left have asked something, or left tasks."""
    asked = [review.asked for review in look.others if review.asked and review.state is ReviewState.WAITING]
    if asked:
        return look.authors(Step.ANSWER, "a reviewer's question has no answer", min(asked))
    if look.pr.tasks:
        said = (r.at for r in look.others if r.at and r.state is ReviewState.WAITING)
        return look.authors(Step.CLOSE_TASKS, _open_tasks(look.pr.tasks), max(said, default=None))
    return None


_RULES: tuple[Callable[[_Look], Move | None], ...] = (
    _over,
    _queued,
    _unready,
    _pointless,
    _to_rework,
    _red,
    _lonely,
    _approved,
    _to_review,
    _to_answer,
)
"""The first that has something to say says it."""


def _open_tasks(number: int) -> str:
    return f"{number} task{' is' if number == 1 else 's are'} open"


def is_away(person: Person, now: datetime) -> bool:
    """Whether they are away for long: told by an absence without an end, or one that lasts another day."""
    absent = person.absent
    return absent is not None and absent.holds(now) and (absent.until is None or absent.until - now >= LONG)


# --- tickets ------------------------------------------------------------------------------------------------


def is_parked(issue: Issue, team: Team) -> bool:
    """Whether a status or label says that it waits on purpose. A status the team calls blocked is no purpose."""
    parking = _parking(team)
    return _plain(issue.status) in parking or not parking.isdisjoint(map(_plain, issue.labels))


@once
def _parking(team: Team) -> frozenset[str]:
    """What parks a ticket and does not block it."""
    return frozenset(map(_plain, team.jira.parked)) - frozenset(map(_plain, team.jira.blocked_statuses))


@lru_cache(maxsize=4096)
def _plain(word: str) -> str:
    return " ".join(re.split(r"[\s_-]+", word.casefold())).strip()


def _of_issue(issue: Issue, snapshot: Snapshot, team: Team) -> Move:
    """Whoever can move what it waits for, however long the chain; in a circle, and of others' work, its own owner."""
    why, seen = "", {issue.key}
    while (move := _halted(issue, snapshot, team)) is None:
        key = next(unfinished_blockers(issue, snapshot), None)
        blocker = snapshot.issue(key) if key else None
        if key is None:
            move = _in_review(issue, snapshot, team) or _at_work(issue, snapshot, team)
            break
        if blocker is None or key in seen:
            told = f"it waits for {key}, " + ("which waits for it" if key in seen else "which is not in this sprint")
            move = _owners(issue, Step.UNBLOCK, told, issue.status_since, snapshot, team)
            break
        issue, why = blocker, f"{why}it waits for {key}: "
        seen.add(key)
    return replace(move, why=why + move.why) if why else move


def _halted(issue: Issue, snapshot: Snapshot, team: Team) -> Move | None:
    """What its own state says, whatever else it waits for."""
    if issue.progress is Progress.DONE:
        return Move(step=Step.NOTHING, why="it is done", since=issue.status_since)
    if is_parked(issue, team):
        return Move(step=Step.NOTHING, why="it is parked", since=issue.status_since)
    blocked = blocked_since(issue, team)
    return _owners(issue, Step.UNBLOCK, "it is blocked", blocked, snapshot, team) if blocked is not None else None


def unfinished_blockers(issue: Issue, snapshot: Snapshot) -> Iterator[IssueKey]:
    """The issues it is blocked by, but for those we see to be done."""
    for key in issue.blocked_by:
        blocker = snapshot.issue(key)
        if blocker is None or blocker.progress is not Progress.DONE:
            yield key


def _in_review(issue: Issue, snapshot: Snapshot, team: Team) -> Move | None:
    """While a pull request for it is open and ready, its move is the ticket's: what waits longest first."""
    moves = [_of_pull_request(pr, snapshot, team) for pr in snapshot.pulls_for(issue.key)]
    ready = [move for move in moves if move.step not in (Step.FINISH, Step.NOTHING)]
    return min(ready, key=lambda move: (move.step is Step.WAIT, move.since), default=None)


def _at_work(issue: Issue, snapshot: Snapshot, team: Team) -> Move:
    if issue.progress is Progress.TODO:
        return _owners(issue, Step.START, "it has not been started", issue.status_since, snapshot, team)
    return _owners(issue, Step.FINISH, f"it is in status {issue.status}", issue.status_since, snapshot, team)


def _owners(issue: Issue, step: Step, why: str, since: datetime, snapshot: Snapshot, team: Team) -> Move:
    """Its assignee's move; the PM's when it has none, or when they are away for long."""
    if issue.assignee is None:
        lost = max(since, issue.unassigned_since or since) if step is Step.UNBLOCK else issue.unassigned_since or since
        return _pms(f"{why} and nobody owns it", lost, snapshot, team)
    owner = snapshot.person(issue.assignee)
    if owner is not None and is_away(owner, snapshot.now):
        return _pms(f"{why} and its assignee is away", since, snapshot, team)
    return Move(step=step, why=why, since=since, turns=(Turn(owner, since),))


def _pms(why: str, since: datetime, snapshot: Snapshot, team: Team) -> Move:
    pm = first_of(PM, team, snapshot.people, snapshot.now)
    person = snapshot.people.get(pm) if pm else None
    return Move(step=Step.FIND_OWNER, why=why, since=since, turns=(Turn(person, since),))


@once
def awaited(snapshot: Snapshot, directives: Directives) -> Sequence[tuple[PullRequest, Move]]:
    """The pull requests that wait for a review or a reviewer."""
    return tuple((pr, move) for pr, move in open_moves(snapshot, directives) if move.step in REVIEWING)


@once
def open_moves(snapshot: Snapshot, directives: Directives) -> Sequence[tuple[PullRequest, Move]]:
    """Every open pull request and whose move it is."""
    return tuple((pr, whose_move(pr, snapshot, directives)) for pr in snapshot.pull_requests)


def is_under_way(pr: PullRequest, move: Move) -> bool:
    """Whether an open pull request is meant to go in and not about to: no draft, not parked, not in the queue."""
    return pr.state == "OPEN" and move.step is not Step.FINISH and not pr.queued


def to_settle(pr: PullRequest, since: datetime, why: str, snapshot: Snapshot, directives: Directives) -> Move:
    """What is to become of an open pull request whose ticket is done: its author says, whoever it waits for."""
    look = _Look(pr, snapshot, directives.team(snapshot.team).bitbucket.approvals)
    return look.authors(Step.SETTLE, why, since)
