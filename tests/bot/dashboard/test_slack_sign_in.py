"""Sign in with Slack over real HTTP: the simulated Slack asks who somebody is, and every word it says is checked."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from integrations.slack.openid import LONGEST, OpenId
from models.errors import Refused, Unclear
from tests.bot.dashboard.company import SARAH
from tests.world import World, running

pytestmark = pytest.mark.anyio

START = "/dashboard/sign-in/slack"


@asynccontextmanager
async def browser(world: World) -> AsyncIterator[aiohttp.ClientSession]:
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(f"http://127.0.0.1:{world.settings.port}", cookie_jar=jar) as session:
        yield session


async def asked(session: aiohttp.ClientSession, path: str = START) -> str:
    """Where the browser is sent."""
    async with session.get(path, allow_redirects=False) as answer:
        assert answer.status == 303
        return answer.headers["Location"]


async def signed_in(
    session: aiohttp.ClientSession, user: str, path: str = "/dashboard/sign-in/slack"
) -> tuple[int, str]:
    """The whole way; how the last page answers, and where that is."""
    async with session.get(f"{await asked(session, path)}&user={user}") as answer:
        return answer.status, answer.url.path


async def test_people_sign_in_with_slack_and_nobody_else_does(tmp_path: Path) -> None:
    async with running(tmp_path, work=False) as world:
        workspace = world.simulator.workspace
        async with browser(world) as session:
            wanted = "/dashboard/sign-in/slack?next=%2Fdashboard%2Fpeople"
            assert await signed_in(session, SARAH, wanted) == (200, "/dashboard/people")
            async with session.get("/dashboard/people") as page:
                assert "Sarah Okafor" in await page.text()
        known = {member.slack for member in world.team.members}
        stranger = next(u.id for u in workspace.users.values() if u.id not in known and not u.bot)
        async with browser(world) as session:
            assert (await signed_in(session, stranger))[0] == 403, "in no team"
        await _what_is_not_ours(world)


@pytest.mark.parametrize("changed", [{"guest": True}, {"deleted": True}, {"bot": True}])
async def test_a_guest_a_bot_and_whom_slack_has_deactivated_do_not_come_in(
    tmp_path: Path, changed: Mapping[str, bool]
) -> None:
    async with running(tmp_path, work=False) as world:
        users = world.simulator.workspace.users
        users[SARAH] = replace(users[SARAH], **changed)  # type: ignore[arg-type]
        async with browser(world) as session:
            assert (await signed_in(session, SARAH))[0] == 403
            async with session.get("/dashboard", allow_redirects=False) as page:
                assert page.status == 303


async def test_an_answer_that_comes_in_pieces_is_read_to_its_end_and_no_further_than_it_may() -> None:
    claims = {"iss": "https://slack.com", "aud": "1", "nonce": "n", "iat": 0, "exp": 60}
    claims |= {"https://slack.com/user_id": SARAH, "https://slack.com/team_id": "T1"}
    token = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode()
    said = json.dumps({"ok": True, "id_token": f"x.{token}.x"}).encode()
    for body, fits in ((said, True), (said + b" " * LONGEST, False)):
        async with answering(body[:100], body[100:]) as url:
            openid = OpenId(client="1", secret="2", api_url=url)
            who = openid.who("code", back="x", nonce="n", now=datetime.fromtimestamp(30, UTC))
            if fits:
                assert (await who).user == SARAH
            else:
                with pytest.raises(Unclear):
                    await who


@asynccontextmanager
async def answering(*pieces: bytes) -> AsyncIterator[str]:
    """A server that sends its answer piece by piece; its address."""

    async def answer(request: web.Request) -> web.StreamResponse:
        out = web.StreamResponse()
        await out.prepare(request)
        for piece in pieces:
            await out.write(piece)
            await asyncio.sleep(0.02)
        return out

    app = web.Application()
    app.router.add_post("/api/openid.connect.token", answer)
    async with TestServer(app) as server:
        yield str(server.make_url("/api/"))


async def test_every_word_of_the_id_token_counts(tmp_path: Path) -> None:
    async with running(tmp_path, work=False) as world:
        await _what_does_not_fit(world)


async def _what_does_not_fit(world: World) -> None:
    said: tuple[Mapping[str, Any], ...] = (
        {"iss": "https://evil.example"},
        {"aud": "another app"},
        {"nonce": "another sign-in"},
        {"exp": 1},
        {"exp": "soon"},
        {"iat": 9_999_999_999},
        {"https://slack.com/team_id": "TOTHER"},
        {"https://slack.com/user_id": ""},
    )
    for claims in said:
        world.simulator.slack_openid.claims = dict(claims)
        async with browser(world) as session:
            assert (await signed_in(session, SARAH))[0] == 403, claims
            async with session.get("/dashboard", allow_redirects=False) as page:
                assert page.status == 303
    world.simulator.slack_openid.claims = {}


async def _what_is_not_ours(world: World) -> None:
    """A code in another browser, a second time, or with another state; and a no."""
    back = "/dashboard/sign-in/slack/return"
    async with browser(world) as mine, browser(world) as theirs:
        async with mine.get(f"{await asked(mine)}&user={SARAH}", allow_redirects=False) as answer:
            there = urlsplit(answer.headers["Location"])
        given = parse_qs(there.query)
        for session, query, status in (
            (theirs, there.query, 400),
            (mine, f"code={given['code'][0]}&state=guess", 400),
            (mine, f"state={given['state'][0]}&error=access_denied", 403),
            (mine, there.query, 200),
            (theirs, there.query, 400),
        ):
            async with session.get(f"{back}?{query}") as page:
                assert page.status == status
    assert not world.simulator.slack_openid.codes


async def test_over_an_open_line_nobody_is_signed_in() -> None:
    openid = OpenId(client="1", secret="2", api_url="http://slack.example/api/")
    assert not openid.is_safe and OpenId(client="1", secret="2").is_safe
    with pytest.raises(Refused, match="not https"):
        await openid.who("code", back="x", nonce="n", now=None)  # type: ignore[arg-type]


def test_people_are_sent_to_slack_itself_with_what_it_asks_for() -> None:
    there = urlsplit(OpenId(client="1.2", secret="s").address(back="https://x/r", state="S", nonce="N", workspace="T1"))
    assert (there.scheme, there.netloc, there.path) == ("https", "slack.com", "/openid/connect/authorize")
    said = {name: values[0] for name, values in parse_qs(there.query).items()}
    assert said == {
        "response_type": "code",
        "scope": "openid",
        "client_id": "1.2",
        "redirect_uri": "https://x/r",
        "state": "S",
        "nonce": "N",
        "team": "T1",
    }
