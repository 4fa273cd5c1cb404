"""Will we make it: what was foretold of each sprint day by day, what became of it, and how often that came true."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from bot.charts import BurnUp, Chance, Chart, Point, Trend, burn_up, calibration, cone, figure, grouped, trend
from bot.dashboard.house import House
from bot.dashboard.viewer import Viewer
from models.directives import Team
from models.forecasts import Forecast
from models.ids import SprintId
from models.work import Sprint, SprintState
from planner.bounds.worktime import Calendar, team_calendar
from planner.foresight.reference import ENOUGH
from planner.foresight.trend import record_of
from planner.reports.forecast import hit_rate

SPRINTS = 3
"""Of a team, whose forecasts are drawn: those that run, then those that ended last."""


@dataclass(frozen=True, slots=True)
class TeamAhead:
    """One team's charts."""

    team: Team
    figures: Sequence[Markup]
    record: Sequence[str]
    """How often what was foretold came true, in words."""
    past: int
    """Past sprints that are kept."""
    enough: int


async def forecast(house: House, viewer: Viewer, request: Request) -> Response:
    """Charts from what is kept of each day: nothing is computed anew, so the page is quick whatever a sprint holds."""
    teams = [await _team(house, team) for team in viewer.teams]
    return house.page("forecast.html", viewer, request, title="Forecast", teams=teams)


async def _team(house: House, team: Team) -> TeamAhead:
    app, calendar = house.app, team_calendar(house.app.directives, team.id)
    scored = await app.foresight.scored(team.id)
    charts: list[Chart] = []
    of_running: list[Sequence[Forecast]] = []
    for sprint in await _sprints(house, team, scored):
        told = await app.foresight.of_sprint(team.id, sprint.id)
        charts += _charts(sprint, told, calendar)
        of_running += [told] if sprint.state is SprintState.ACTIVE else []
    if scored:
        pairs = [(each.chance, bool(each.came_true)) for each in _at_half(scored)]
        charts.append(calibration(grouped(pairs)))
    now = next((told[-1].chance for told in of_running if told), None)
    return TeamAhead(
        team=team,
        figures=[Markup(figure(chart)) for chart in charts],  # noqa: S704 - the charts escape what they are given
        record=tuple(hit_rate(record_of(scored, now), now)) if now is not None else (),
        past=await app.foresight.sprints_known(team.id),
        enough=ENOUGH,
    )


async def _sprints(house: House, team: Team, scored: Sequence[Forecast]) -> Sequence[Sprint]:
    """Those that run, the first to end first; then those whose forecasts were compared last."""
    known = {sprint.id: sprint for sprint in await house.stories.sprints(team.id)}
    running = sorted((s for s in known.values() if s.state is SprintState.ACTIVE), key=lambda s: (str(s.end), s.id))
    over = dict.fromkeys(each.sprint for each in sorted(scored, key=lambda each: each.at, reverse=True))
    ended = [known[name] for name in over if name in known and known[name] not in running]
    return [*running, *ended][:SPRINTS]


def _charts(sprint: Sprint, told: Sequence[Forecast], calendar: Calendar) -> Iterator[Chart]:
    """Nothing for a sprint of which nothing was foretold, or of which nobody knows when it ends."""
    if not told or sprint.start is None or sprint.end is None:
        return
    last = told[-1]
    starts, ends = calendar.local_day(sprint.start), calendar.local_day(sprint.end)
    yield burn_up(
        BurnUp(
            sprint=sprint.name,
            unit="points" if last.stand.by_points else "issues",
            starts=starts,
            ends=ends,
            today=last.day,
            mark="last told",
            target=tuple(Point(each.day, each.stand.target) for each in told),
            done=tuple(Point(each.day, each.stand.done) for each in told),
            cone=cone(last, last.stand.target),
        )
    )
    chances = tuple(Chance(each.day, each.chance) for each in told)
    yield trend(Trend(sprint=sprint.name, starts=starts, ends=ends, chances=chances))


def _at_half(scored: Sequence[Forecast]) -> Sequence[Forecast]:
    """One forecast a sprint, nearest to half of its time: those of one sprint are much alike."""
    best: dict[SprintId, Forecast] = {}
    for each in scored:
        known = best.get(each.sprint)
        if known is None or abs(each.stand.share - 0.5) < abs(known.stand.share - 0.5):
            best[each.sprint] = each
    return list(best.values())
