"""Pull requests that wait: for whom, what is to be done, and how long already."""

from __future__ import annotations

from datetime import timedelta

from models.directives import Directives
from models.pulls import PullRequest
from models.work import Snapshot
from planner.bounds.worktime import watch_calendar
from planner.hearers.moves import REVIEWING, Move, Step, open_moves
from planner.reports.rows import count, movers, review_words
from planner.words.replies import Group, Row, SheetReply

MOST = 15
"""Rows of one group."""

_AUTHORS = (Step.REWORK, Step.ANSWER, Step.MEND_BUILD, Step.CLOSE_TASKS, Step.MERGE, Step.SETTLE)
"""What an author may have to do."""


_LASTING = {
    Step.REWORK: "waiting for changes",
    Step.MERGE: "approved, waiting to be merged",
    Step.SETTLE: "waiting to be merged or declined",
}
"""What lasts, where a step is called by what has happened once."""


def reviews(snapshot: Snapshot, directives: Directives) -> SheetReply:
    """Those that wait for a review first, then those that wait for their author; drafts and machines are left out."""
    moves = sorted(open_moves(snapshot, directives), key=lambda each: (each[1].since, each[0].id))
    waiting = [each for each in moves if each[1].step in REVIEWING]
    back = [each for each in moves if each[1].step in _AUTHORS]
    groups = (
        _group("Waits for a review", [pull_row(pr, move, snapshot, directives) for pr, move in waiting]),
        _group("Waits for its author", [pull_row(pr, move, snapshot, directives) for pr, move in back]),
    )
    return SheetReply(
        title=f"Reviews · {directives.team(snapshot.team).name}",
        headline=_headline(waiting, len(back), snapshot, directives),
        groups=tuple(group for group in groups if group.rows),
        read_at=snapshot.read_at,
        heading="Pull request",
        choices=(("Who waits for whom", "waiting"), ("Status", "status")),
    )


def _group(name: str, rows: list[Row]) -> Group:
    return Group(name, tuple(rows[:MOST]), more=len(rows[MOST:]))


def _headline(waiting: list[tuple[PullRequest, Move]], back: int, snapshot: Snapshot, directives: Directives) -> str:
    if "bitbucket" not in snapshot.read_at:
        return "Nothing is known of pull requests: Bitbucket has not been read."
    authors = f"{count(back, 'pull request')} {'waits for its author' if back == 1 else 'wait for their authors'}"
    if not waiting:
        return f"No pull request waits for a review{f'; {authors}' if back else ''}."
    longest = max(_waited(move, snapshot, directives) for _, move in waiting)
    words = watch_calendar(directives, directives.team(snapshot.team), None).words(longest)
    wait = "waits" if len(waiting) == 1 else "wait"
    so_long = f"for {words}" if len(waiting) == 1 else f"the longest for {words}"
    return f"{count(len(waiting), 'pull request')} {wait} for a review, {so_long}{f'; {authors}' if back else ''}."


def _waited(move: Move, snapshot: Snapshot, directives: Directives) -> timedelta:
    team = directives.team(snapshot.team)
    spans = (
        watch_calendar(directives, team, turn.person).working_time_between(turn.since, snapshot.now)
        for turn in move.told
    )
    return max(spans)


def pull_row(pr: PullRequest, move: Move, snapshot: Snapshot, directives: Directives) -> Row:
    """One pull request: whose move it is, what is to be done and for how long that has been so."""
    team = directives.team(snapshot.team)
    calendars = [(watch_calendar(directives, team, turn.person), turn.since) for turn in move.told]
    longest, since = max(calendars, key=lambda each: each[0].working_time_between(each[1], snapshot.now))
    if move.step in REVIEWING:
        why = review_words(move, longest, since, snapshot.now)
    else:
        so_long = longest.words(longest.working_time_between(since, snapshot.now))
        lasting = _LASTING.get(move.step)
        why = f"{lasting} for {so_long}" if lasting else f"{move.why.removeprefix('it is ')}, for {so_long}"
    return Row(short(pr), pr.title, pr.url, movers(move), why, since)


def short(pr: PullRequest) -> str:
    """``api#7``."""
    return pr.id.rpartition("/")[2]
