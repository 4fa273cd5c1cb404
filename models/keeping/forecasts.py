"""Forecasts, row by row: one a sprint and working day of its team, and what became of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, delete, func, insert, select, tuple_, update

from models.database import insert_new
from models.forecasts import Ended, Forecast, Odds, Stand
from models.ids import SprintId, TeamId
from models.keeping.records import dump, load
from models.tables.foresight import ended_stands, forecasts
from models.work import Facts

QUOTED = 2
"""Of a sprint's forecasts the last so many are quoted: today's, and the one of the working day before."""


def keep(connection: Connection, made: Forecast) -> bool:
    """Keep it unless the sprint has one of that day; ``True`` when it is there because of us."""
    return insert_new(
        connection,
        forecasts,
        team=made.team,
        sprint=made.sprint,
        day=made.day.isoformat(),
        at=made.at,
        stand=dump(made.stand),
        chance=made.chance,
        median=made.median,
        within={str(level): list(interval) for level, interval in made.within.items()},
        past=made.past,
        issues=sorted(made.issues),
    )


def of_sprint(connection: Connection, team: TeamId, sprint: SprintId) -> list[Forecast]:
    """All of one sprint, oldest first."""
    theirs = (forecasts.c.team == team) & (forecasts.c.sprint == sprint)
    return [_forecast(row) for row in connection.execute(select(forecasts).where(theirs).order_by(forecasts.c.day))]


def scored(connection: Connection, team: TeamId) -> list[Forecast]:
    """All of which somebody knows what became of it, oldest first."""
    known = (forecasts.c.team == team) & forecasts.c.delivered.is_not(None)
    return [_forecast(row) for row in connection.execute(select(forecasts).where(known).order_by(forecasts.c.day))]


def keep_ended(connection: Connection, team: TeamId, sprint: SprintId, ended: datetime, told: Sequence[Ended]) -> None:
    """Keep how one sprint went and what its forecasts came to, instead of what was kept of it before."""
    forget_ended(connection, team, [sprint])
    rows = [
        {
            "team": team,
            "sprint": sprint,
            "tenth": tenth,
            "ended": ended,
            "stand": dump(each.stand),
            "delivered": each.delivered,
            "delivered_issues": each.delivered_issues,
            "at": each.at,
        }
        for tenth, each in enumerate(told)
    ]
    if rows:
        connection.execute(insert(ended_stands), rows)
    by_points = [each.delivered for each in told if each.stand.by_points]
    by_issues = [each.delivered for each in told if not each.stand.by_points]
    by_issues += [float(each.delivered_issues) for each in told if each.delivered_issues is not None]
    for delivered, points in ((by_points, True), (by_issues, False)):
        if delivered:
            _score(connection, team, sprint, ended, delivered[0], by_points=points)


def forget_ended(connection: Connection, team: TeamId, sprints: Collection[SprintId]) -> None:
    """Forget how these went, and that their forecasts were compared with it."""
    over = (ended_stands.c.team == team) & ended_stands.c.sprint.in_(sprints)
    connection.execute(delete(ended_stands).where(over))
    told = (forecasts.c.team == team) & forecasts.c.sprint.in_(sprints) & forecasts.c.delivered.is_not(None)
    connection.execute(update(forecasts).where(told).values(delivered=None))


def _score(
    connection: Connection, team: TeamId, sprint: SprintId, ended: datetime, units: float, *, by_points: bool
) -> None:
    """Note what it delivered beside what was foretold of it in the same unit, before it had ended."""
    theirs = (forecasts.c.team == team) & (forecasts.c.sprint == sprint) & (forecasts.c.at < ended)
    alike = forecasts.c.stand["by_points"].as_boolean().is_(by_points)
    connection.execute(update(forecasts).where(theirs, alike).values(delivered=units))


def ended(connection: Connection, team: TeamId) -> list[Ended]:
    """How every past sprint that is kept went, the oldest first, each at ascending shares of its time."""
    rows = connection.execute(_ended(), {"team": team})
    return [Ended(load(Stand, row.stand), row.delivered, row.delivered_issues, row.at, row.ended) for row in rows]


def sprints_known(connection: Connection, team: TeamId) -> int:
    """How many past sprints are kept."""
    known = select(func.count(ended_stands.c.sprint.distinct())).where(ended_stands.c.team == team)
    return connection.execute(known).scalar() or 0


def knowing(connection: Connection, teams: Collection[TeamId], least: int) -> frozenset[TeamId]:
    """Those of ``teams`` of which at least so many past sprints are kept."""
    found = connection.execute(_knowing(), {"teams": list(teams), "least": least}).scalars()
    return frozenset(TeamId(team) for team in found)


@cache
def _knowing() -> Select[Any]:
    """Put together once: every tick of a day without a forecast asks it."""
    theirs = ended_stands.c.team.in_(bindparam("teams", expanding=True))
    enough = func.count(ended_stands.c.sprint.distinct()) >= bindparam("least")
    return select(ended_stands.c.team).where(theirs).group_by(ended_stands.c.team).having(enough)


@cache
def _ended() -> Select[Any]:
    columns = [ended_stands.c[name] for name in ("stand", "delivered", "delivered_issues", "at", "ended")]
    order = (ended_stands.c.ended, ended_stands.c.sprint, ended_stands.c.tenth)
    return select(*columns).where(ended_stands.c.team == bindparam("team")).order_by(*order)


def with_odds(connection: Connection, facts: Facts) -> Facts:
    """The same facts, with what the last forecasts of its watched sprints said."""
    if not facts.whole:
        return facts
    found: dict[SprintId, tuple[Odds, ...]] = {}
    for row in connection.execute(_newest(), {"team": facts.team, "sprints": sorted(facts.whole)}):
        told = Odds(date.fromisoformat(row.day), row.at, row.chance, row.past)
        found[SprintId(row.sprint)] = (*found.get(SprintId(row.sprint), ()), told)
    return replace(facts, odds=found)


@cache
def _newest() -> Select[Any]:
    """Put together once: it is asked with every reading of the mirror."""
    turn = func.row_number().over(partition_by=forecasts.c.sprint, order_by=forecasts.c.day.desc()).label("turn")
    columns = (forecasts.c.sprint, forecasts.c.day, forecasts.c.at, forecasts.c.chance, forecasts.c.past)
    theirs = (forecasts.c.team == bindparam("team")) & forecasts.c.sprint.in_(bindparam("sprints", expanding=True))
    ranked = select(*columns, turn).where(theirs).subquery()
    return select(ranked).where(ranked.c.turn <= QUOTED).order_by(ranked.c.sprint, ranked.c.turn)


def drop_forecasts(connection: Connection, before: datetime, most: int) -> int:
    """Forget what was foretold before then, and the sprints that had ended."""
    connection.execute(delete(ended_stands).where(ended_stands.c.ended < before))
    place = (forecasts.c.team, forecasts.c.sprint, forecasts.c.day)
    old = select(*place).where(forecasts.c.at < before).order_by(forecasts.c.at).limit(most)
    return connection.execute(delete(forecasts).where(tuple_(*place).in_(old))).rowcount


def _forecast(row: Row[Any]) -> Forecast:
    return Forecast(
        team=TeamId(row.team),
        sprint=SprintId(row.sprint),
        day=date.fromisoformat(row.day),
        at=row.at,
        stand=load(Stand, row.stand),
        chance=row.chance,
        median=row.median,
        within={int(level): (low, high) for level, (low, high) in row.within.items()},
        delivered=row.delivered,
        past=row.past,
        issues=frozenset(row.issues),
    )
