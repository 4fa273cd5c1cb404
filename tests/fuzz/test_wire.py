"""The server as it is deployed, under thousands of hostile requests: no 5xx, nobody kept waiting, no memory lost."""

from __future__ import annotations

import contextlib
import random
import socket
import time
from collections.abc import Iterator

import pytest
from hypothesis import strategies as st

from tests.bot.knocking import SECRETS, hub
from tests.fuzz.bodies import BOMBS, LARGE, RAW
from tests.fuzz.house import Knock
from tests.fuzz.knocks import ROUTES, SIGNED, nearly_signed, signed, unsigned
from tests.fuzz.sizes import SEED, WIRE, fuzz
from tests.fuzz.test_signed import deliveries, from_slack
from tests.fuzz.test_unsigned import ASKS_AROUND
from tests.fuzz.wire import Wire, heard, wired

pytestmark = pytest.mark.faults

MOST_GROWTH = 20.0
"""MB the serving process may grow by under all of it."""

SLOW = 200
"""Clients that send a byte and wait."""

HOST = b"Host: 127.0.0.1\r\n"


@pytest.fixture(scope="module")
def wire(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    with wired(tmp_path_factory.mktemp("wire")) as opened:
        yield opened


LIES = {
    "a length too long": b"POST /webhooks/jira HTTP/1.1\r\n"
    + HOST
    + b"Content-Length: 50\r\nConnection: close\r\n\r\n{}",
    "a length too short": b"POST /webhooks/jira HTTP/1.1\r\n"
    + HOST
    + b'Content-Length: 1\r\nConnection: close\r\n\r\n{"a": 1}',
    "two lengths": b"POST /webhooks/jira HTTP/1.1\r\n" + HOST + b"Content-Length: 2\r\nContent-Length: 7\r\n\r\n{}",
    "a length below nothing": b"POST /webhooks/jira HTTP/1.1\r\n" + HOST + b"Content-Length: -2\r\n\r\n{}",
    "a length in words": b"POST /webhooks/jira HTTP/1.1\r\n" + HOST + b"Content-Length: ten\r\n\r\n{}",
    "a length of 400 digits": b"POST /webhooks/jira HTTP/1.1\r\n"
    + HOST
    + b"Content-Length: "
    + b"9" * 400
    + b"\r\n\r\n{}",
    "a length and chunks": b"POST /webhooks/jira HTTP/1.1\r\n"
    + HOST
    + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a chunk that is shorter": b"POST /webhooks/jira HTTP/1.1\r\n"
    + HOST
    + b"Transfer-Encoding: chunked\r\n\r\nff\r\n{}\r\n0\r\n\r\n",
    "a chunk of no size": b"POST /webhooks/jira HTTP/1.1\r\n"
    + HOST
    + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    "a chunk of all sizes": b"POST /webhooks/jira HTTP/1.1\r\n"
    + HOST
    + b"Transfer-Encoding: chunked\r\n\r\n"
    + b"f" * 40
    + b"\r\n{}\r\n0\r\n\r\n",
    "a chunk below nothing": b"POST /webhooks/jira HTTP/1.1\r\n"
    + HOST
    + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n{}\r\n0\r\n\r\n",
    "chunks twice": b"POST /webhooks/jira HTTP/1.1\r\n"
    + HOST
    + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
    "a header without a name": b"GET /health HTTP/1.1\r\n" + HOST + b": x\r\n\r\n",
    "a header over two lines": b"GET /health HTTP/1.1\r\n" + HOST + b"X-A: b\r\n c\r\n\r\n",
    "a header with a null": b"GET /health HTTP/1.1\r\n" + HOST + b"X-A: b\x00c\r\n\r\n",
    "a header of 200 KB": b"GET /health HTTP/1.1\r\n" + HOST + b"X-A: " + b"b" * 200_000 + b"\r\n\r\n",
    "10,000 headers": b"GET /health HTTP/1.1\r\n"
    + HOST
    + b"".join(b"X-%d: y\r\n" % n for n in range(10_000))
    + b"\r\n",
    "an address of 200 KB": b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    "no version": b"GET /health\r\n\r\n",
    "a version of the future": b"GET /health HTTP/9.9\r\n" + HOST + b"\r\n",
    "line ends of one kind": b"GET /health HTTP/1.1\n" + HOST.replace(b"\r", b"") + b"\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 500,
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00" * 30,
    "a web socket": b"GET /health HTTP/1.1\r\n"
    + HOST
    + b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x\r\n\r\n",
    "an absolute address": b"GET http://169.254.169.254/latest HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n",
    "a tunnel": b"CONNECT 169.254.169.254:80 HTTP/1.1\r\n" + HOST + b"\r\n",
    "nothing": b"",
    "noise": bytes(range(256)) * 20,
}
"""By what they are: requests whose form is the attack."""

NOT_BUILT = 501
"""What a server answers to a transfer coding it has never heard of: its word on the request, not a failure."""


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_about_its_own_form_is_refused_and_nothing_comes_of_it(wire: Wire, lie: str) -> None:
    before = dict(wire.rows.all())
    with contextlib.closing(wire.connect()) as link:
        with contextlib.suppress(OSError):
            link.sendall(LIES[lie])
            link.shutdown(socket.SHUT_WR)
        answer = heard(link)
    assert answer is None or answer.status < 500 or answer.status == NOT_BUILT, answer
    assert wire.rows.all() == before and wire.is_well()


KNOCKS = st.one_of(
    st.sampled_from(sorted(ROUTES)).flatmap(unsigned),
    st.sampled_from(SIGNED).flatmap(lambda path: RAW.flatmap(lambda body: nearly_signed(path, body))),
    st.sampled_from(SIGNED).flatmap(lambda path: RAW.flatmap(lambda body: signed(path, body))),
    st.sampled_from(SIGNED[:2]).flatmap(deliveries),
    from_slack(),
)


def whole(wire: Wire, knock: Knock) -> None:
    """No 5xx but where a vendor who is not there was asked for."""
    asks, answer = knock.path.startswith(ASKS_AROUND), wire.ask(knock)
    assert answer is None or answer.status < 500 or (asks and answer.status == 503), answer


@fuzz(WIRE, fixed=True, knock=KNOCKS)
def _flood(wire: Wire, knock: Knock) -> None:
    whole(wire, knock)


def test_thousands_of_hostile_requests_are_answered_and_no_memory_is_lost(wire: Wire) -> None:
    chance = random.Random(int(SEED or 0))
    bombs = [
        Knock("POST", path.encode(), ((b"host", b"127.0.0.1"),), (body,)) for path in SIGNED for body in BOMBS.values()
    ]
    for _ in range(3):  # what is loaded when it is first needed is no growth
        for bomb in bombs:
            whole(wire, bomb)
    worker, before = wire.worker(), wire.resident()
    began = time.monotonic()
    _flood(wire)
    for bomb in chance.sample(bombs * 5, len(bombs)):
        whole(wire, bomb)
    grown, count = wire.resident() - before, WIRE + len(bombs)
    print(f"\n{count} requests in {time.monotonic() - began:.0f} s; {before:.0f} MB before, {grown:+.1f} MB after")
    assert wire.worker() == worker and wire.is_well()
    assert grown < MOST_GROWTH
    assert "Traceback" not in wire.log.read_text()


def test_bodies_as_large_as_they_may_be_and_larger_leave_no_memory_behind(wire: Wire) -> None:
    largest = b'{"x": "' + b"a" * (LARGE - 120_000) + b'"}'
    sends = [(largest, 202), (largest + b" " * 200_000, 413)]

    def send(number: int) -> None:
        for body, wanted in sends:
            signature = hub(body, SECRETS["jira"]).encode()
            named = ((b"x-atlassian-webhook-identifier", b"large"), (b"x-hub-signature", signature))
            answer = wire.ask(Knock("POST", b"/webhooks/jira", ((b"host", b"127.0.0.1"), *named), (body,)))
            assert answer is None or answer.status == wanted, (number, answer)

    for number in range(40):
        send(number)
    before = wire.resident()
    for number in range(200):
        send(number)
    assert wire.resident() - before < MOST_GROWTH


def test_slow_clients_keep_nobody_waiting(wire: Wire) -> None:
    begun = b"POST /webhooks/jira HTTP/1.1\r\n" + HOST + b"Content-Length: 500\r\n\r\n{"
    with contextlib.ExitStack() as stack:
        slow = [stack.enter_context(contextlib.closing(wire.connect())) for _ in range(SLOW)]
        for number, link in enumerate(slow):
            link.sendall(begun if number % 2 else begun[:30])
        took = []
        for turn in range(20):
            for link in slow[turn::20]:
                link.sendall(b" ")
            began = time.monotonic()
            assert wire.is_well()
            took.append(time.monotonic() - began)
        assert sorted(took)[10] < 0.5, took
    assert wire.is_well()
