"""A call over the wire ends at its deadline, whatever the vendor does, and reads no more than it can hold."""

from __future__ import annotations

import contextlib
import gzip
import socket
import threading
from collections.abc import Callable, Iterator

import pytest
import requests

from integrations.rest import MAX_REPLY, meaning
from integrations.rest.calls import CURRENT, Call
from integrations.rest.wire import TooLarge, session
from models.clock import SystemClock
from models.errors import NotDone, Unclear

Script = Callable[[socket.socket], None]
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
SECONDS = 0.3
CLOCK, PAUSE = SystemClock(), threading.Event()


@contextlib.contextmanager
def vendor(*scripts: Script) -> Iterator[str]:
    """Answers the first request by the first script, and so on, each on its connection."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        todo = list(scripts)

        def serve() -> None:
            with contextlib.suppress(OSError):
                while todo:
                    talk(door.accept()[0])

        def talk(sock: socket.socket) -> None:
            with contextlib.suppress(OSError), sock:
                while todo and b"\r\n\r\n" in sock.recv(65536):
                    todo.pop(0)(sock)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{door.getsockname()[1]}/"


def dripping(answer: bytes) -> Script:
    def script(sock: socket.socket) -> None:
        for byte in answer:
            sock.sendall(bytes([byte]))
            PAUSE.wait(0.03)

    return script


@pytest.fixture
def call() -> Iterator[Call]:
    made = Call(SECONDS)
    token = CURRENT.set(made)
    yield made
    CURRENT.reset(token)


@pytest.mark.parametrize(
    "answer",
    [OK, OK.split(b"Content-Length")[0] + b"Content-Length: 4000\r\n\r\n" + b"[" * 4000, b"HTTP/1.1 200 OK\r\n" * 500],
    ids=["head", "body", "endless head"],
)
def test_a_byte_now_and_then_does_not_hold_the_thread(call: Call, answer: bytes) -> None:
    with vendor(dripping(answer)) as url:
        begin = CLOCK.monotonic()
        with pytest.raises(requests.RequestException) as failure:
            session().get(url)
        assert CLOCK.monotonic() - begin < SECONDS + 0.5
    told = meaning("read", failure.value, sent=call.sent)
    assert isinstance(told, Unclear)
    assert str(told) == "read: no complete answer in time"


def test_more_than_can_be_held_is_not_read() -> None:
    taken: list[int] = []

    def script(sock: socket.socket) -> None:
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 200000000\r\n\r\n")
        with contextlib.suppress(OSError):
            for _ in range(3000):
                taken.append(sock.send(b"x" * 65536))

    with vendor(script) as url, pytest.raises(TooLarge):
        session().get(url)
    assert MAX_REPLY <= sum(taken) < 2 * MAX_REPLY


def test_a_packed_answer_is_measured_unpacked() -> None:
    packed = gzip.compress(b"0" * (3 * MAX_REPLY))
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n".encode()
    with vendor(lambda sock: sock.sendall(head + packed)) as url, pytest.raises(TooLarge):
        session().get(url)


def test_an_answer_given_twice_is_not_taken_for_the_next(call: Call) -> None:
    first, second = OK.replace(b"{}", b"[]"), OK.replace(b"{}", b"{}")
    with vendor(lambda s: s.sendall(first + first), lambda s: s.sendall(second)) as url:
        web = session()
        assert (web.get(url).json(), web.get(url).json()) == ([], {})


def test_a_connection_that_is_kept_serves_the_next_call(call: Call) -> None:
    with vendor(lambda s: s.sendall(OK), lambda s: s.sendall(OK)) as url:
        web = session()
        web.get(url)
        CURRENT.set(Call(SECONDS))
        assert web.get(url).json() == {}


def test_the_proxy_of_the_environment_is_used_for_every_host_but_those_it_leaves_out(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_proxy, direct = OK.replace(b"{}", b"[]"), OK
    with vendor(*[lambda s: s.sendall(by_proxy)] * 2) as proxy, vendor(*[lambda s: s.sendall(direct)] * 2) as url:
        monkeypatch.setenv("http_proxy", proxy)
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        web = session()
        said = [web.get(each).json() for each in ("http://vendor.invalid/", url) * 2]
    assert said == [[], {}] * 2


def test_a_call_without_time_left_sends_nothing(call: Call) -> None:
    asked: list[bytes] = []

    def script(sock: socket.socket) -> None:
        asked.append(b"asked")
        sock.sendall(OK)

    with vendor(script) as url:
        PAUSE.wait(SECONDS)
        with pytest.raises((requests.RequestException, TimeoutError)) as failure:
            session().post(url, json={})
    assert asked == []
    assert isinstance(meaning("comment", failure.value, sent=call.sent), NotDone)


@pytest.mark.parametrize(
    ("url", "obstacle"),
    [
        ("http://no-such-host.invalid/", "its name is not known (DNS)"),
        ("http://" + "x" * 64 + ".example/", "its name is not known (DNS)"),
        ("http://127.0.0.1:1/", "the connection was refused"),
    ],
)
def test_an_address_nobody_answers_at_is_told_with_its_obstacle(call: Call, url: str, obstacle: str) -> None:
    with pytest.raises((requests.RequestException, TimeoutError)) as failure:
        session().post(url, json={})
    assert not call.sent
    assert obstacle in str(meaning("comment", failure.value, sent=call.sent))


def test_no_connection_in_time_is_nothing_done(call: Call) -> None:
    """The door's queue is full, so a further caller is not even let in."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as door, contextlib.ExitStack() as queue:
        for _ in range(4):
            waiting = queue.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(door.getsockname())
        begin = CLOCK.monotonic()
        with pytest.raises(requests.RequestException) as failure:
            session().post(f"http://127.0.0.1:{door.getsockname()[1]}/", json={})
        assert CLOCK.monotonic() - begin < SECONDS + 0.5
    assert str(meaning("comment", failure.value, sent=call.sent)) == "comment: cannot be reached: no connection in time"


def test_a_server_without_tls_is_told(call: Call) -> None:
    plain = vendor(lambda s: s.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n"))
    with plain as url, pytest.raises(requests.RequestException) as failure:
        session().get(url.replace("http:", "https:"))
    assert "no secure connection" in str(meaning("read", failure.value, sent=call.sent))


def test_a_redirect_is_not_followed(call: Call) -> None:
    elsewhere = vendor(lambda s: s.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n"))
    with elsewhere as url, pytest.raises(requests.TooManyRedirects):
        session().get(url)
