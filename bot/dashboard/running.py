"""What the agent rests on: sources and how old they are, searches, the queue and what was given up, configuration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from bot import tally
from bot.dashboard.house import House
from bot.dashboard.now import at_work, standing_of
from bot.dashboard.viewer import Viewer
from bot.jobs.home.running import source_of
from models.directives import Team
from models.mailbox import DeadLetter

SHORT, LETTERS = 300, 50
"""Letters of an error, and jobs that were given up on one page."""


@dataclass(frozen=True, slots=True)
class SourceNow:
    """One source of one team."""

    name: str
    read: datetime | None
    error: str
    untold: str


@dataclass(frozen=True, slots=True)
class TeamSources:
    """All of a team's."""

    team: Team
    sources: Sequence[SourceNow]
    reading: Sequence[tuple[str, str]]


async def sources(house: House, viewer: Viewer, request: Request) -> Response:
    """How old the data is, whether webhooks come, and how searches are answered."""
    data = await standing_of(house, viewer)
    under_way = {team["id"]: list(team["reading"].items()) for team in data["teams"]}
    teams = [TeamSources(team, await _sources(house, team), under_way[team.id]) for team in viewer.teams]
    searches = await tally.recent(house.app.store, house.app.clock.real())
    return house.page("sources.html", viewer, request, title="Sources", teams=teams, searches=searches)


async def _sources(house: House, team: Team) -> Sequence[SourceNow]:
    found = []
    readings = await house.app.store.readings(team.id)
    for source, reading in [(source, reading) for source, reading in readings.items() if source in house.read]:
        told = await source_of(house.app, team.id, source, reading)
        found.append(SourceNow(told.name, reading.at, house.app.settings.redactor(told.error), told.untold))
    return found


@dataclass(frozen=True, slots=True)
class Letter:
    """One job that was given up."""

    letter: DeadLetter
    error: str
    team: str
    """By its name."""


async def queue(house: House, viewer: Viewer, request: Request) -> Response:
    """What waits, and what was given up: of that, whoever runs the team sees why, and may try it again."""
    data, redact = await standing_of(house, viewer), house.app.settings.redactor
    letters = [
        Letter(each, redact(each.error)[:SHORT], _called(viewer, each.team))
        for each in await house.app.mailbox.dead_letters()
        if viewer.may_act_for(each.team)
    ]
    told = {"letters": letters[:LETTERS], "more": max(0, len(letters) - LETTERS)}
    told |= {"runs": bool(viewer.runs), "processes": await at_work(house)}
    return house.page("queue.html", viewer, request, title="Queue", queue=data["queue"], **told)


def _called(viewer: Viewer, team: str) -> str:
    return next((each.name for each in viewer.directives.teams if each.id == team), "no team")


async def health(house: House, viewer: Viewer, request: Request) -> Response:
    """What ``/ready`` knows: each thing it depends on, by name, and the remedy. No secret is ever part of it."""
    answers, redact = await house.ready(), house.app.settings.redactor
    told = [(each.check, each.needed, redact(each.check.detail), redact(each.check.hint)) for each in answers]
    order = {"failed": 0, "warning": 1, "ok": 2, "off": 3}
    checks = sorted(told, key=lambda each: (order[each[0].state], not each[1], each[0].name))
    return house.page("health.html", viewer, request, title="Health", checks=checks)
