"""What experience changes: from messages and what people did, to observations; from observations, to lessons.

Lessons change the order of equals, the way and the moment of what is sent anyway. They never allow anything, never
send anything sooner or more often, and never compare one person with another.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from models.directives import Directives, Learn
from models.ids import AccountId, PersonId, SignalId, SprintId
from models.lessons import (
    ALL,
    FALSE_POSITIVE,
    Act,
    Experience,
    Feedback,
    Habits,
    Lessons,
    Observation,
    Telling,
    Way,
    What,
)
from models.signals import Signal
from models.work import Facts, Snapshot, SprintState
from planner.bounds.rules import lines_with
from planner.bounds.worktime import Calendar, person_calendar
from planner.facts.observe import of_sprint, running_sprints, tally

LEAST = 5
"""Observations from which a lesson may be drawn; with fewer nothing is changed."""

RARELY = 1 / 3
"""Of the messages by one way, the part that is answered by somebody who answers them rarely."""

CHOSEN = timedelta(hours=1)
"""Working time after which an answer says when they like to answer: whoever answers at once has no such hour."""

WINDOW = 4
"""Hours: the longest stretch of the day that is called their hours."""

MOSTLY = 0.6
"""The part of their answers that must come in those hours."""

SILENT = 2
"""Working days of theirs after which a message is taken as not answered, if what it told is still so."""

LEAST_USEFUL = 0.2
"""However often something was called useless, it is still told."""

MOST_PATIENT = 2.0
"""A rule may be made to wait for at most twice its own time."""


def learns(directives: Directives) -> frozenset[What]:
    """What the constitution lets us learn; nothing without a line that says so."""
    return frozenset(What(word) for _, rule in lines_with(directives, Learn) for word in rule.learn)


def line_of(what: What, directives: Directives) -> str:
    """The line that lets us learn that; empty when none does."""
    return next((name for name, rule in lines_with(directives, Learn) if what in rule.learn), "")


# --- from what happened to observations -------------------------------------------------------------------------


def observed(
    experience: Experience,
    acts: Sequence[Act],
    facts: Facts,
    snapshot: Snapshot,
    signals: Sequence[Signal],
    directives: Directives,
) -> tuple[Observation, ...]:
    """What this look teaches: who answered which message, what was not answered, what a sprint has come to."""
    wanted = learns(directives)
    found: list[Observation] = []
    if experience.tellings and wanted & {What.RESPONSE, What.CHANNEL, What.HOUR}:
        found += _answers(experience, acts, snapshot, signals, directives)
    if What.VELOCITY in wanted:
        found += _velocity(experience, facts, snapshot)
    forgotten = forgotten_at(experience.observations)
    return tuple(each for each in found if each.what in wanted and not _is_forgotten(each, experience, forgotten))


def _answers(
    experience: Experience,
    acts: Sequence[Act],
    snapshot: Snapshot,
    signals: Sequence[Signal],
    directives: Directives,
) -> Iterator[Observation]:
    done = _by_subject((*acts, *_acts_in(snapshot)))
    open_still = frozenset(name for signal in signals for name in signal.ids_so_far)
    for telling in experience.tellings:
        person = snapshot.people.get(telling.person)
        if person is None:
            continue
        calendar = person_calendar(directives, snapshot.team, person)
        answer = _answer(telling, done, person.accounts)
        if answer is not None:
            yield from _answered(telling, *answer, calendar, snapshot)
        elif telling.lapsed or (person.is_here(snapshot.now) and _is_silent(telling, open_still, calendar, snapshot)):
            yield _seen(telling, What.CHANNEL, {"asked": telling.asked.value, "answered": False}, snapshot)


def _by_subject(acts: Iterable[Act]) -> Mapping[str, Sequence[Act]]:
    found: dict[str, list[Act]] = defaultdict(list)
    for act in sorted(acts, key=lambda act: act.at):
        found[act.subject].append(act)
    return found


def _acts_in(snapshot: Snapshot) -> Iterator[Act]:
    """What pull requests tell of who did what; an issue does not say who changed it."""
    for pull in (*snapshot.pull_requests, *snapshot.settled):
        if pull.pushed_by is not None and pull.pushed_at is not None:
            yield Act(pull.pushed_by, pull.id, pull.pushed_at, Way.BITBUCKET)
        for review in pull.reviews:
            if review.at is not None:
                yield Act(review.reviewer, pull.id, review.at, Way.BITBUCKET)


def _answer(
    telling: Telling, done: Mapping[str, Sequence[Act]], accounts: Collection[AccountId]
) -> tuple[datetime, Way] | None:
    """The first thing they did about it after they were told, and where."""
    found = [
        (act.at, act.on)
        for matter in telling.matters
        for act in done.get(matter.subject, ())
        if act.account in accounts and act.at >= telling.at
    ]
    if telling.answered is not None:
        found.append((telling.answered, Way.DM))
    return min(found, default=None)


def _answered(telling: Telling, at: datetime, on: Way, calendar: Calendar, snapshot: Snapshot) -> Iterator[Observation]:
    taken = calendar.working_time_between(telling.at, at)
    yield _seen(telling, What.RESPONSE, {"minutes": round(taken / timedelta(minutes=1))}, snapshot)
    yield _seen(telling, What.CHANNEL, {"asked": telling.asked.value, "answered": True, "on": on.value}, snapshot)
    if taken >= CHOSEN:
        yield _seen(telling, What.HOUR, {"hour": calendar.local(at).hour}, snapshot)


def _is_silent(telling: Telling, open_still: frozenset[SignalId], calendar: Calendar, snapshot: Snapshot) -> bool:
    """Long enough, and what it told is still so. Only a ticket or pull request shows that nothing was done."""
    waited = calendar.working_time_between(telling.at, snapshot.now)
    shown = [matter for matter in telling.matters if ":" not in matter.subject]
    return waited >= SILENT * calendar.day_length and any(matter.signal in open_still for matter in shown)


def _seen(telling: Telling, what: What, value: Mapping[str, Any], snapshot: Snapshot) -> Observation:
    return Observation(
        team=snapshot.team,
        person=telling.person,
        what=what,
        about=telling.rule,
        source=telling.id,
        value=value,
        at=snapshot.now,
    )


def _velocity(experience: Experience, facts: Facts, snapshot: Snapshot) -> Iterator[Observation]:
    """What running sprints have come to so far, and that those are over which have been closed since."""
    known = {each.about: each for each in experience.observations if each.what is What.VELOCITY}
    for sprint in running_sprints(snapshot):
        sum_up = tally(of_sprint(snapshot, sprint))
        value = {
            "name": sprint.name,
            "issues": sum_up.issues,
            "done": sum_up.done,
            "points": sum_up.points,
            "points_done": sum_up.points_done,
            "closed": False,
        }
        yield from _changed(known, sprint.id, value, snapshot)
    for sprint in facts.sprints:
        before = known.get(f"sprint:{sprint.id}")
        if before is not None and sprint.state is SprintState.CLOSED:
            yield from _changed(known, sprint.id, {**before.value, "closed": True}, snapshot)


def _changed(
    known: Mapping[str, Observation], sprint: SprintId, value: Mapping[str, Any], snapshot: Snapshot
) -> Iterator[Observation]:
    name = f"sprint:{sprint}"
    if name not in known or known[name].value != value:
        yield Observation(
            team=snapshot.team,
            person=None,
            what=What.VELOCITY,
            about=name,
            source=f"{snapshot.team}:{name}",
            value=value,
            at=snapshot.now,
        )


# --- what was forgotten -----------------------------------------------------------------------------------------


def forgotten_at(observations: Sequence[Observation]) -> Mapping[tuple[PersonId, str], datetime]:
    """From when on something may be learnt again, by person and kind (``ALL`` is every kind)."""
    marks = [each for each in observations if each.what is What.FORGOTTEN and each.person is not None]
    return {(mark.person, mark.about): mark.at for mark in marks if mark.person is not None}


def _is_forgotten(
    seen: Observation, experience: Experience, forgotten: Mapping[tuple[PersonId, str], datetime]
) -> bool:
    """Whether it comes from a message of before the person had it deleted."""
    if seen.person is None:
        return False
    told = next((telling.at for telling in experience.tellings if telling.id == seen.source), seen.at)
    marks = (forgotten.get((seen.person, topic)) for topic in (ALL, seen.what.value))
    return any(mark is not None and told <= mark for mark in marks)


# --- from observations to lessons -------------------------------------------------------------------------------


def lessons_of(observations: Sequence[Observation], directives: Directives) -> Lessons:
    """What may be concluded; of what the constitution does not let us learn, nothing."""
    wanted = learns(directives)
    by_person: dict[PersonId, list[Observation]] = defaultdict(list)
    for each in observations:
        if each.person is not None and (each.what in wanted or each.what is What.SAID):
            by_person[each.person].append(each)
    return Lessons(
        people={person: habits_of(theirs, wanted) for person, theirs in by_person.items()},
        useful=_useful(observations) if What.FEEDBACK in wanted else {},
        patience=_patience(observations) if What.FEEDBACK in wanted else {},
    )


def habits_of(theirs: Sequence[Observation], wanted: Collection[What]) -> Habits:
    """How one person answers, from what was observed of them; their own word comes first."""
    minutes = [each.value["minutes"] for each in theirs if each.what is What.RESPONSE]
    asked = _asked([each.value for each in theirs if each.what is What.CHANNEL])
    said = {each.about: each.value for each in theirs if each.what is What.SAID}
    said = {name: value for name, value in said.items() if _MAY_SAY[name] in wanted}
    channel = Way(said["channel"]["channel"]) if "channel" in said else _better(asked)
    hours = tuple(said["hours"]["hours"]) if "hours" in said else None
    late = [each.value["hour"] for each in theirs if each.what is What.HOUR]
    return Habits(
        answers=len(minutes),
        response=timedelta(minutes=median(minutes)) if len(minutes) >= LEAST else None,
        asked=asked,
        channel=channel,
        hours=(hours[0], hours[1]) if hours else _window(late),
        said=frozenset(said),
    )


_MAY_SAY = {"channel": What.CHANNEL, "hours": What.HOUR}
"""What may be set right, and the word without which it is not used."""


def _asked(values: Sequence[Mapping[str, Any]]) -> dict[Way, tuple[int, int]]:
    counts = Counter(Way(value["asked"]) for value in values)
    answered = Counter(Way(value["asked"]) for value in values if value["answered"])
    return {way: (count, answered[way]) for way, count in sorted(counts.items())}


def _better(asked: Mapping[Way, tuple[int, int]]) -> Way | None:
    """Comments in Jira for whoever answers direct messages rarely and comments more often; they get a fair trial."""
    by_message, by_comment = asked.get(Way.DM, (0, 0)), asked.get(Way.JIRA, (0, 0))
    if by_message[0] < LEAST or _share(by_message) > RARELY:
        return Way.DM if by_message[0] >= LEAST else None
    on_trial = by_comment[0] < LEAST
    return Way.JIRA if on_trial or _share(by_comment) > _share(by_message) else Way.DM


def _share(counts: tuple[int, int]) -> float:
    return counts[1] / counts[0] if counts[0] else 0.0


def _window(hours: Sequence[int]) -> tuple[int, int] | None:
    """The shortest stretch of the day with most of their answers; ``None`` when they are spread or few."""
    if len(hours) < LEAST:
        return None
    counts = Counter(hours)
    for width in range(1, WINDOW + 1):
        inside = {first: sum(counts[first + n] for n in range(width)) for first in range(25 - width)}
        first = max(inside, key=lambda hour: (inside[hour], -hour))
        if inside[first] >= MOSTLY * len(hours):
            return first, first + width
    return None


def _useful(observations: Sequence[Observation]) -> dict[tuple[PersonId, str], float]:
    """Of what a rule told somebody: the part they answered or called useful, against what they called neither."""
    good: Counter[tuple[PersonId, str]] = Counter()
    bad: Counter[tuple[PersonId, str]] = Counter()
    for each in observations:
        if each.person is None:
            continue
        key = (each.person, each.about)
        if each.what is What.FEEDBACK and each.value["said"] in _USELESS:
            bad[key] += 1
        elif each.what is What.RESPONSE or (each.what is What.FEEDBACK and each.value["said"] == Feedback.USEFUL):
            good[key] += 1
    enough = (key for key in bad if good[key] + bad[key] >= LEAST)
    return {key: max(LEAST_USEFUL, round(good[key] / (good[key] + bad[key]), 1)) for key in enough}


_USELESS = FALSE_POSITIVE - {Feedback.TOO_EARLY}


def _patience(observations: Sequence[Observation]) -> dict[str, float]:
    """By how much longer a rule may wait in this team: more, the more of its messages came too early."""
    early: Counter[str] = Counter()
    taken: Counter[str] = Counter()
    for each in observations:
        if each.what in (What.FEEDBACK, What.RESPONSE):
            taken[each.about] += 1
            early[each.about] += each.what is What.FEEDBACK and each.value["said"] == Feedback.TOO_EARLY
    enough = (rule for rule in early if early[rule] and taken[rule] >= LEAST)
    return {rule: min(MOST_PATIENT, round(1 + early[rule] / taken[rule], 2)) for rule in enough}
