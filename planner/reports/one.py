"""One ticket or pull request: where it stands, whose it is, since when, and what stands in its way."""

from __future__ import annotations

from collections.abc import Iterator

from models.directives import Directives, Team
from models.ids import IssueKey
from models.pulls import PullRequest, ReviewState
from models.work import Issue, Progress, Snapshot
from planner.bounds.worktime import watch_calendar
from planner.facts.observe import blocked_since
from planner.hearers.moves import is_parked, open_moves, unfinished_blockers
from planner.reports.reviews import pull_row, short
from planner.reports.rows import owner
from planner.words.replies import Group, Row, SheetReply

MOST = 8
"""Rows of one group."""

_BLOCKS = "blocks it"


def one_issue(issue: Issue, snapshot: Snapshot, directives: Directives) -> SheetReply:
    """The card of one ticket: the answer first, then what it waits for, its pull requests and what waits for it."""
    pulls = [*snapshot.pulls_for(issue.key), *snapshot.settled_for(issue.key)]
    waiting = [each for each in snapshot.unfinished if issue.key in each.blocked_by]
    groups = (
        Group("Blocked by", tuple(_blockers(issue, snapshot, directives))[:MOST]),
        Group("Pull requests", tuple(_pull(pull, snapshot, directives) for pull in pulls[:MOST])),
        Group("Waits for it", tuple(_row(each, "waits for it", snapshot) for each in waiting[:MOST])),
    )
    return SheetReply(
        title=f"{issue.key} · {issue.title}",
        headline=_stands(issue, snapshot, directives),
        groups=tuple(group for group in groups if group.rows),
        read_at=snapshot.read_at,
        notes=tuple(_notes(issue, snapshot)),
        url=issue.url,
        heading="What",
        post_to_channel=False,
    )


def one_pull(pull: PullRequest, snapshot: Snapshot, directives: Directives) -> SheetReply:
    """The card of one pull request, with the tickets it names."""
    author = snapshot.person(pull.author)
    issues = [issue for key in pull.issues if (issue := snapshot.ticket(key)) is not None]
    by = f" by {author.name}" if author else ""
    groups = (
        Group("Reviews", tuple(_reviews(pull, snapshot))),
        Group("Tickets", tuple(_row(issue, issue.status, snapshot) for issue in issues[:MOST])),
    )
    return SheetReply(
        title=f"PR {short(pull)} · {pull.title}",
        headline=f"PR {short(pull)}{by} is {_state(pull, snapshot, directives)}.",
        groups=tuple(group for group in groups if group.rows),
        read_at=snapshot.read_at,
        url=pull.url,
        opens="Bitbucket",
        heading="What",
        post_to_channel=False,
    )


def _stands(issue: Issue, snapshot: Snapshot, directives: Directives) -> str:
    """``PAY-412 is In Review for 3 working days, with Dana. It is blocked for 2 working days.``"""
    team = directives.team(snapshot.team)
    who = owner(issue, snapshot)
    with_whom = (
        _unowned(issue, snapshot) if issue.assignee is None else f"with {who}" if who != "not on the team" else _OUTSIDE
    )
    if issue.progress is Progress.DONE:
        return f"{issue.key} is done: {issue.status} {_since(issue, snapshot, directives, 'for')}, {with_whom}."
    first = f"{issue.key} is {issue.status} {_since(issue, snapshot, directives, 'for')}, {with_whom}."
    return f"{first}{_blocked(issue, team, snapshot, directives)}"


def _unowned(issue: Issue, snapshot: Snapshot) -> str:
    """``nobody has it, Ann had it last``: why that is so nobody can read."""
    last = snapshot.person(issue.last_assignee)
    return f"nobody has it, {last.name} had it last" if last is not None else "nobody has it"


_OUTSIDE = "with somebody outside the team"


def _since(issue: Issue, snapshot: Snapshot, directives: Directives, word: str) -> str:
    calendar = watch_calendar(directives, directives.team(snapshot.team), snapshot.person(issue.assignee))
    return f"{word} {calendar.words(calendar.working_time_between(issue.status_since, snapshot.now))}"


def _blocked(issue: Issue, team: Team, snapshot: Snapshot, directives: Directives) -> str:
    since = blocked_since(issue, team)
    open_ones = list(unfinished_blockers(issue, snapshot))
    if since is None and not open_ones:
        return ""
    by = f" by {', '.join(open_ones[:3])}" if open_ones else ""
    if is_parked(issue, team):
        return f" It is parked on purpose, blocked{by}."
    if since is None:
        return f" It is blocked{by}."
    calendar = watch_calendar(directives, team, snapshot.person(issue.assignee))
    so_long = calendar.words(calendar.working_time_between(since, snapshot.now))
    if open_ones:
        return f" It has been blocked{by} for {so_long}."
    has_been, what = ("flagged", "for what") if issue.flagged_since is not None else ("blocked", "by what")
    return f" It has been {has_been} for {so_long}; Jira does not say {what}."


def _blockers(issue: Issue, snapshot: Snapshot, directives: Directives) -> Iterator[Row]:
    """Those that are not done; of another team's ticket no more is known than that it blocks this one."""
    base = issue.url.rpartition("/")[0] if "/browse/" in issue.url else ""
    for key in unfinished_blockers(issue, snapshot):
        blocker = snapshot.ticket(IssueKey(key))
        if blocker is not None:
            since = _since(blocker, snapshot, directives, "for")
            yield Row(key, blocker.title, blocker.url, owner(blocker, snapshot), f"{blocker.status} {since}")
        else:
            yield Row(str(key), "", f"{base}/{key}" if base else "", "not known here", _BLOCKS)


def _pull(pull: PullRequest, snapshot: Snapshot, directives: Directives) -> Row:
    moves = dict((each.id, (each, move)) for each, move in open_moves(snapshot, directives))
    if pull.id in moves:
        return pull_row(*moves[pull.id], snapshot, directives)
    author = snapshot.person(pull.author)
    return Row(short(pull), pull.title, pull.url, author.name if author else "not on the team", _plain_state(pull))


def _state(pull: PullRequest, snapshot: Snapshot, directives: Directives) -> str:
    """Whether it is merged is told in so many words: that is what people ask."""
    if pull.state != "OPEN":
        return _plain_state(pull)
    if pull.draft:
        return "a draft, not merged"
    return f"open, not merged: {_pull(pull, snapshot, directives).why}"


def _plain_state(pull: PullRequest) -> str:
    return "a draft" if pull.draft and pull.state == "OPEN" else pull.state.lower()


def _reviews(pull: PullRequest, snapshot: Snapshot) -> Iterator[Row]:
    for review in pull.reviews[:MOST]:
        person = snapshot.person(review.reviewer)
        yield Row(short(pull), "", pull.url, person.name if person else "not on the team", _SAID[review.state])


_SAID = {
    ReviewState.APPROVED: "approved it",
    ReviewState.CHANGES_REQUESTED: "asked for changes",
    ReviewState.WAITING: "has not reviewed it yet",
}


def _row(issue: Issue, why: str, snapshot: Snapshot) -> Row:
    return Row(issue.key, issue.title, issue.url, owner(issue, snapshot), why)


def _notes(issue: Issue, snapshot: Snapshot) -> Iterator[str]:
    if issue.key not in {each.key for each in snapshot.issues}:
        yield "It is in no running sprint, so I know of it only what Jira happened to tell."
    if "bitbucket" not in snapshot.read_at:
        yield "Nothing is known of pull requests: Bitbucket has not been read."
