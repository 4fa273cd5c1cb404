"""What can be done here: pause and resume as Slack's buttons do, dead letters as ``pm dead-letters`` does."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.dashboard.house import House, Missing, Sorry
from bot.dashboard.paper import HEADERS
from bot.dashboard.place import ROOT
from bot.dashboard.viewer import Viewer
from bot.jobs.presses.acting import may_act
from bot.jobs.presses.pausing import NOT_AN_ADMIN, set_pause
from models.mailbox import DeadLetter


async def pause(house: House, viewer: Viewer, request: Request) -> Response:
    """Nothing unasked leaves for that team until somebody resumes."""
    return await _switch(house, viewer, request, pause=True)


async def resume(house: House, viewer: Viewer, request: Request) -> Response:
    """That team goes on, and is looked at once more."""
    return await _switch(house, viewer, request, pause=False)


async def _switch(house: House, viewer: Viewer, request: Request, *, pause: bool) -> Response:
    team = next((team for team in viewer.teams if team.id == request.path_params["team"]), None)
    if team is None:
        raise Missing
    await _require(house, viewer, team.id, "pause_refused")
    await set_pause(house.app, team, viewer.person, pause=pause)
    return _back("")


async def retry(house: House, viewer: Viewer, request: Request) -> Response:
    """A fresh start for a job that was given up."""
    letter = await _letter(house, viewer, request)
    if not await house.app.mailbox.replay(letter.id, viewer.person):
        raise Missing
    return _back("/queue")


async def drop(house: House, viewer: Viewer, request: Request) -> Response:
    """A job that was given up is forgotten for good."""
    letter = await _letter(house, viewer, request)
    if not await house.app.mailbox.drop(letter.id, viewer.person):
        raise Missing
    return _back("/queue")


async def _letter(house: House, viewer: Viewer, request: Request) -> DeadLetter:
    """The one of that id. Another team's is the same as none."""
    wanted = request.path_params["id"]
    letter = next((each for each in await house.app.mailbox.dead_letters() if str(each.id) == wanted), None)
    if letter is None or not (viewer.sees(letter.team) or viewer.may_act_for(letter.team)):
        raise Missing
    await _require(house, viewer, letter.team, "dead_letter_refused")
    return letter


async def _require(house: House, viewer: Viewer, team: str, refused: str) -> None:
    """An admin of that team whom Slack knows at this moment. Raises ``Sorry`` 403, and writes down who tried."""
    user = viewer.visit.slack
    if viewer.may_act_for(team) and (user is None or await may_act(house.app, user)):
        return
    await house.app.ledger.audit(viewer.teams[0].id, viewer.person, refused, team)
    raise Sorry(403, NOT_AN_ADMIN)


def _back(path: str) -> Response:
    return RedirectResponse(f"{ROOT}{path}", 303, headers=dict(HEADERS))
