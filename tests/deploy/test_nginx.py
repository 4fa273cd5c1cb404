"""nginx as deploy/ configures it, before a door that only remembers: what passes, what does not, what is written."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from tests.deploy.front import DEPLOY, HOST, Front, script, serving, written

pytestmark = pytest.mark.anyio

PUBLIC = {"/slack/events": "POST", "/webhooks/jira": "POST", "/webhooks/bitbucket": "POST", "/health": "GET"}
HIDDEN = ["/", "/ready", "/metrics", "/api/status", "/dashboard", "/dashboard/people", "/webhooks", "/health/x"]
TRICKS = ["/webhooks/jira/", "/webhooks/jira/../../metrics", "/webhooks/%2e%2e/metrics", "//metrics", "/Metrics"]


@dataclass
class Door:
    """The agent's place: it takes everything down, and hangs up on who asks for that."""

    port: int = 0
    seen: list[web.Request] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        self.seen.append(request)
        self.bodies.append(await request.read())
        if request.headers.get("X-Test") == "hang up":
            assert request.transport is not None
            request.transport.abort()
        status = 503 if request.headers.get("X-Test") == "not now" else 202
        return web.json_response({"path": request.path}, status=status)


@pytest.fixture(scope="module")
async def door() -> AsyncIterator[Door]:
    door = Door()
    app = web.Application(client_max_size=1 << 21)
    app.router.add_route("*", "/{path:.*}", door.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    door.port = runner.addresses[0][1]
    yield door
    await runner.cleanup()


@pytest.fixture(scope="module")
async def front(door: Door, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Front]:
    async with serving(written(tmp_path_factory.mktemp("front"), door.port)) as front:
        yield front


@pytest.fixture
async def client(front: Front) -> AsyncIterator[aiohttp.ClientSession]:
    async with front.session() as session:
        yield session


def test_nginx_itself_finds_the_configuration_right(tmp_path: Path) -> None:
    tested = written(tmp_path, 8080).nginx("-t")
    assert tested.returncode == 0 and "warn" not in tested.stderr, tested.stderr


def test_what_is_no_name_or_path_is_not_written_into_it(tmp_path: Path) -> None:
    for wrong in ({"PM_HOST": "a b"}, {"PM_HOST": "x;}"}, {"PM_HOST": HOST, "PM_TLS": "/a; include /etc/shadow"}):
        assert script("nginx/render.sh", **wrong).returncode == 2
    assert "PM_HOST" in script("nginx/render.sh", PM_HOST="").stderr


async def test_the_public_routes_pass_by_their_method_alone(front: Front, client: aiohttp.ClientSession) -> None:
    for path, method in PUBLIC.items():
        async with client.request(method, f"{front.url}{path}") as answer:
            assert (answer.status, (await answer.json())["path"]) == (202, path)
        other = {"POST": "GET", "GET": "POST"}[method]
        async with client.request(other, f"{front.url}{path}") as answer:
            assert answer.status == 405, (other, path)


async def test_nothing_else_is_there(front: Front, door: Door) -> None:
    before = len(door.seen)
    for path in [*HIDDEN, *TRICKS]:
        assert (await raw(front, path)).split(b" ")[1] in {b"404", b"405", b"400"}, path
    assert len(door.seen) == before


async def raw(front: Front, path: str, host: str = HOST) -> bytes:
    """The path exactly as written, which a client library would tidy up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", front.https, ssl=front.trust, server_hostname=HOST)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
    said = await reader.read()
    writer.close()
    return said


async def test_a_large_body_is_refused_and_one_below_passes_whole(
    front: Front, client: aiohttp.ClientSession, door: Door
) -> None:
    before = len(door.seen)
    async with client.post(f"{front.url}/webhooks/jira", data=b"x" * 1_000_001) as answer:
        assert answer.status == 413
    assert len(door.seen) == before
    body = bytes(range(256)) * 3_900
    async with client.post(f"{front.url}/webhooks/bitbucket", data=body) as answer:
        assert answer.status == 202 and door.bodies[-1] == body


async def test_signatures_and_odd_bodies_pass_untouched(
    front: Front, client: aiohttp.ClientSession, door: Door
) -> None:
    given = {"X-Hub-Signature": "sha256=ab", "X-Slack-Signature": "v0=cd", "X-Slack-Request-Timestamp": "17"}
    async with client.post(f"{front.url}/slack/events", data=b"\x00\xff {\r\n", headers=given) as answer:
        assert answer.status == 202
    assert door.bodies[-1] == b"\x00\xff {\r\n"
    assert {name: door.seen[-1].headers[name] for name in given} == given


async def test_what_a_client_says_of_its_address_is_not_passed_on(
    front: Front, client: aiohttp.ClientSession, door: Door
) -> None:
    lies = {"X-Forwarded-For": "6.6.6.6", "Forwarded": "for=6.6.6.6", "X-Real-IP": "6.6.6.6", "X-Forwarded-Host": "e"}
    async with client.get(f"{front.url}/health", headers={**lies, "X-Forwarded-Proto": "http"}) as answer:
        assert answer.status == 202
    told = door.seen[-1].headers
    assert (told["X-Forwarded-For"], told["X-Forwarded-Proto"], told["X-Forwarded-Host"]) == (
        "127.0.0.1",
        "https",
        HOST,
    )
    assert "6.6.6.6" not in str(told)


async def test_when_the_agent_hangs_up_a_delivery_is_handed_on_once_more_and_not_a_third_time(
    front: Front, client: aiohttp.ClientSession, door: Door
) -> None:
    before = len(door.seen)
    async with client.post(f"{front.url}/webhooks/jira", data=b"{}", headers={"X-Test": "hang up"}) as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
    assert len(door.seen) == before + 2


async def test_what_the_agent_refuses_is_not_handed_on_again(
    front: Front, client: aiohttp.ClientSession, door: Door
) -> None:
    before = len(door.seen)
    async with client.post(f"{front.url}/webhooks/jira", data=b"{}", headers={"X-Test": "not now"}) as answer:
        assert (answer.status, await answer.json()) == (503, {"path": "/webhooks/jira"})
    assert len(door.seen) == before + 1


async def test_http_leads_to_https_and_serves_certbots_answers(front: Front) -> None:
    where = front.folder / "webroot" / ".well-known" / "acme-challenge"
    where.mkdir(parents=True)
    (where / "word").write_text("answer")
    at = f"http://127.0.0.1:{front.http}"
    async with aiohttp.ClientSession(headers={"Host": HOST}) as session:
        async with session.get(f"{at}/.well-known/acme-challenge/word") as answer:
            assert (answer.status, await answer.text()) == (200, "answer")
        async with session.post(f"{at}/webhooks/jira?a=b", data=b"{}", allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (308, f"https://{HOST}/webhooks/jira?a=b")


async def test_who_does_not_know_the_name_gets_no_answer(front: Front) -> None:
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.ClientError):
            await session.get(f"http://127.0.0.1:{front.http}/health")
    anybody = ssl.create_default_context()
    anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
    with pytest.raises(ssl.SSLError):
        await asyncio.open_connection("127.0.0.1", front.https, ssl=anybody, server_hostname="other.test")


async def test_who_asks_for_another_name_over_the_right_one_gets_no_answer(front: Front) -> None:
    with pytest.raises(ConnectionError):
        await raw(front, "/", host="other.test")


async def test_the_agent_is_asked_for_the_public_name_whatever_path_led_to_it(front: Front, door: Door) -> None:
    assert b" 202 " in await raw(front, "/dashboard/../health")
    assert door.seen[-1].raw_path == "/health"


async def test_large_bodies_do_not_wait_in_the_folder_that_everybody_needs(tmp_path: Path) -> None:
    places = {"PM_RUN": str(tmp_path / "run"), "PM_TEMP": str(tmp_path / "bodies")}
    written(tmp_path, 8080, **places)
    kept = [line for line in (tmp_path / "nginx.conf").read_text().splitlines() if "_temp_path" in line]
    assert len(kept) == 5 and all(places["PM_TEMP"] in line for line in kept)
    assert "${PM_TEMP:=/var/lib/nginx}" in (DEPLOY / "nginx/render.sh").read_text()


def spoken(front: Front, version: str) -> bool:
    words = ["openssl", "s_client", "-connect", f"127.0.0.1:{front.https}", "-servername", HOST, version, "-brief"]
    return subprocess.run(words, input=b"", capture_output=True, timeout=10).returncode == 0


async def test_only_todays_tls_is_spoken(front: Front) -> None:
    spoke = {v: await asyncio.to_thread(spoken, front, v) for v in ("-tls1_1", "-tls1_2", "-tls1_3")}
    assert spoke == {"-tls1_1": False, "-tls1_2": True, "-tls1_3": True}


async def test_the_log_has_no_query_no_token_and_no_body(front: Front, client: aiohttp.ClientSession) -> None:
    for path in ("/health?code=S3CRET", "/dashboard/enter/S3CRET", "/slack/events?x=S3CRET"):
        async with client.post(f"{front.url}{path}", data=b"S3CRET", headers={"Referer": "S3CRET"}):
            pass
    await asyncio.sleep(0.05)
    assert '"route":"/dashboard/enter"' in front.access_log and "S3CRET" not in front.access_log


async def test_every_answer_asks_browsers_for_https(front: Front, client: aiohttp.ClientSession) -> None:
    for path in ("/health", "/nothing"):
        async with client.get(f"{front.url}{path}") as answer:
            assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
            assert "nginx/" not in answer.headers["Server"]


async def test_a_burst_from_one_address_is_slowed_and_not_refused(front: Front, client: aiohttp.ClientSession) -> None:
    async def one() -> int:
        async with client.post(f"{front.url}/webhooks/jira", data=b"{}") as answer:
            return answer.status

    assert set(await asyncio.gather(*(one() for _ in range(300)))) == {202}


async def test_too_many_at_once_from_one_address_are_refused_with_a_503(front: Front) -> None:
    """Only theirs: another address is served meanwhile."""
    words = f"POST /webhooks/jira HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 9\r\n\r\n".encode()
    async with contextlib.AsyncExitStack() as stack:
        held = [await opened(front, stack, words) for _ in range(101)]
        done, _ = await asyncio.wait([asyncio.create_task(r.read(12)) for r in held], timeout=1)
        assert [task.result() for task in done] == [b"HTTP/1.1 503"]
        async with front.session() as session, session.get(f"{front.url}/health") as answer:
            assert answer.status == 202


async def opened(front: Front, stack: contextlib.AsyncExitStack, words: bytes) -> asyncio.StreamReader:
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", front.https, ssl=front.trust, server_hostname=HOST, local_addr=("127.0.0.3", 0)
    )
    stack.callback(writer.close)
    writer.write(words)
    return reader
