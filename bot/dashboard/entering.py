"""Coming in and going out: by a link that was made on the host, or by Slack's word on who somebody is."""

from __future__ import annotations

import contextlib
import hmac
import logging
from collections.abc import AsyncIterator
from urllib.parse import quote, unquote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.dashboard.house import House, Sorry
from bot.dashboard.paper import HEADERS, page
from bot.dashboard.place import ROOT, address_of
from bot.dashboard.viewer import Viewer
from bot.jobs.presses.acting import may_act, memberships
from integrations.slack.openid import Known
from models.errors import Refused
from models.ids import named, unguessable

log = logging.getLogger(__name__)

RETURN = f"{ROOT}/sign-in/slack/return"
TOO_OFTEN = "Too many tries to sign in. Wait a minute and try again."
USED = "This link was used already, or is older than ten minutes. Make another: pm dashboard link"
STRANGER = "You are in no team of this agent’s constitution. Ask an admin to add you to directives.yaml."


async def sign_in(house: House, request: Request) -> Response:
    """How to get in."""
    wanted = _own_path(request.query_params.get("next", ""))
    return page("sign_in.html", 200, slack=house.with_slack, wanted=quote(wanted, safe=""), title="Sign in")


# --- a link from the host ---------------------------------------------------------------------------------------


async def link(house: House, request: Request) -> Response:
    """A button, and no more: whatever fetches links on its own must not use one up.

    A good link is never refused: nobody can guess one, so failures of others must not keep its owner out.
    """
    works = await house.visits.link_works(request.path_params["secret"])
    if not works:
        _require_patience(house, request)
        house.attempts.failed(_address(house, request))
    door = unguessable()
    form, path = house.word_for(door), request.url.path
    answer = page("link.html", 200 if works else 410, works=works, form=form, path=path, title="Sign in")
    house.keep(answer, "door", door)
    return answer


async def use_link(house: House, request: Request) -> Response:
    """Sign the host in, once; as above, a good link is never refused."""
    secret = await house.visits.enter_by_link(request.path_params["secret"], house.cookie(request, "visit"))
    if secret is None:
        _require_patience(house, request)
        house.attempts.failed(_address(house, request))
        raise Sorry(410, USED)
    return _welcome(house, secret, ROOT)


# --- Slack ------------------------------------------------------------------------------------------------------


async def to_slack(house: House, request: Request) -> Response:
    """To Slack, which asks who they are. What comes back must carry what only this browser was given."""
    if not house.with_slack:
        raise Sorry(404, "Signing in with Slack is not set up: see docs/dashboard.md, or use pm dashboard link")
    assert house.app.slack is not None
    door, workspace = unguessable(), await house.app.slack.workspace()
    back = house.place.base(request) + RETURN
    there = house.openid.address(back=back, state=_state(door), nonce=_nonce(door), workspace=workspace)
    answer = RedirectResponse(there, 303, headers=dict(HEADERS))
    house.keep(answer, "door", door)
    house.keep(answer, "next", quote(_own_path(request.query_params.get("next", "")), safe=""))
    return answer


async def from_slack(house: House, request: Request) -> Response:
    """Back from Slack, with a code or without."""
    async with _counted(house, request):
        return await _from_slack(house, request)


async def _from_slack(house: House, request: Request) -> Response:
    door, given = house.cookie(request, "door"), request.query_params.get("state", "")
    if not door or not hmac.compare_digest(given.encode("utf-8", "surrogatepass"), _state(door).encode()):
        raise Sorry(400, "This sign-in was begun in another browser, or too long ago. Begin again.")
    code = request.query_params.get("code", "")
    if not code:
        raise Sorry(403, "Slack was told not to say who you are.")
    try:
        back = house.place.base(request) + RETURN
        known = await house.openid.who(code, back=back, nonce=_nonce(door), now=house.app.clock.real())
        await _require_one_of_us(house, known)
    except Refused as refused:
        log.warning("nobody was signed in: %s", refused, extra={"action": "sign_in_refused"})
        raise Sorry(403, f"{refused}. Begin again.") from None
    wanted = _own_path(unquote(house.cookie(request, "next")))
    secret = await house.visits.enter(known.user, house.cookie(request, "visit"))
    return _welcome(house, secret, wanted or ROOT)


async def _require_one_of_us(house: House, known: Known) -> None:
    """Of our own workspace, in a team, and no guest or bot. Raises ``Sorry`` 403."""
    slack = house.app.slack
    ours = slack is not None and known.workspace == await slack.workspace()
    if ours and memberships(house.app.directives, known.user) and await may_act(house.app, known.user):
        return
    await house.visits.refused(known.user, "in no team" if ours else "another workspace")
    raise Sorry(403, STRANGER)


def _state(door: str) -> str:
    return named("state", door)


def _nonce(door: str) -> str:
    return named("nonce", door)


# --- out --------------------------------------------------------------------------------------------------------


async def sign_out(house: House, viewer: Viewer, request: Request) -> Response:
    """This browser."""
    await house.visits.leave(viewer.visit)
    return _goodbye(house)


async def sign_out_everywhere(house: House, viewer: Viewer, request: Request) -> Response:
    """Every browser of theirs; of the host, whoever came by a link."""
    await house.visits.leave_everywhere(viewer.visit.who)
    return _goodbye(house)


def _welcome(house: House, secret: str, path: str) -> Response:
    answer = RedirectResponse(path, 303, headers=dict(HEADERS))
    house.keep_visit(answer, secret)
    house.drop(answer, "door", "next")
    return answer


def _goodbye(house: House) -> Response:
    answer = RedirectResponse(f"{ROOT}/sign-in", 303, headers=dict(HEADERS))
    house.drop(answer, "visit")
    return answer


def _own_path(wanted: str) -> str:
    """A page of ours to go to afterwards; empty for anything else an address may say."""
    plain = wanted.isascii() and wanted.isprintable() and "\\" not in wanted and "//" not in wanted
    return wanted if plain and (wanted == ROOT or wanted.startswith((f"{ROOT}/", f"{ROOT}?"))) else ""


@contextlib.asynccontextmanager
async def _counted(house: House, request: Request) -> AsyncIterator[None]:
    """Nothing is tried from where too much has failed, and what fails is counted. Raises ``Sorry`` 429."""
    _require_patience(house, request)
    try:
        yield
    except Sorry:
        house.attempts.failed(_address(house, request))
        raise


def _require_patience(house: House, request: Request) -> None:
    """Raises ``Sorry`` 429 where too much has failed."""
    if not house.attempts.allows(_address(house, request)):
        raise Sorry(429, TOO_OFTEN)


def _address(house: House, request: Request) -> str:
    return address_of(request, house.proxies)
