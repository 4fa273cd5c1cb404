"""What is happening now, and what became of what was promised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from bot import status
from bot.dashboard.house import House
from bot.dashboard.viewer import Viewer
from bot.dashboard.work import REASONS, VERDICTS
from bot.operations.overview import trouble
from bot.operations.promises import DAYS, Sources
from bot.operations.promises import promises as kept_promises
from bot.watch import vitals_of
from models.directives import Team
from models.running import Shift
from models.visits import HOST
from planner.asked.quiet.pausing import pause_line
from planner.words.titles import name_of

LATEST, DEEDS = 8, 8
"""Lines."""

MODES = {
    "shadow": "Shadow: records what it would do",
    "suggest": "Suggest: asks for everything",
    "act": "Act: the constitution decides",
}


@dataclass(frozen=True, slots=True)
class TeamNow:
    """One team, in a card."""

    team: Team
    mode: str
    paused: str
    """Empty while it is not."""
    urgency: str
    pressing: str
    next_look: datetime | None
    data: Sequence[tuple[str, datetime | None, str]]
    """Of each source when it was read last, and what went wrong since."""
    reading: Sequence[tuple[str, str]]
    done: Mapping[str, int]
    may_act: bool


async def now(house: House, viewer: Viewer, request: Request) -> Response:
    """The first page."""
    data = await standing_of(house, viewer)
    teams = [await _team(house, viewer, team, known) for team, known in zip(viewer.teams, data["teams"], strict=True)]
    return house.page(
        "now.html",
        viewer,
        request,
        title="Now",
        teams=teams,
        wrong=await needs_a_hand(house, viewer),
        queue=data["queue"],
        version=data["version"],
        trouble=data["directives_trouble"],
        looks=await house.stories.looks(viewer.names, LATEST),
        processes=await at_work(house),
        deeds=await _deeds(house, viewer),
        reasons=REASONS,
        verdicts=VERDICTS,
    )


async def needs_a_hand(house: House, viewer: Viewer) -> Sequence[Mapping[str, Any]]:
    """What ``pm status`` tells first: of the agent as a whole, and of the viewer's teams and no other."""
    seen, redact = await vitals_of(house.app), house.app.settings.redactor
    if not viewer.is_host:
        seen = replace(
            seen,
            depths=await house.app.mailbox.depths(viewer.names),
            mirror={key: known for key, known in seen.mirror.items() if key[0] in viewer.names},
            money={team: known for team, known in seen.money.items() if team in viewer.names},
        )
    return [{**each, "words": redact(each["words"])} for each in trouble(seen)]


async def promises(house: House, viewer: Viewer, request: Request) -> Response:
    """Each promise against what came of it in the last days; of costs and messages the viewer's own teams."""
    app = house.app
    law = _law(house, viewer)
    of = Sources(operations=house.operations, store=app.store, ledger=app.ledger, clock=app.clock, teams=law["teams"])
    told = await kept_promises(of)
    return house.page("promises.html", viewer, request, title="Promises", promises=told, days=DAYS)


async def standing_of(house: House, viewer: Viewer) -> Mapping[str, Any]:
    """What ``pm status`` shows, of the viewer's teams alone."""
    app = house.app
    teams = None if viewer.is_host else viewer.names
    return await status.status(_law(house, viewer), app.mailbox, app.store, app.ledger, app.clock, teams)


def _law(house: House, viewer: Viewer) -> Mapping[str, Any]:
    trouble = house.app.constitution.trouble
    law = status.standing(house.app.directives, trouble.words if trouble else "")
    return {**law, "teams": [team for team in law["teams"] if team["id"] in viewer.names]}


async def _team(house: House, viewer: Viewer, team: Team, known: Mapping[str, Any]) -> TeamNow:
    app, runs, urgency = house.app, team.id in viewer.runs, known["urgency"] or {}
    paused = await app.store.pause_of(team.id)
    reader = viewer.member_of(team.id)
    return TeamNow(
        team=team,
        mode=MODES.get(known["mode"], known["mode"]),
        paused=pause_line(paused, team.id, app.directives, app.clock.now(), reader),
        urgency=urgency.get("level", ""),
        pressing=urgency.get("why", "") if runs else "",
        next_look=_instant(known["next_look"]),
        data=[
            (name, _instant(said["read_at"]), said["error"] or "")
            for name, said in known["data"].items()
            if name in house.read
        ],
        reading=list(known["reading"].items()),
        done=known["effects_last_day"],
        may_act=runs,
    )


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


async def at_work(house: House) -> Sequence[Shift]:
    """The processes that have lately said that they are at work, by kind and name."""
    now = house.app.clock.real()
    shifts = await house.operations.shifts(now - timedelta(minutes=5))
    return sorted((s for s in shifts if s.alive(now)), key=lambda s: (s.process.kind, s.process.name))


async def _deeds(house: House, viewer: Viewer) -> Sequence[tuple[datetime, str, str, str]]:
    """What people did or were refused, for whoever runs the team: when, who, what, about what."""
    teams = [*viewer.runs, *(("-",) if viewer.is_host else ())]
    told = await house.stories.deeds(teams, DEEDS) if teams else ()
    return [(deed.at, _called(viewer, deed.team, deed.who), deed.what.replace("_", " "), deed.about) for deed in told]


def _called(viewer: Viewer, team: str, who: str) -> str:
    """A member's name; of a Slack id whose it is; else as it stands."""
    if who == HOST:
        return "Host admin"
    found = next((each for each in viewer.directives.teams if each.id == team), None)
    if found is not None:
        return name_of(who, found.id, viewer.directives)  # type: ignore[arg-type]
    every = (member for each in viewer.directives.teams for member in each.members)
    return next((member.name for member in every if member.slack == who), who)
