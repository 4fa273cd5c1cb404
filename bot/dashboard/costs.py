"""What thinking came to, and the reports of delegated tasks. Never by person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from bot.dashboard.house import House, Missing, is_id
from bot.dashboard.paper import HEADERS
from bot.dashboard.viewer import Viewer
from bot.thinking.sums import by_day, by_model, by_purpose, summed, summed_by
from models.bills import Bill
from models.directives import Team
from models.documents import Document, DocumentState
from models.money import Money
from planner.words.titles import name_of

DAYS, MOST = 14, 30
"""Days, with today; and reports that are listed."""

WAYS = (("By day", by_day), ("By purpose", by_purpose), ("By model", by_model))


@dataclass(frozen=True, slots=True)
class Today:
    """What one team's day has come to."""

    team: Team
    gone: Money
    held: Money
    cap: Money

    @property
    def share(self) -> int:
        """Per cent of what the day may cost, at most 100."""
        most = self.cap.dollars
        return min(100, round(100 * (self.gone + self.held).dollars / most)) if most else 0


@dataclass(frozen=True, slots=True)
class Report:
    """One delegated task."""

    document: Document
    team: Team
    title: str
    asker: str


async def costs(house: House, viewer: Viewer, request: Request) -> Response:
    """By day, purpose and model, beside what a day may cost; and the reports that are theirs to read."""
    bills = await _bills(house, viewer)
    ways = [(title, summed_by(bills, key)) for title, key in WAYS]
    told = {"today": [await _today(house, team) for team in viewer.teams], "ways": ways, "total": summed(bills)}
    reports = await _reports(house, viewer)
    with_model = house.app.model is not None
    return house.page(
        "costs.html", viewer, request, title="Costs", days=DAYS, reports=reports, with_model=with_model, **told
    )


async def _today(house: House, team: Team) -> Today:
    now = house.app.clock.now()
    spending = await house.app.purse.spending(team.id, now.astimezone(team.tz).date(), now)
    return Today(team, spending.gone, spending.held, Money.usd(team.daily_cap_usd))


async def _bills(house: House, viewer: Viewer) -> Sequence[Bill]:
    """Of the viewer's teams; a day is the team's own."""
    now, found = house.app.clock.now(), list[Bill]()
    for team in viewer.teams:
        found += await house.app.purse.bills(now.astimezone(team.tz).date() - timedelta(days=DAYS - 1), team.id)
    return found


async def _reports(house: House, viewer: Viewer) -> Sequence[Report]:
    latest = [each for team in viewer.teams for each in await house.app.documents.latest(MOST, team.id)]
    mine = sorted((each for each in latest if _may_read(viewer, each)), key=lambda each: each.begun, reverse=True)
    return [_report(house, each) for each in mine[:MOST]]


def _report(house: House, kept: Document) -> Report:
    law = house.app.directives
    title = kept.title or kept.trouble or f"{kept.task.value.replace('_', ' ')}: {kept.about}"
    asker = name_of(kept.asker, kept.team, law) if kept.asker is not None else ""
    return Report(kept, law.team(kept.team), title, asker)


def _may_read(viewer: Viewer, kept: Document) -> bool:
    """Whoever asked for it, and whoever runs the team: as with the record of it."""
    mine = kept.asker is not None and kept.asker == viewer.member_of(kept.team)
    return viewer.sees(kept.team) and (mine or kept.team in viewer.runs)


async def document(house: House, viewer: Viewer, request: Request) -> Response:
    """One report as a Markdown file."""
    name = request.path_params["id"]
    kept = await house.app.documents.of(name) if is_id(name) else None
    if kept is None or not _may_read(viewer, kept) or kept.state is not DocumentState.DONE:
        raise Missing
    file = f"report-{''.join(c for c in kept.id if c.isalnum())}.md"
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{file}"'}
    return Response(kept.markdown, media_type="text/markdown; charset=utf-8", headers=headers)
