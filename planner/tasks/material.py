"""The facts a task may be worked on with: one numbered sheet of one team, and the file a worker reads it from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from models.actions import DelegateTask
from models.directives import Directives
from models.events import Reason, Trigger
from models.ids import IssueKey
from models.work import Facts, Issue, Snapshot
from planner.bounds.worktime import Calendar, team_calendar
from planner.claims.facts import Sheet
from planner.claims.of import Clause, numbered, of_issue, of_person, of_pull, of_signal, of_sprint, with_names_quoted
from planner.detect import detect
from planner.facts.observe import observe
from planner.hearers.discretion import is_private
from planner.prompts.untrusted import cleaned, line

MOST_FACTS = 1_500
"""Facts of one file: some two hundred tickets; what comes last is left out, and counted."""

MOST_STRAYS = 40
"""Tickets outside the running sprints that are told of, the ones changed last."""

_FACT, _QUESTION = 300, 500


@dataclass(frozen=True, slots=True)
class Material:
    """What may be cited, and the same as JSON."""

    sheet: Sheet
    file: str
    team: str
    moment: str
    """When it was read, in the team's zone."""


def material(action: DelegateTask, facts: Facts, directives: Directives, now: datetime) -> Material:
    """Everything of the team's work that the whole team may read, what was asked about first.

    Nothing that is said of a person alone, not even that they are away, or told to one role alone: the report is read
    by whoever is in the thread.
    """
    snapshot = observe(facts, Trigger(team=facts.team, reason=Reason.REQUEST, at=now), now)
    zone, team = team_calendar(directives, facts.team), directives.team(facts.team)
    every = list(dict.fromkeys(_clauses(action, snapshot, directives, zone)))
    plain = [with_names_quoted(clause, snapshot.sprints) for clause in every[:MOST_FACTS]]
    sheet = numbered(plain, names=[person.name for person in snapshot.people.values()])
    moment = zone.when(now)
    told = {
        "team": team.name,
        "read": moment,
        "task": action.task.value,
        "question": cleaned(action.question, _QUESTION),
        "people": [member.name for member in team.members],
        "left_out": max(0, len(every) - MOST_FACTS),
        "facts": list(_rows(sheet)),
    }
    return Material(sheet, json.dumps(told, ensure_ascii=False), team.name, moment)


def _clauses(action: DelegateTask, snapshot: Snapshot, directives: Directives, zone: Calendar) -> Iterator[Clause]:
    asked = snapshot.ticket(IssueKey(action.about.upper()))
    if asked is not None:
        yield from of_issue(asked, snapshot, directives, zone)
    for signal in detect(snapshot, directives).signals:
        if not is_private(signal, directives):
            yield of_signal(signal, snapshot)
    for sprint in snapshot.sprints:
        yield from of_sprint(sprint, snapshot, zone)
    for issue in (*snapshot.issues, *_strays(snapshot)):
        yield from of_issue(issue, snapshot, directives, zone)
    for pull in (*snapshot.pull_requests, *snapshot.settled):
        yield from of_pull(pull, snapshot, directives, zone)
    for person in snapshot.people.values():
        yield from (clause for clause in of_person(person, snapshot) if clause.url)  # what of the work is theirs


def _strays(snapshot: Snapshot) -> Iterable[Issue]:
    return sorted(snapshot.strays, key=lambda issue: issue.updated, reverse=True)[:MOST_STRAYS]


def _rows(sheet: Sheet) -> Iterator[dict[str, object]]:
    """A fact that quotes others says so; no sign in it can be taken for a part of the file."""
    for fact in sheet.facts:
        yield {"id": fact.id, "subject": fact.subject, "says": line(fact.text, _FACT), "outside": fact.outside}
