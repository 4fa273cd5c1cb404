"""What ``pm forecast`` tells of running sprints: the same answer as ``/pm forecast``, from the database alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import click

from bot.cli.printing import print_columns, print_json, span
from bot.cli.rooms import Rooms, in_rooms
from models.errors import OperatorError
from models.events import Reason, Trigger
from models.forecasts import Forecast
from models.foresight import Foresight
from models.ids import TeamId
from models.work import Facts, Sprint
from planner.asked.ahead import lore_of
from planner.facts.observe import observe, watched_sprints
from planner.foresight.outlook import Outlook, known_sprints, outlook
from planner.foresight.trend import Record
from planner.reports.forecast import foresight
from planner.words.replies import SheetReply
from planner.words.sprints import meant_by


@dataclass(frozen=True, slots=True)
class Told:
    """One running sprint, as people read it and as it was computed."""

    team: TeamId
    sprint: Sprint
    reply: SheetReply
    seen: Outlook | None
    known: int
    """Past sprints that are kept."""
    ages: Mapping[str, float]
    """Seconds of real time since each source was read in full."""


def tell(sprint: str, *, as_json: bool) -> None:
    """Print every running sprint, or those that ``sprint`` means. Raises ``OperatorError`` where none is."""
    told = in_rooms(lambda rooms: _read(rooms, sprint))
    if not told:
        what = f"no running sprint is called {sprint[:60]}" if sprint else "no sprint is running that was read"
        raise OperatorError(what, hint="pm status says what was read and when")
    if as_json:
        print_json({"sprints": [_json(each) for each in told]})
        return
    for place, each in enumerate(told):
        if place:
            click.echo()
        _print(each)


async def _read(rooms: Rooms, wanted: str) -> Sequence[Told]:
    found: list[Told] = []
    for team in rooms.directives.teams:
        facts = await rooms.store.facts_about(team.id)
        running = watched_sprints(facts)
        for sprint in meant_by(wanted, running) if wanted else running:
            found.append(await _told(rooms, facts, sprint))
    return found


async def _told(rooms: Rooms, facts: Facts, sprint: Sprint) -> Told:
    now, law = rooms.clock.now(), rooms.directives
    snapshot = observe(facts, Trigger(team=facts.team, reason=Reason.ASKED, at=now, sprint=sprint.id), now)
    lore = await lore_of(Foresight(rooms.database), facts.team, sprint.id)
    seen, known = outlook(sprint, facts, snapshot, law, lore), known_sprints(lore)
    reply = foresight(sprint, snapshot, facts, law, seen, known)
    ages = {source: (rooms.clock.real() - at).total_seconds() for source, at in facts.read_at.items()}
    return Told(facts.team, sprint, reply, seen, known, ages)


def _print(told: Told) -> None:
    click.echo(f"{told.reply.title}\n{told.reply.headline}")
    for group in told.reply.groups:
        click.echo(f"\n{group.name}:")
        print_columns(("ISSUE", "TITLE", "WHO", "CHANCE"), [(r.key, r.title[:40], r.owner, r.why) for r in group.rows])
        if group.more:
            click.echo(f"and {group.more} more")
    click.echo()
    for note in told.reply.notes:
        click.echo(note)
    click.echo(f"Data: {', '.join(f'{source} {span(age)} ago' for source, age in told.ages.items()) or 'never read'}")


def _json(told: Told) -> Mapping[str, Any]:
    seen = told.seen
    return {
        "team": told.team,
        "sprint": told.sprint.id,
        "name": told.sprint.name,
        "says": told.reply.headline,
        "past_sprints": told.known,
        "data_age_seconds": dict(told.ages),
        "chance": seen.foretold.chance if seen else None,
        **(_computed(seen) if seen else {}),
    }


def _computed(seen: Outlook) -> Mapping[str, Any]:
    return {
        "unit": "point" if seen.stand.by_points else "issue",
        "share_of_time": seen.stand.share,
        "target": seen.stand.target,
        "done": seen.stand.done,
        "median_difference": seen.foretold.median,
        "within": {str(level): list(interval) for level, interval in seen.foretold.within.items()},
        "rests_on": seen.foretold.past,
        "left_over": {"units": seen.spill, "issues": seen.spill_issues},
        "tickets": [{"key": each.issue.key, "chance": each.chance} for each in seen.tickets],
        "changes": [{"without": list(each.without), "chance": each.chance} for each in seen.changes],
        "earlier": [_day(each) for each in seen.before],
        "hit_rate": _rate(seen.record) if seen.record else None,
    }


def _day(each: Forecast) -> Mapping[str, Any]:
    return {"day": each.day.isoformat(), "chance": each.chance}


def _rate(record: Record) -> Mapping[str, Any]:
    return {
        "sprints": record.sprints,
        "held_80": record.held,
        "brier": record.brier,
        "error": record.error,
        "near": record.near,
        "came_true": record.came,
    }
