"""People and how much of their attention was taken, and the constitution that bounds it. People are never ranked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from bot.charts import Heard, Load, figure, load
from bot.dashboard.house import House
from bot.dashboard.viewer import Viewer
from models.directives import Member, Team
from models.ids import PersonId
from models.wording import meanings
from planner.bounds.limits import most_a_day, most_for
from planner.bounds.worktime import team_calendar

DAYS = 14
"""Days that are shown; what is spent is kept for thirty."""


@dataclass(frozen=True, slots=True)
class Reached:
    """One person, in a line."""

    member: Member
    most: int
    """How many messages a day they get unasked."""
    today: int
    total: int


@dataclass(frozen=True, slots=True)
class TeamPeople:
    """The people of one team, by name."""

    team: Team
    people: Sequence[Reached]
    chart: Markup
    all: bool
    """Whether everybody is told of; else the viewer alone."""


async def people(house: House, viewer: Viewer, request: Request) -> Response:
    """Unasked messages to each person and day. Whoever runs the team sees all of it, everybody else their own."""
    teams = [await _people(house, viewer, team) for team in viewer.teams]
    rule, most = most_a_day(house.app.directives)
    told = {"teams": teams, "days": DAYS, "rule": rule, "most": most}
    return house.page("people.html", viewer, request, title="Message load", **told)


async def _people(house: House, viewer: Viewer, team: Team) -> TeamPeople:
    runs, mine = team.id in viewer.runs, viewer.member_of(team.id)
    members = sorted((m for m in team.members if runs or m.id == mine), key=lambda m: m.name.casefold())
    calendar = team_calendar(house.app.directives, team.id)
    today = calendar.local_day(house.app.clock.now())
    since = today - timedelta(days=DAYS - 1)
    heard = await house.stories.attention([member.id for member in members], since)
    days = tuple(day for n in range(DAYS) if calendar.is_working_day(day := since + timedelta(days=n)))
    told = [Heard(member.name, heard.get(member.id, {})) for member in members]
    drawn = load(Load(days=days, heard=tuple(told), most=most_a_day(house.app.directives)[1]))
    rows = [_reached(house, team, member, heard) for member in members]
    return TeamPeople(team, rows, Markup(figure(drawn)), runs)  # noqa: S704 - the chart escapes what it is given


def _reached(house: House, team: Team, member: Member, heard: Mapping[PersonId, Mapping[date, int]]) -> Reached:
    mine = heard.get(member.id, {})
    most = most_for(member.id, team.id, house.app.directives)
    own = house.app.clock.now().astimezone(member.tz).date()
    return Reached(member, most, mine.get(own, 0), sum(mine.values()))


async def constitution(house: House, viewer: Viewer, request: Request) -> Response:
    """Each line with what it means, and whether code enforces it: as ``pm directives explain`` tells it."""
    told = meanings(house.app.directives)
    sections = [(name, list(lines)) for name, lines in groupby(told, key=lambda each: each.section)]
    trouble = house.app.constitution.trouble
    return house.page(
        "constitution.html",
        viewer,
        request,
        title="Constitution",
        sections=[(name.replace(".", ", ").replace("_", " "), lines) for name, lines in sections],
        version=house.app.directives.version,
        trouble=trouble.words if trouble else "",
        enforced=sum(each.kept.startswith("enforced") for each in told),
        count=len(told),
    )
