"""What people read, as data: a digest, a status, one item of a message. Every number is counted here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from models.actions import Item, PostDigest
from models.directives import Directives, Route
from models.pulls import PullRequest
from models.signals import ABOUT_PEOPLE, Signal, SignalKind
from models.work import Facts, Issue, Person, Progress, Snapshot, Sprint, SprintState
from planner.bounds.rules import lines_with, words_of
from planner.bounds.worktime import Calendar, person_calendar, team_calendar
from planner.detect.blocked_too_long import blocked_words
from planner.facts.observe import blocked_since, people_of, running_sprints
from planner.hearers.discretion import is_private
from planner.hearers.moves import REVIEWING, Move, Step, whose_move
from planner.reports.daily import to_tell, whose
from planner.reports.rows import count, review_words
from planner.reports.standing import BEHIND, headline
from planner.words.replies import Row

MOST_ITEMS = 3
"""Items in one message to a person, and in a digest (product R2, R15)."""

MOST_SPRINTS = 3
"""Running sprints a digest tells of; each beyond the first takes the place of an item."""

_NO_ITEM = ABOUT_PEOPLE | {SignalKind.IDENTITY_UNCERTAIN} | BEHIND.keys()
"""Between one person and us; and what the headline tells of."""

_TITLE = re.compile(r"“([^”]*)”")
_SAID = re.compile(r" \([^()“”]{1,60}\)$")
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
    risky = any(s.kind in BEHIND for s in signals)
    if team.digest.when == "needed" and not needed and not risky:
        return None
    lines = min(len(_told_of(snapshot)), MOST_SPRINTS)
    most = MOST_ITEMS - max(lines - 1, 0)
    footer = _footer(len(needed) - most, known)
    return PostDigest(
        channel=channel_for("technical", directives) or "team",
        day=team_calendar(directives, team.id).local_day(snapshot.now),
        headline=_summary(snapshot, signals, directives, _WORDS - most * _ITEM_WORDS - len(footer.split())),
        items=tuple(_told(signal, snapshot, directives) for signal in needed[:most]),
        footer=footer,
    )


def _footer(more: int, known: int) -> str:
    """What does not fit, and what stood in an earlier summary."""
    left = [f"{more} more {'needs' if more == 1 else 'need'} somebody"] if more > 0 else []
    return ", ".join([*left, *([f"{count(known, 'known item')} not repeated"] if known else [])])


def _told_of(snapshot: Snapshot) -> Sequence[Sprint]:
    """The sprints a summary tells of: every running one, else the one that is looked at."""
    return running_sprints(snapshot) or ((snapshot.sprint,) if snapshot.sprint else ())


def _summary(snapshot: Snapshot, signals: Sequence[Signal], directives: Directives, room: int) -> str:
    """A sentence for each sprint, in words that are shared out; what there is no room for is counted."""
    sprints = _told_of(snapshot)
    if not sprints:
        return "No sprint is running."
    left = f"{count(len(sprints) - MOST_SPRINTS, 'more sprint')} running." if len(sprints) > MOST_SPRINTS else ""
    shown = sprints[:MOST_SPRINTS]
    most = min(_HEADLINE_WORDS, (room - len(left.split())) // len(shown))
    end = "" if signals else " Nothing needs anybody."
    said = [_of_sprint(each, end if each == shown[-1] else "", snapshot, signals, directives, most) for each in shown]
    return " ".join(filter(None, (*said, left)))


def _of_sprint(
    sprint: Sprint, end: str, snapshot: Snapshot, signals: Sequence[Signal], directives: Directives, most: int
) -> str:
    """The sprint's name gives way first, so that where it stands is still said."""
    line = f"{headline(snapshot, sprint, signals, directives)}{end}"
    name = _clip(sprint.name, max(most - len(line.split()), 1))
    return _clip(f"{name}: {line}" if name else line, most)


def _told(signal: Signal, snapshot: Snapshot, directives: Directives) -> Item:
    """The line about ``signal``, and at its end whose move it is."""
    mover = whose(signal, snapshot, directives)
    item = _short(item_of(signal), _ITEM_WORDS - len(mover.split()))
    return replace(item, text=f"{item.text}: {mover}") if mover else item


def _short(item: Item, room: int) -> Item:
    """An item in ``room`` words: the title gives way first, so that what is wrong is still said.

    What somebody has said of it stands last in brackets, and stays.
    """
    over = len(item.text.split()) - room
    title = _TITLE.search(item.text)
    words = title[1].split() if title else []
    most = max(_TITLE_WORDS, len(words) - over)
    if title is not None and over > 0 and most < len(words):
        kept = " ".join(words[:most])
        item = replace(item, text=f"{item.text[: title.start()]}“{kept}…”{item.text[title.end() :]}")
    tail = said[0] if (said := _SAID.search(item.text)) else ""
    return replace(item, text=f"{_clip(item.text.removesuffix(tail), max(room - len(tail.split()), 1))}{tail}")


def _clip(text: str, most: int) -> str:
    """At most ``most`` words; what is cut is cut visibly."""
    words = text.split()
    return " ".join(words) if len(words) <= most else " ".join(words[:most]) + "…"


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
        taken=facts.taken,
    )
    moves = ((pr, whose_move(pr, snapshot, directives)) for pr in facts.pull_requests)
    return [(pr, move) for pr, move in moves if person.id in move.who and move.step is not Step.FINISH]


def _move_words(move: Move, calendar: Calendar, since: datetime, now: datetime) -> str:
    if move.step in REVIEWING:
        return review_words(move, calendar, since, now, "your review")
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
