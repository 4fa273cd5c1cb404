"""How the agent does, for somebody who runs it: their own teams, from our own tables."""

from __future__ import annotations

from collections.abc import Sequence

from bot.app import App
from bot.jobs.presses.acting import run_by
from bot.sync.gaps import judged_of, missing
from bot.views.home import RunningData, SourceData, SteppedData, TeamData
from bot.views.parts.moments import age
from models.directives import Team
from models.events import Source
from models.ids import PersonId, TeamId
from models.money import Money
from models.store import Reading
from planner.asked.quiet.pausing import pause_line
from planner.hearers.contact import minding
from planner.words.modes import own_mode_lines, step_lines

_NAMES = {Source.JIRA: "Jira", Source.BITBUCKET: "Bitbucket", Source.SLACK: "Slack"}


async def running_of(app: App, person: PersonId) -> RunningData | None:
    """``None`` for somebody who runs no team."""
    teams = run_by(app.directives, person)
    if not teams:
        return None
    depths, trouble = await app.mailbox.depths(), app.constitution.trouble
    return RunningData(
        teams=tuple([await _team(app, team) for team in teams]),
        spend=await _spend(app, teams),
        dead=depths.dead,
        unseen=depths.unseen,
        version=app.directives.version,
        trouble=trouble.words if trouble else "",
    )


async def _team(app: App, team: Team) -> TeamData:
    readings = await app.store.readings(team.id)
    return TeamData(
        name=team.name,
        mode=team.mode.value,
        modes=own_mode_lines(team),
        stepped=tuple(
            SteppedData(team=team.id, kind=step.kind, words=words)
            for step, words in zip(team.stepped, step_lines(team), strict=True)
        ),
        paused=pause_line(await app.store.pause_of(team.id), team.id, app.directives, app.clock.now()),
        sources=tuple([await source_of(app, team.id, source, said) for source, said in readings.items()]),
        own_wishes=minding(app.roster.wishes, [member.id for member in team.members]),
    )


async def source_of(app: App, team: TeamId, source: Source, said: Reading) -> SourceData:
    """How well one source is read, and whether its webhooks come."""
    windows = (await judged_of(app.store, team, source)).windows
    untold, told = sum(w.untold for w in windows), sum(w.told for w in windows)
    words = f"{untold} of the last {told + untold} changes came without one" if missing(windows) else ""
    read = age(said.at, app.clock.real()) if said.at else ""
    return SourceData(name=_NAMES[source], age=read, error=said.error or "", untold=words)


async def _spend(app: App, teams: Sequence[Team]) -> str:
    """Of what each team's day may cost; a day is the team's own."""
    if not app.settings.anthropic_api_key:
        return "$0.00, no model is used"
    now, told = app.clock.now(), []
    for team in teams:
        spending = await app.purse.spending(team.id, now.astimezone(team.tz).date(), now)
        name = f"{team.name} " if len(teams) > 1 else ""
        held = f" and {spending.held} held for what is under way" if spending.held else ""
        told.append(f"{name}{spending.gone} of {Money.usd(team.daily_cap_usd)}{held}")
    return ", ".join(told)
