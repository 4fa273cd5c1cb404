"""What people read, as data: a digest, a status, one item of a message. Every number is counted here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from models.actions import Item, PostDigest
from models.directives import Directives, Route
from models.signals import Signal, SignalKind
from models.work import Issue, Progress, Snapshot, Sprint, SprintState
from planner.observe import blocked_since, next_move, of_sprint, tally
from planner.replies import Row, StatusReply
from planner.worktime import days_left, team_calendar

MOST_ITEMS = 3
"""Items in one message to a person, and in a digest (product R2, R15)."""

MOST_ROWS = 5
"""Rows of a status answer (product 4.1)."""

_TITLE = re.compile(r"“([^”]*)”")
# Product R15: at most 80 words. 20 of headline, 3 times 16 of items and 8 of footer make 76.
_HEADLINE_WORDS, _ITEM_WORDS = 20, 16

_WHY = {
    SignalKind.BLOCKED_TOO_LONG: "blocked",
    SignalKind.NOBODY_ASSIGNED: "no owner",
    SignalKind.REVIEW_OVERDUE: "review waits",
}


def since(begin: datetime, now: datetime) -> str:
    """How long ago, by the wall clock: ``3 min``, ``5 h``, ``2 d``."""
    passed = max(now - begin, timedelta())
    if passed >= timedelta(days=1):
        return f"{passed.days} d"
    if passed >= timedelta(hours=1):
        return f"{passed // timedelta(hours=1)} h"
    return f"{passed // timedelta(minutes=1)} min"


def item_of(signal: Signal) -> Item:
    """The line that tells of ``signal``: every word of it from code."""
    return Item(
        signal=signal.id,
        kind=signal.kind.value,
        subject=signal.subject,
        text=signal.headline,
        url=signal.url,
        urgency=signal.urgency.name.lower(),
        rule=signal.rule,
    )


def channel_for(topic: str, directives: Directives) -> str | None:
    """The role of the channel the constitution routes ``topic`` to."""
    rules = (line.rule for line in directives.lines() if isinstance(line.rule, Route))
    return next((rule.to for rule in rules if rule.route == topic), None)


def says(rule: str, directives: Directives) -> str:
    """The plain words of a directive; empty when there is none of that id."""
    return next((line.says for line in directives.lines() if line.id == rule), "")


# --- digest -------------------------------------------------------------------------------------------------


def digest(snapshot: Snapshot, signals: Sequence[Signal], directives: Directives) -> PostDigest | None:
    """The day's summary, at most 80 words; ``None`` when nothing is needed and only the needed is wanted."""
    team = directives.team(snapshot.team)
    needed = _one_per_subject(s for s in signals if s.kind is not SignalKind.SPRINT_AT_RISK)
    risky = any(s.kind is SignalKind.SPRINT_AT_RISK for s in signals)
    if team.digest.when == "needed" and not needed and not risky:
        return None
    more = len(needed) - MOST_ITEMS
    return PostDigest(
        channel=channel_for("technical", directives) or "team",
        day=team_calendar(directives, team.id).local_day(snapshot.now),
        headline=_clip(_summary(snapshot, signals, directives), _HEADLINE_WORDS),
        items=tuple(_short(item_of(signal)) for signal in needed[:MOST_ITEMS]),
        footer=f"{more} more {'needs' if more == 1 else 'need'} somebody" if more > 0 else "",
    )


def _summary(snapshot: Snapshot, signals: Sequence[Signal], directives: Directives) -> str:
    if snapshot.sprint is None:
        return "No sprint is running."
    line = f"{snapshot.sprint.name}: {_headline(snapshot, snapshot.sprint, signals, directives)}"
    return line if signals else f"{line} Nothing needs anybody."


def _one_per_subject(signals: Iterable[Signal]) -> list[Signal]:
    first: dict[str, Signal] = {}
    for signal in signals:
        first.setdefault(signal.subject, signal)
    return list(first.values())


def _short(item: Item) -> Item:
    """An item in few words: the title gives way first, so that what is wrong is still said."""
    over = len(item.text.split()) - _ITEM_WORDS
    title = _TITLE.search(item.text)
    if over > 0 and title is not None:
        words = title[1].split()
        kept = " ".join(words[: max(1, len(words) - over)])
        item = replace(item, text=f"{item.text[: title.start()]}“{kept}…”{item.text[title.end() :]}")
    return replace(item, text=_clip(item.text, _ITEM_WORDS))


def _clip(text: str, most: int) -> str:
    """At most ``most`` words; what is cut is cut visibly."""
    words = text.split()
    return " ".join(words) if len(words) <= most else " ".join(words[:most]) + "…"


# --- status -------------------------------------------------------------------------------------------------


def status(snapshot: Snapshot, sprint: Sprint, signals: Sequence[Signal], directives: Directives) -> StatusReply:
    """Where ``sprint`` stands, from what the mirror holds."""
    rows = _rows(snapshot, signals)
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
    risky = any(s.kind is SignalKind.SPRINT_AT_RISK and s.subject == f"sprint:{sprint.id}" for s in signals)
    calendar = team_calendar(directives, snapshot.team)
    left = f", {days_left(calendar, snapshot.now, sprint.end)}" if sprint.end else ""
    return f"{'At risk' if risky else 'On track'}: {done.words}{left}."


def _counts(snapshot: Snapshot, sprint: Sprint, signals: Sequence[Signal], directives: Directives) -> Iterator[str]:
    issues = of_sprint(snapshot, sprint)
    done = tally(issues)
    waiting = done.issues - done.done - done.doing
    yield f"{done.done} of {_n(done.issues, 'issue')} done, {done.doing} in progress, {waiting} not started"
    team = directives.team(snapshot.team)
    blocked = sum(blocked_since(issue, team) is not None for issue in issues)
    unowned = sum(issue.assignee is None and issue.progress is not Progress.DONE for issue in issues)
    if blocked or unowned:
        yield f"{blocked} blocked, {unowned} without an owner"
    reviews = sum(next_move(pr) is not None for pr in snapshot.pull_requests)
    late = {s.subject for s in signals if s.kind is SignalKind.REVIEW_OVERDUE and not s.subject.startswith("author:")}
    if reviews and sprint.state is SprintState.ACTIVE:
        wait = "waits" if reviews == 1 else "wait"
        yield f"{_n(reviews, 'pull request')} of the team {wait} for review, {len(late)} too long"


def _notes(snapshot: Snapshot, directives: Directives) -> Iterator[str]:
    if directives.team(snapshot.team).bitbucket.repositories and "bitbucket" not in snapshot.read_at:
        yield "Bitbucket has not been read: nothing is known of pull requests."


def _rows(snapshot: Snapshot, signals: Sequence[Signal]) -> tuple[Row, ...]:
    """What needs somebody, the most urgent first; one row for each subject."""
    groups: dict[str, list[Signal]] = {}
    for signal in signals:
        if signal.kind in _WHY and not signal.subject.startswith("author:"):
            groups.setdefault(signal.subject, []).append(signal)
    return tuple(_row(subject, group, snapshot) for subject, group in groups.items())


def _row(subject: str, group: Sequence[Signal], snapshot: Snapshot) -> Row:
    why = ", ".join(dict.fromkeys(_WHY[signal.kind] for signal in group))
    began = since(min(signal.since for signal in group), snapshot.now)
    issue = next((i for i in snapshot.issues if i.key == subject), None)
    if issue is not None:
        return Row(issue.key, issue.title, issue.url, _owner(issue, snapshot), began, why)
    pr = next((p for p in snapshot.pull_requests if p.id == subject), None)
    names = [p.name for s in group if s.addressee and (p := snapshot.people.get(s.addressee))]
    owner = ", ".join(dict.fromkeys(names)) or "not on the team"
    return Row(subject.rpartition("/")[2], pr.title if pr else "", group[0].url, owner, began, why)


def _owner(issue: Issue, snapshot: Snapshot) -> str:
    if issue.assignee is None:
        return "nobody"
    person = snapshot.person(issue.assignee)
    return person.name if person else "not on the team"


def _n(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
