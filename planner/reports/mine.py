"""What is one person's: what waits for them, their issues, and for whom they wait. Told to them alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from models.directives import Directives
from models.ids import PersonId
from models.proposals import Approval
from models.work import Facts, Person, Snapshot
from planner.facts.observe import people_of
from planner.reports.rows import count
from planner.reports.summaries import moves_of, work_of
from planner.reports.waiting import waiting
from planner.words.people import as_listed, nobody_in_jira
from planner.words.replies import Group, Row, SheetReply

MOST = 12
"""Rows of one group."""


def mine(
    person: PersonId,
    snapshot: Snapshot,
    facts: Facts,
    directives: Directives,
    pending: Sequence[Approval],
) -> SheetReply:
    """Their moves first, then the rest of their work; nothing stands in two places."""
    who = people_of(facts).get(person) or as_listed(directives.team(snapshot.team).member(person))
    moves = moves_of(who, facts, directives, snapshot.now)
    moving = {row.key for row in moves}
    work = tuple(row for row in work_of(who, facts, directives, snapshot.now) if row.key not in moving)
    own = [group for group in waiting(snapshot, directives, person).groups if group.name.endswith("waits for")]
    asked = sum(person in each.asked for each in pending)
    groups = [_group("Waits for you", moves), _group("Your issues", work), *(_yours(group) for group in own)]
    groups = [group for group in groups if group.rows]
    if len(groups) == 1 and groups[0].name == "Waits for you":
        groups = [replace(groups[0], name="")]  # the headline says so
    return SheetReply(
        title=f"Yours · {directives.team(snapshot.team).name}",
        headline=_headline(len(moves), len(work), asked) if who.accounts else _blind(who, asked),
        groups=tuple(groups),
        read_at=snapshot.read_at,
        notes=(f"{count(asked, 'question')} of mine {_wait(asked)} for your yes or no.",) if asked else (),
        choices=(("What I have not told you", "held"), ("Status", "status")),
        post_to_channel=False,
    )


def _headline(moves: int, work: int, asked: int) -> str:
    if not moves + asked:
        have = f"{count(work, 'issue')} of the running sprint {'is' if work == 1 else 'are'} yours."
        return f"Nothing waits for you. {have if work else 'No issue of the running sprint is yours.'}"
    first = f"{count(moves + asked, 'thing')} {_wait(moves + asked)} for you"
    also = f"{count(work, 'other issue')} of the running sprint {'is' if work == 1 else 'are'} yours"
    return f"{first}; {also}." if work else f"{first}."


def _blind(who: Person, asked: int) -> str:
    """Of somebody whose work cannot be told from anybody's: that nothing waits would be a guess."""
    unknown = nobody_in_jira(who, asks=True)
    return f"{count(asked, 'thing')} {_wait(asked)} for you. {unknown}" if asked else unknown


def _wait(number: int) -> str:
    return "waits" if number == 1 else "wait"


def _group(name: str, rows: Sequence[Row]) -> Group:
    return Group(name, tuple(rows[:MOST]), more=len(rows[MOST:]))


def _yours(group: Group) -> Group:
    return Group("You wait for", group.rows, group.more)
