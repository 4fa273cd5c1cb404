"""What people read, as data: a digest, a status, one item of a message. Every number is counted here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from models.actions import Item, PostDigest
from models.directives import Directives, Route
from models.ids import IssueKey
from models.signals import ABOUT_PEOPLE, Signal, SignalKind, Urgency
from models.work import Facts, Issue, Person, Progress, PullRequest, Snapshot, Sprint, SprintState
from planner.bounds.rules import lines_with, words_of
from planner.bounds.worktime import Calendar, days_left, person_calendar, team_calendar, watch_calendar
from planner.detect.blocked_too_long import blocked_words
from planner.detect.nobody_assigned import unowned_since
from planner.facts.observe import Tally, blocked_since, of_sprint, people_of, running_sprints, tally
from planner.hearers.discretion import is_private
from planner.hearers.moves import REVIEWING, Move, Step, awaited, whose_move
from planner.hearers.urgency import issue_urgency, review_urgency
from planner.reports.daily import to_tell, whose
from planner.words.modes import mode_line
from planner.words.replies import Row, StatusReply

MOST_ITEMS = 3
"""Items in one message to a person, and in a digest (product R2, R15)."""

MOST_ROWS = 5
"""Rows of a status answer (product 4.1)."""

_BEHIND = {SignalKind.SPRINT_CRITICAL: "Critical", SignalKind.SPRINT_AT_RISK: "At risk"}
"""Where a sprint stands that is behind, by the lines that say so; the worse first."""

_NO_ITEM = ABOUT_PEOPLE | {SignalKind.IDENTITY_UNCERTAIN} | _BEHIND.keys()
"""Between one person and us; and what the headline tells of."""

_TITLE = re.compile(r"“([^”]*)”")
# Product R15: at most 80 words. A footer of up to 9 takes what is more than 6 of them from the headline.
_WORDS, _HEADLINE_WORDS, _ITEM_WORDS, _TITLE_WORDS = 80, 20, 18, 3


def item_of(signal: Signal, *, again: bool = False) -> Item:
    """The line that tells of ``signal``, perhaps ``again`` to somebody who has heard: every word of it from code."""
    second = _AGAIN.get(signal.kind, "") if again or signal.louder else ""
    return Item(
        signal=signal.id,
        kind=signal.kind.value,
        subject=signal.subject,
        text=signal.headline,
        url=signal.url,
        urgency=signal.urgency.name.lower(),
        rule=signal.rule,
        remedy=signal.remedy,
        asks=signal.asks or second.format(remedy=signal.remedy or "move it on in Jira"),
    )


_AGAIN = {SignalKind.BLOCKED_TOO_LONG: "Still blocked? If not, {remedy}."}
"""What is asked of somebody who was asked for more before, and may have given it since."""


def channel_for(topic: str, directives: Directives) -> str | None:
    """The role of the channel the constitution routes ``topic`` to."""
    return next((rule.to for _, rule in lines_with(directives, Route) if rule.route == topic), None)


def says(rule: str, directives: Directives) -> str:
    """The plain words of a directive; empty when there is none of that id."""
    return words_of(rule, directives)


# --- digest -------------------------------------------------------------------------------------------------


def digest(snapshot: Snapshot, signals: Sequence[Signal], directives: Directives) -> PostDigest | None:
    """The day's summary, at most 80 words; ``None`` when nothing is needed and only the needed is wanted."""
    team = directives.team(snapshot.team)
    telling = (s for s in signals if s.kind not in _NO_ITEM and not is_private(s, directives))
    needed, known = to_tell(telling, snapshot)
    risky = any(s.kind in _BEHIND for s in signals)
    if team.digest.when == "needed" and not needed and not risky:
        return None
    footer = _footer(len(needed) - MOST_ITEMS, known)
    return PostDigest(
        channel=channel_for("technical", directives) or "team",
        day=team_calendar(directives, team.id).local_day(snapshot.now),
        headline=_summary(snapshot, signals, directives, _WORDS - MOST_ITEMS * _ITEM_WORDS - len(footer.split())),
        items=tuple(_told(signal, snapshot, directives) for signal in needed[:MOST_ITEMS]),
        footer=footer,
    )


def _footer(more: int, known: int) -> str:
    """What does not fit, and what stood in an earlier summary."""
    left = [f"{more} more {'needs' if more == 1 else 'need'} somebody"] if more > 0 else []
    return ", ".join([*left, *([f"{_n(known, 'known item')} not repeated"] if known else [])])


def _summary(snapshot: Snapshot, signals: Sequence[Signal], directives: Directives, room: int) -> str:
    """The sprint's name gives way first, so that where it stands is still said."""
    most = min(_HEADLINE_WORDS, room)
    if snapshot.sprint is None:
        return "No sprint is running."
    line = _headline(snapshot, snapshot.sprint, signals, directives)
    line = line if signals else f"{line} Nothing needs anybody."
    name = _clip(snapshot.sprint.name, max(most - len(line.split()), 1))
    return _clip(f"{name}: {line}" if name else line, most)


def _told(signal: Signal, snapshot: Snapshot, directives: Directives) -> Item:
    """The line about ``signal``, and at its end whose move it is."""
    mover = whose(signal, snapshot, directives)
    item = _short(item_of(signal), _ITEM_WORDS - len(mover.split()))
    return replace(item, text=f"{item.text}: {mover}") if mover else item


def _short(item: Item, room: int) -> Item:
    """An item in ``room`` words: the title gives way first, so that what is wrong is still said."""
    over = len(item.text.split()) - room
    title = _TITLE.search(item.text)
    words = title[1].split() if title else []
    most = max(_TITLE_WORDS, len(words) - over)
    if title is not None and over > 0 and most < len(words):
        kept = " ".join(words[:most])
        item = replace(item, text=f"{item.text[: title.start()]}“{kept}…”{item.text[title.end() :]}")
    return replace(item, text=_clip(item.text, room))


def _clip(text: str, most: int) -> str:
    """At most ``most`` words; what is cut is cut visibly."""
    words = text.split()
    return " ".join(words) if len(words) <= most else " ".join(words[:most]) + "…"


# --- status -------------------------------------------------------------------------------------------------


def status(snapshot: Snapshot, sprint: Sprint, signals: Sequence[Signal], directives: Directives) -> StatusReply:
    """Where ``sprint`` stands, from what the mirror holds."""
    rows = _rows(snapshot, sprint, signals, directives)
    return StatusReply(
        title=f"{sprint.name} · {directives.team(snapshot.team).name} · {_day(sprint, snapshot, directives)}",
        headline=_headline(snapshot, sprint, signals, directives),
        counts=tuple(_counts(snapshot, sprint, signals, directives)),
        rows=rows[:MOST_ROWS],
        more=max(len(rows) - MOST_ROWS, 0),
        total=len(of_sprint(snapshot, sprint)),
        read_at=snapshot.read_at,
        notes=tuple(_notes(snapshot, directives)),
    )


def _day(sprint: Sprint, snapshot: Snapshot, directives: Directives) -> str:
    """``day 7 of 10``, in working days of the team."""
    calendar = team_calendar(directives, snapshot.team)
    if sprint.state is SprintState.CLOSED:
        return "closed"
    if sprint.state is SprintState.FUTURE:
        return f"starts {calendar.when(sprint.start)}" if sprint.start else "not started"
    if sprint.start is None or sprint.end is None:
        return "running"
    first = calendar.local_day(sprint.start)
    day = calendar.working_days(first, calendar.local_day(snapshot.now))
    left = calendar.days_until(snapshot.now, sprint.end) if sprint.end > snapshot.now else 0
    whole = day + left if sprint.end > snapshot.now else calendar.working_days(first, calendar.local_day(sprint.end))
    return f"day {min(day, whole)} of {whole}"


def _headline(snapshot: Snapshot, sprint: Sprint, signals: Sequence[Signal], directives: Directives) -> str:
    """The answer in one sentence. A colour only by a written threshold: early on nothing is amber (R14)."""
    done = tally(of_sprint(snapshot, sprint))
    if not done.issues:
        return "No issues."
    if sprint.state is SprintState.CLOSED:
        return f"Closed: {done.words}."
    if sprint.state is SprintState.FUTURE:
        return f"Not started: {_n(done.issues, 'issue')} planned."
    if sprint.end and sprint.end <= snapshot.now and done.done < done.issues:
        return f"Over its time: {done.words}."
    if sprint.end and sprint.end <= snapshot.now:
        return f"All done: {done.words}."
    behind = {s.kind for s in signals if s.subject == f"sprint:{sprint.id}"}
    risky = next((word for kind, word in _BEHIND.items() if kind in behind), "")
    left = days_left(team_calendar(directives, snapshot.team), snapshot.now, sprint.end) if sprint.end else ""
    ahead = f"{done.words}, {left}" if left else done.words
    if risky:
        return f"{risky}: {ahead}."
    if left == "ends today":
        return f"Ends today: {done.words}."
    return f"{'On track: ' if _keeps_pace(done, sprint, snapshot, directives) else ''}{ahead}."


def _keeps_pace(done: Tally, sprint: Sprint, snapshot: Snapshot, directives: Directives) -> bool:
    """Whether at least as much is done as of the sprint's working days is over: one answer all day long."""
    if sprint.start is None or sprint.end is None:
        return False
    calendar = team_calendar(directives, snapshot.team)
    today, first = calendar.local_day(snapshot.now), calendar.local_day(sprint.start)
    whole = calendar.working_days(first, today) + calendar.days_until(snapshot.now, sprint.end)
    over = calendar.working_days(first, today - timedelta(days=1))
    return bool(whole) and done.share >= over / whole


def _counts(snapshot: Snapshot, sprint: Sprint, signals: Sequence[Signal], directives: Directives) -> Iterator[str]:
    issues = of_sprint(snapshot, sprint)
    done = tally(issues)
    waiting = done.issues - done.done - done.doing
    yield f"{done.done} of {_n(done.issues, 'issue')} done, {done.doing} in progress, {waiting} not started"
    blocked, unowned = len(_blocked(issues, snapshot, directives)), len(_unowned(issues))
    if blocked or unowned:
        yield f"{blocked} blocked, {unowned} without an owner"
    reviews = len(awaited(snapshot, directives))
    late = {s.subject for s in signals if s.kind is SignalKind.REVIEW_OVERDUE}
    if reviews and sprint.state is SprintState.ACTIVE:
        wait = "waits" if reviews == 1 else "wait"
        yield f"{_n(reviews, 'pull request')} of the team {wait} for review, {len(late)} too long"


def _notes(snapshot: Snapshot, directives: Directives) -> Iterator[str]:
    if mode := mode_line(directives.team(snapshot.team).mode):
        yield mode
    if directives.team(snapshot.team).bitbucket.repositories and "bitbucket" not in snapshot.read_at:
        yield "Bitbucket has not been read: nothing is known of pull requests."


# --- what needs somebody, row by row ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Need:
    """One thing about one subject that needs somebody."""

    row: Row
    urgency: Urgency
    since: datetime


def _rows(snapshot: Snapshot, sprint: Sprint, signals: Sequence[Signal], directives: Directives) -> tuple[Row, ...]:
    """All that the counts count and what else was found of tickets, the most urgent first; a row for each subject."""
    issues = of_sprint(snapshot, sprint)
    needs = [_blocked_need(i, since, snapshot, directives) for i, since in _blocked(issues, snapshot, directives)]
    needs += [_unowned_need(issue, snapshot, directives) for issue in _unowned(issues)]
    needs += _found_needs(issues, [s for s in signals if not is_private(s, directives)], snapshot)
    if sprint.state is SprintState.ACTIVE:
        needs += [_review_need(pr, move, snapshot, directives) for pr, move in awaited(snapshot, directives)]
    found: dict[str, Urgency] = {}
    for signal in signals:
        name = signal.subject.rpartition("/")[2]
        found[name] = max(found.get(name, Urgency.LOW), signal.urgency)
    needs.sort(key=lambda n: (-max(n.urgency, found.get(n.row.key, n.urgency)), n.since, n.row.key))
    merged: dict[str, Row] = {}
    for row in (need.row for need in needs):
        first = merged.get(row.key)
        merged[row.key] = replace(first, why=f"{first.why}, {row.why}") if first else row
    return tuple(merged.values())


def _blocked(issues: Sequence[Issue], snapshot: Snapshot, directives: Directives) -> list[tuple[Issue, datetime]]:
    team = directives.team(snapshot.team)
    return [(issue, since) for issue in issues if (since := blocked_since(issue, team)) is not None]


def _unowned(issues: Sequence[Issue]) -> list[Issue]:
    return [issue for issue in issues if issue.assignee is None and issue.progress is not Progress.DONE]


def _blocked_need(issue: Issue, since: datetime, snapshot: Snapshot, directives: Directives) -> _Need:
    calendar = watch_calendar(directives, directives.team(snapshot.team), snapshot.person(issue.assignee))
    why = blocked_words(issue, since, calendar, snapshot.now)
    return _Need(_issue_row(issue, why, snapshot), issue_urgency(issue, snapshot, directives), since)


def _unowned_need(issue: Issue, snapshot: Snapshot, directives: Directives) -> _Need:
    """In a sprint that is not running nobody counts how long."""
    since = unowned_since(issue, snapshot)
    calendar = team_calendar(directives, snapshot.team)
    counted = any(sprint.id == issue.sprint for sprint in running_sprints(snapshot))
    waits = f" for {calendar.words(calendar.working_time_between(since, snapshot.now))}" if counted else ""
    return _Need(_issue_row(issue, f"no owner{waits}", snapshot), issue_urgency(issue, snapshot, directives), since)


_IN_A_ROW = {
    SignalKind.PRODUCTION_DOWN: "production is down",
    SignalKind.BLOCKER_OF_SEVERAL: "holds up others",
    SignalKind.OVERDUE_DATE: "past its due date",
    SignalKind.STALE_IN_PROGRESS: "no sign of life",
}
"""Conditions of a ticket that a row tells when they are found, and in which words."""


def _found_needs(issues: Sequence[Issue], signals: Sequence[Signal], snapshot: Snapshot) -> Iterator[_Need]:
    known = {issue.key: issue for issue in issues}
    for signal in signals:
        issue = known.get(IssueKey(signal.subject))
        if issue is not None and signal.step == 0 and signal.kind in _IN_A_ROW:
            yield _Need(_issue_row(issue, _IN_A_ROW[signal.kind], snapshot), signal.urgency, signal.since)


def _review_need(pr: PullRequest, move: Move, snapshot: Snapshot, directives: Directives) -> _Need:
    """Of several people it waits for, in the time of whoever it has waited for longest."""
    team = directives.team(snapshot.team)
    calendars = [(watch_calendar(directives, team, turn.person), turn.since) for turn in move.told]
    row = Row(pr.id.rpartition("/")[2], pr.title, pr.url, _movers(move), "")
    longest, since = max(calendars, key=lambda each: each[0].working_time_between(each[1], snapshot.now))
    why = _review_words(move, longest, since, snapshot.now)
    return _Need(replace(row, why=why), review_urgency(pr, snapshot, directives, move), move.since)


def _review_words(move: Move, calendar: Calendar, since: datetime, now: datetime, review: str = "review") -> str:
    what = "no reviewer" if move.step is Step.ASK_REVIEW else f"waiting for {review}"
    return f"{what} for {calendar.words(calendar.working_time_between(since, now))}"


def _issue_row(issue: Issue, why: str, snapshot: Snapshot) -> Row:
    return Row(issue.key, issue.title, issue.url, _owner(issue, snapshot), why)


def _movers(move: Move) -> str:
    """``Li Wei, Noor Rahman``; of more than two the first and how many more."""
    names = list(dict.fromkeys(turn.person.name for turn in move.told if turn.person))
    if len(names) > 2:
        return f"{names[0]} and {len(names) - 1} more"
    return ", ".join(names) or "not on the team"


def _owner(issue: Issue, snapshot: Snapshot) -> str:
    if issue.assignee is None:
        return "nobody"
    person = snapshot.person(issue.assignee)
    return person.name if person else "not on the team"


def _n(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


# --- one person ---------------------------------------------------------------------------------------------


def moves_of(person: Person, facts: Facts, directives: Directives, now: datetime) -> tuple[Row, ...]:
    """What is this person's move: pull requests, and tickets of theirs that are blocked, the oldest first."""
    calendar = person_calendar(directives, facts.team, person)
    rows: list[tuple[datetime, Row]] = []
    for pr, move in _moves(person, facts, directives, now):
        begun = next((turn.since for turn in move.turns if turn.person == person), move.since)
        row = Row(pr.id.rpartition("/")[2], pr.title, pr.url, "", _move_words(move, calendar, begun, now))
        rows.append((begun, row))
    for issue in _theirs(person, facts):
        since = blocked_since(issue, directives.team(facts.team))
        if since is not None:
            row = Row(issue.key, issue.title, issue.url, "", blocked_words(issue, since, calendar, now))
            rows.append((since, row))
    return tuple(row for _, row in sorted(rows, key=lambda pair: (pair[0], pair[1].key)))


def _moves(person: Person, facts: Facts, directives: Directives, now: datetime) -> list[tuple[PullRequest, Move]]:
    """The pull requests that wait for ``person``; their own drafts wait for nobody else, and are left out."""
    snapshot = Snapshot(
        team=facts.team,
        now=now,
        sprint=None,
        issues=facts.issues,
        pull_requests=facts.pull_requests,
        people={**people_of(facts), person.id: person},
        read_at=facts.read_at,
    )
    moves = ((pr, whose_move(pr, snapshot, directives)) for pr in facts.pull_requests)
    return [(pr, move) for pr, move in moves if person.id in move.who and move.step is not Step.FINISH]


def _move_words(move: Move, calendar: Calendar, since: datetime, now: datetime) -> str:
    if move.step in REVIEWING:
        return _review_words(move, calendar, since, now, "your review")
    return f"your move for {calendar.words(calendar.working_time_between(since, now))}: {move.why}"


def work_of(person: Person, facts: Facts, directives: Directives, now: datetime) -> tuple[Row, ...]:
    """Their unfinished issues in active sprints: the status of each, and since when it is so or blocked."""
    team, calendar = directives.team(facts.team), person_calendar(directives, facts.team, person)
    rows = []
    for issue in _theirs(person, facts):
        since = blocked_since(issue, team)
        why = blocked_words(issue, since, calendar, now) if since else ""
        if since is None:
            why = f"{issue.status} for {calendar.words(calendar.working_time_between(issue.status_since, now))}"
        elif issue.status.casefold() not in {status.casefold() for status in team.jira.blocked_statuses}:
            why = f"{issue.status}, {why}"
        rows.append(Row(issue.key, issue.title, issue.url, "", why))
    return tuple(rows)


def _theirs(person: Person, facts: Facts) -> list[Issue]:
    active = {sprint.id for sprint in facts.sprints if sprint.state is SprintState.ACTIVE}
    open_ones = (i for i in facts.issues if i.progress is not Progress.DONE and i.sprint in active)
    return [issue for issue in open_ones if issue.assignee in person.accounts]
