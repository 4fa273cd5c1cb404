"""In front of every page: where it was asked for, who asks, whether they may, and whether a form is one of ours."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from urllib.parse import parse_qsl, quote

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.app import App
from bot.dashboard import ahead, company, costs, doing, entering, now, running, work
from bot.dashboard.access import Entry, Needs, may_use
from bot.dashboard.house import House, Missing, Sorry
from bot.dashboard.paper import HEADERS, assets, page
from bot.dashboard.place import ROOT
from bot.dashboard.viewer import Viewer, viewer_of
from bot.doors.bodies import read_body
from bot.doors.readiness import Answer
from bot.jobs.presses.acting import may_act
from models.errors import OperatorError, Unwelcome, VendorError
from models.visits import Visit

log = logging.getLogger(__name__)

MOST, FIELDS = 10_000, 20
"""Bytes and fields of a form."""

OLD = "This form is from another sign-in. Go back, reload the page and press again."
NOT_YOURS = "This is for admins of a team."
NOT_HERE = "There is no such page here, or it is not yours to see."
LIVE = "x-pm-live"
"""The header of what page.js asks for by itself."""
FOR_EVER = "public, max-age=31536000, immutable"


async def static(house: House, request: Request) -> Response:
    """Style, script and icon: the same for everybody, kept by browsers under their version."""
    found = assets().get(request.path_params["name"])
    if found is None:
        raise Missing
    return Response(found[0], media_type=found[1], headers={**HEADERS, "Cache-Control": FOR_EVER})


async def nowhere(house: House, request: Request) -> Response:
    """No such page. A slash too many is taken away; Starlette would do so for any host, before ours is asked for."""
    if request.path_params["rest"] == "":
        return RedirectResponse(ROOT, 308, headers=dict(HEADERS))
    raise Missing


ENTRIES: Sequence[Entry] = (
    Entry("GET", "/static/{name}", Needs.NOBODY, static),
    Entry("GET", "/sign-in", Needs.NOBODY, entering.sign_in),
    Entry("GET", "/sign-in/slack", Needs.NOBODY, entering.to_slack),
    Entry("GET", "/sign-in/slack/return", Needs.NOBODY, entering.from_slack),
    Entry("GET", "/link/{secret}", Needs.NOBODY, entering.link),
    Entry("POST", "/link/{secret}", Needs.NOBODY, entering.use_link),
    Entry("POST", "/sign-out", Needs.MEMBER, entering.sign_out),
    Entry("POST", "/sign-out-everywhere", Needs.MEMBER, entering.sign_out_everywhere),
    Entry("GET", "", Needs.MEMBER, now.now),
    Entry("GET", "/promises", Needs.MEMBER, now.promises),
    Entry("GET", "/cycles", Needs.MEMBER, work.cycles),
    Entry("GET", "/cycles/{id}", Needs.MEMBER, work.cycle),
    Entry("GET", "/approvals", Needs.MEMBER, work.approvals),
    Entry("GET", "/signals", Needs.MEMBER, work.signals),
    Entry("GET", "/forecast", Needs.MEMBER, ahead.forecast),
    Entry("GET", "/people", Needs.MEMBER, company.people),
    Entry("GET", "/constitution", Needs.MEMBER, company.constitution),
    Entry("GET", "/sources", Needs.MEMBER, running.sources),
    Entry("GET", "/queue", Needs.MEMBER, running.queue),
    Entry("GET", "/costs", Needs.MEMBER, costs.costs),
    Entry("GET", "/documents/{id}", Needs.MEMBER, costs.document),
    Entry("GET", "/health", Needs.ADMINS, running.health),
    Entry("POST", "/teams/{team}/pause", Needs.ADMIN, doing.pause),
    Entry("POST", "/teams/{team}/resume", Needs.ADMIN, doing.resume),
    Entry("POST", "/dead-letters/{id}/retry", Needs.ADMIN, doing.retry),
    Entry("POST", "/dead-letters/{id}/drop", Needs.ADMIN, doing.drop),
    Entry("GET", "/{rest:path}", Needs.NOBODY, nowhere),
)
"""Every route there is. ``tests/bot/dashboard`` has a table of its own beside it: one that is missing there fails."""


def dashboard_routes(app: App, ready: Callable[[], Awaitable[Sequence[Answer]]]) -> list[Route]:
    """What the server serves; nothing where ``DASHBOARD_URL`` is ``off``. ``ready`` is what ``/ready`` knows."""
    house = House.of(app, ready)
    if house.place.is_off:
        return []
    return [Route(f"{ROOT}{entry.path}", _served(house, entry), methods=[entry.method]) for entry in ENTRIES]


def _served(house: House, entry: Entry) -> Callable[[Request], Awaitable[Response]]:
    async def serve(request: Request) -> Response:
        if not house.place.serves(request):
            return PlainTextResponse("not served at this address (DASHBOARD_URL)", 404, headers=dict(HEADERS))
        try:
            return await _answer(house, entry, request)
        except Sorry as sorry:
            return _told(sorry.status, str(sorry))
        except Unwelcome as no:
            return _told(no.status, str(no))
        except (OperatorError, VendorError) as error:
            log.warning("a page could not be shown: %s", error, extra={"action": "dashboard_failed"})
            return _told(503, f"{error}")
        except Exception:
            log.exception("a page could not be shown", extra={"action": "dashboard_failed"})
            return _told(500, "Something went wrong; the log says what. Nothing was changed.")

    return serve


async def _answer(house: House, entry: Entry, request: Request) -> Response:
    if entry.needs is Needs.NOBODY:
        if entry.writes:
            await _read_form(house, request, house.word_for(house.cookie(request, "door")))
        answer: Response = await entry.handler(house, request)
        return answer
    by_itself = LIVE in request.headers  # a page that reads itself again, with nobody there perhaps
    visit = await house.visits.of(house.cookie(request, "visit"), there=not by_itself)
    viewer = await _viewer(house, visit)
    if viewer is None:
        return _to_the_door(house, entry, request)
    if not may_use(viewer, entry):
        raise Sorry(403, NOT_YOURS)
    if entry.writes:
        await _read_form(house, request, viewer.visit.form)
    answer = await entry.handler(house, viewer, request)
    return await _renewed(house, viewer, request, answer)


async def _viewer(house: House, visit: Visit | None) -> Viewer | None:
    """Who that is now. Whoever left the constitution's teams, or Slack, is signed out everywhere."""
    if visit is None:
        return None
    viewer = viewer_of(visit, house.app.directives)
    if viewer is None or (visit.due and not await _still_one_of_us(house, viewer)):
        await house.visits.leave_everywhere(visit.who, "in no team any more")
        return None
    return viewer


async def _still_one_of_us(house: House, viewer: Viewer) -> bool:
    """Whether Slack still knows them; while it cannot say, they are not sent away."""
    if viewer.visit.slack is None:
        return True
    try:
        return await may_act(house.app, viewer.visit.slack)
    except VendorError:
        return True


def _to_the_door(house: House, entry: Entry, request: Request) -> Response:
    if entry.writes:
        raise Sorry(401, "You are signed out. Nothing was changed: sign in and press again.")
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    wanted = f"?next={quote(path, safe='')}" if path != ROOT else ""
    return RedirectResponse(f"{ROOT}/sign-in{wanted}", 303, headers=dict(HEADERS))


async def _read_form(house: House, request: Request, word: str) -> None:
    """The fields of a form that one of our own pages has sent. Raises ``Sorry`` 403 for any other."""
    body = await read_body(request, limit=MOST)
    try:
        fields: Mapping[str, str] = dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=FIELDS))
    except ValueError:
        raise Sorry(400, "This is no form.") from None
    given = fields.get("form", "").encode("utf-8", "surrogatepass")
    if not word or not hmac.compare_digest(given, word.encode()) or not house.place.is_from_here(request):
        raise Sorry(403, OLD)
    request.state.fields = fields


async def _renewed(house: House, viewer: Viewer, request: Request, answer: Response) -> Response:
    """Now and then the browser gets another cookie; the one before works a moment longer."""
    if viewer.visit.due and (secret := await house.visits.renew(house.cookie(request, "visit"))):
        house.keep_visit(answer, secret)
    return answer


def _told(status: int, words: str) -> Response:
    return page("told.html", status, words=words, title="Not possible" if status < 500 else "Not just now")
