"""Will we make it: the chance, what it rests on and how often such a chance came true, or honestly the pace alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil

from models.directives import Directives
from models.forecasts import A_HAIR
from models.work import Facts, Issue, Progress, Snapshot, Sprint, SprintState
from planner.bounds.worktime import Calendar, team_calendar, watch_calendar
from planner.detect.blocked_too_long import blocked_words
from planner.facts.observe import blocked_since, of_sprint, sprint_url, tally
from planner.foresight.outlook import Outlook
from planner.foresight.tickets import Change, TicketOdds
from planner.foresight.trend import ENOUGH_NEAR, Record
from planner.hearers.moves import unfinished_blockers
from planner.reports.pace import by_what, forecast, in_its_way, units
from planner.reports.rows import count, owner
from planner.words.odds import day_name, percent, verdict
from planner.words.replies import Group, Row, SheetReply
from planner.words.sprints import coming

MOST_ROWS = 5
"""Tickets told of: those least likely to be done."""

SAFE = 0.9
"""From here on a ticket carries no risk worth a line."""

_DAYS = 5
"""Days of the trend."""

_FEW = 8
"""Past sprints below which a chance says little more than how often sprints are made (docs/forecast.md)."""


def foresight(
    sprint: Sprint, snapshot: Snapshot, facts: Facts, directives: Directives, seen: Outlook | None, known: int
) -> SheetReply:
    """An honest answer to *will we make it*.

    ``seen`` is what is foretold; without it the pace is told, and how many past sprints are ``known``.
    """
    done = tally(of_sprint(snapshot, sprint))
    if seen is None or sprint.state is not SprintState.ACTIVE or done.done == done.issues:
        return forecast(sprint, snapshot, directives, known=known)
    zone = team_calendar(directives, snapshot.team)
    return SheetReply(
        title=f"{sprint.name} · {directives.team(snapshot.team).name} · forecast",
        headline=_headline(seen, sprint, zone),
        groups=tuple(_risks(seen, snapshot, directives)),
        read_at=snapshot.read_at,
        notes=(
            _left_over(seen),
            rests_on(seen),
            *hit_rate(seen.record, seen.foretold.chance),
            *trend(seen),
            *_in_the_way(seen, sprint, snapshot, directives),
            by_what(done, points=seen.stand.by_points),
        ),
        url=sprint_url(sprint, snapshot),
        choices=(*_proposals(seen, facts), ("What is blocked", "blockers"), ("Status", f"status id:{sprint.id}"))[:4],
        reason="Chance to be done, and how it stands",
    )


def _headline(seen: Outlook, sprint: Sprint, zone: Calendar) -> str:
    chance, ends = seen.foretold.chance, by_its_end(sprint, zone)
    last = seen.before[-1] if seen.before else None
    before = f", {day_name(last.day, seen.day)} {percent(last.chance)}" if last is not None else ""
    would = "; ".join(_without(change) for change in seen.changes)
    first = f"{verdict(chance)}{ends}: {percent(chance)}{before}."
    return f"{first} {would[:1].upper()}{would[1:]}." if would else first


def by_its_end(sprint: Sprint, zone: Calendar) -> str:
    """`` by Fri 27 Nov``; empty where Jira does not say."""
    return f" by {zone.when(sprint.end).rpartition(' ')[0]}" if sprint.end is not None else ""


def _without(change: Change) -> str:
    *first, last = change.without
    return f"without {', '.join(first)}{' and ' if first else ''}{last}: {percent(change.chance)}"


def _left_over(seen: Outlook) -> str:
    unit = "point" if seen.stand.by_points else "issue"
    low, _ = seen.foretold.within[80]
    open_ones = count(len(seen.tickets), "open issue")
    short = f"{_tickets(seen.spill_issues)} of {open_ones}"
    if seen.stand.by_points:
        short = f"{about(seen.spill, unit)}, {short}"
    worst = max(0.0, -low)
    bound = (
        f"in 9 of 10 cases at most {units(ceil(worst - A_HAIR), unit)}"
        if worst >= 1
        else "in 9 of 10 cases next to nothing"
    )
    return f"Expected to be left over: {short}; {bound}."


def about(number: float, unit: str) -> str:
    """``about 5 points``, ``less than 1 point``."""
    return f"less than 1 {unit}" if number < 1 else f"about {units(round(number), unit)}"


def _tickets(number: float) -> str:
    return "less than 1" if number < 1 else f"about {round(number)}"


def rests_on(seen: Outlook) -> str:
    """How many earlier sprints it is computed from, and how."""
    where = "this board" if seen.boards == 1 else f"{seen.boards} boards"
    gone = round(100 * seen.stand.share)
    few = " So few say little more than how often sprints are made." if seen.foretold.past < _FEW else ""
    return (
        f"Rests on {count(seen.foretold.past, 'past sprint')} of {where}: what became of those that stood most like "
        f"this one at {gone} % of their time.{few} No model was asked."
    )


def hit_rate(record: Record | None, chance: float) -> Iterator[str]:
    """How often it came true, counted by sprints; nothing where too few are over."""
    if record is None:
        return
    if record.near >= ENOUGH_NEAR:
        yield (
            f"Hit rate: of {record.near} past sprints given about {percent(chance)} at half time, {record.came} were "
            f"made; the 80 % range held {record.held} of {record.sprints} times (Brier score {record.brier:.2f})."
        )
        return
    few = f"fewer than {ENOUGH_NEAR} past sprints were" if record.near else "no past sprint was"
    yield (
        f"Hit rate: the 80 % range held {record.held} of {record.sprints} times; {few} given about "
        f"{percent(chance)} (Brier score {record.brier:.2f})."
    )


def error_so_far(record: Record | None) -> str:
    """How far off it was until now; empty where too few sprints are over."""
    if record is None:
        return ""
    unit = "point" if record.by_points else "issue"
    off = about(record.error, unit)
    return f"Forecast error so far: {off} on average over {record.sprints} sprints, told at half time."


def trend(seen: Outlook) -> Iterator[str]:
    """``Day by day: Wed 81 %, Thu 78 %, today 62 %.``"""
    days = [f"{each.day:%a} {percent(each.chance)}" for each in seen.before[1 - _DAYS :]]
    if len(days) > 1:
        yield f"Day by day: {', '.join(days)}, today {percent(seen.foretold.chance)}."


def _in_the_way(seen: Outlook, sprint: Sprint, snapshot: Snapshot, directives: Directives) -> Iterator[str]:
    away = f"{seen.away} of those with tickets in it {'is' if seen.away == 1 else 'are'} away." if seen.away else ""
    told = " ".join(filter(None, (*in_its_way(sprint, snapshot, directives), away)))
    if told:
        yield told


# --- which tickets carry the risk -------------------------------------------------------------------------------


def _risks(seen: Outlook, snapshot: Snapshot, directives: Directives) -> Iterator[Group]:
    risky = sorted((each for each in seen.tickets if each.chance < SAFE), key=lambda each: each.chance)
    if risky:
        rows = tuple(_row(each, snapshot, directives) for each in risky[:MOST_ROWS])
        yield Group("What carries the risk", rows, more=len(risky[MOST_ROWS:]))


def _row(each: TicketOdds, snapshot: Snapshot, directives: Directives) -> Row:
    issue = each.issue
    who = owner(issue, snapshot) if each.waits or issue.assignee is None else ""
    return Row(
        issue.key, issue.title, issue.url, who, f"{percent(each.chance)}, {_stands(issue, snapshot, directives)}"
    )


def _stands(issue: Issue, snapshot: Snapshot, directives: Directives) -> str:
    team = directives.team(snapshot.team)
    since = blocked_since(issue, team)
    if since is not None:
        calendar = watch_calendar(directives, team, snapshot.person(issue.assignee))
        return blocked_words(issue, since, calendar, snapshot.now)
    if waits := tuple(unfinished_blockers(issue, snapshot)):
        return f"waits for {', '.join(waits[:2])}"
    if issue.assignee is None:
        return "no owner"
    return "not started" if issue.progress is Progress.TODO else issue.status


def _proposals(seen: Outlook, facts: Facts) -> Sequence[tuple[str, str]]:
    """A question to whoever decides on the scope: pressing it is a request like a typed one."""
    return moving(list(dict.fromkeys(key for change in seen.changes for key in change.without)), facts)


def moving(keys: Sequence[str], facts: Facts) -> Sequence[tuple[str, str]]:
    """Label and command that propose to take the first of ``keys`` out of the sprint."""
    target = "next sprint" if coming(facts.sprints) is not None else "backlog"
    return [(f"Propose moving {key}", f"move {key} to {target}") for key in keys[:2]]
