"""Whose the tickets of the running sprints are: what one person has, and what nobody has."""

from __future__ import annotations

from models.directives import Directives
from models.ids import PersonId
from models.work import Facts, Snapshot
from planner.bounds.worktime import team_calendar
from planner.facts.observe import people_of, running
from planner.reports.rows import count, unowned_of
from planner.reports.summaries import moves_of, work_of
from planner.words.people import as_listed, nobody_in_jira
from planner.words.replies import Group, Row, SheetReply

MOST = 15
"""Rows of one group."""


def unowned(snapshot: Snapshot, directives: Directives) -> SheetReply:
    """The open tickets of running sprints that nobody has, the longest first."""
    calendar = team_calendar(directives, snapshot.team)
    found = sorted(unowned_of(running(snapshot)), key=lambda each: (each.unassigned_since or each.created, each.key))
    rows = []
    for issue in found:
        since = issue.unassigned_since or issue.created
        so_long = calendar.words(calendar.working_time_between(since, snapshot.now))
        rows.append(Row(issue.key, issue.title, issue.url, "", f"{issue.status}, no owner for {so_long}", since))
    have = "has" if len(found) == 1 else "have"
    said = (
        f"{count(len(found), 'issue')} of the running sprint {have} no owner."
        if found
        else "Every open issue has an owner."
    )
    return SheetReply(
        title=f"Without an owner · {directives.team(snapshot.team).name}",
        headline=said,
        groups=_groups(Group("", tuple(rows[:MOST]), more=len(rows[MOST:]))),
        read_at=snapshot.read_at,
        choices=(("Status", "status"), ("Show all", "all")),
    )


def work_of_one(person: PersonId, snapshot: Snapshot, facts: Facts, directives: Directives) -> SheetReply:
    """The open tickets of one member in running sprints, and the pull requests that are theirs to move."""
    who = people_of(facts).get(person) or as_listed(directives.team(snapshot.team).member(person))
    work = work_of(who, facts, directives, snapshot.now)
    own = {row.key for row in work}
    moves = tuple(row for row in moves_of(who, facts, directives, snapshot.now) if row.key not in own)
    told = f"{who.name} has {count(len(work), 'open issue') if work else 'no open issue'} of the running sprint."
    return SheetReply(
        title=f"Work · {who.name}",
        headline=told if who.accounts else nobody_in_jira(who, asks=False),
        groups=_groups(
            Group("Issues", work[:MOST], more=len(work[MOST:])),
            Group(f"Waits for {who.name}", moves[:MOST], more=len(moves[MOST:])),
        ),
        read_at=snapshot.read_at,
        heading="What",
        choices=(("Who waits for whom", f"waiting for {person}"), ("Status", "status")),
    )


def _groups(*groups: Group) -> tuple[Group, ...]:
    return tuple(group for group in groups if group.rows)
