"""A lean sender of signed deliveries, in a process of its own: it costs the machine little beside the server it tries.

``python load.py`` reads one line of JSON (``Load``), makes every request beforehand, says *ready*, waits for a line and
sends; what came of it is its last line (``Outcome``). One thread over plain sockets: about a twentieth of a millisecond
of computing for each request, told as ``own``.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import random
import re
import selectors
import socket
import sys
import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

SIZE = 3_000
"""Letters of a description: with all around it a body of about 3.5 kB, as Jira's are."""

GIVES_UP = 20.0
"""Seconds without any answer after which nothing more is expected."""

RECONNECTS = 0.02
"""Seconds between two tries to reach a server that is not there."""

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What is sent, to whom and how."""

    port: int
    secret: str
    count: int
    name: str
    """Every delivery id begins with it; the same name sends the same deliveries."""
    path: str = "/webhooks/jira"
    repeats: float = 0.0
    """So many of them once more, everything shuffled."""
    connections: int = 32
    rate: float = 0.0
    """A second, whether answered or not; 0: each connection sends when it has its answer."""
    keys: Sequence[str] = ("PAY-1",)
    first_id: int = 10_000
    """The id of the first of them; the others' follow."""
    stubborn: bool = False
    """Go on when the server is gone, and reach it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a load; seconds are from the moment a request was due to its last byte of answer."""

    taken: Sequence[float]
    codes: dict[str, int]
    acknowledged: Sequence[int]
    """Numbers of deliveries that were answered 2xx."""
    failed: int
    """Requests that were cut off or never left."""
    elapsed: float
    own: float
    """Seconds of the sender's own computing."""

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.taken) / self.elapsed


def requests(load: Load) -> list[tuple[int, bytes]]:
    """Every request in the order of sending, with its delivery's number."""
    made = [(number, request(load, number)) for number in range(load.count)]
    if not load.repeats:
        return made
    chance = random.Random(load.name)
    sent = made + chance.sample(made, int(load.count * load.repeats))
    chance.shuffle(sent)
    return sent


def request(load: Load, number: int) -> bytes:
    """A signed change of status, as it goes over the wire."""
    key = load.keys[number % len(load.keys)]
    said = {
        "timestamp": 1_795_000_000_000 + number,
        "webhookEvent": "jira:issue_updated",
        "issue_event_type_name": "issue_generic",
        "user": {"accountId": "712020:somebody"},
        "issue": {
            "id": str(load.first_id + number % len(load.keys)),
            "key": key,
            "fields": {"summary": "A ticket", "description": "x" * SIZE, "project": {"key": key.split("-")[0]}},
        },
        "changelog": {"items": [{"field": "status", "fieldId": "status", "from": "1", "to": "3"}]},
    }
    body = json.dumps(said).encode()
    signature = hmac.new(load.secret.encode(), body, hashlib.sha256).hexdigest()
    head = (
        f"POST {load.path} HTTP/1.1\r\nHost: 127.0.0.1:{load.port}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nX-Atlassian-Webhook-Identifier: {name_of(load, number)}\r\n"
        f"X-Hub-Signature: sha256={signature}\r\n\r\n"
    )
    return head.encode() + body


def name_of(load: Load, number: int) -> str:
    """The delivery id."""
    return f"{load.name}-{number}"


@dataclass(slots=True, eq=False)
class _Line:
    """One connection."""

    socket: socket.socket | None = None
    number: int = -1
    due: float = 0.0
    heard: bytes = b""
    unsent: bytes = b""
    again: float = 0.0


@dataclass
class Sender:
    """Sends one load over its lines."""

    load: Load
    waiting: deque[tuple[int, bytes]]
    taken: list[float] = field(default_factory=list)
    codes: Counter[str] = field(default_factory=Counter)
    acknowledged: list[int] = field(default_factory=list)
    failed: int = 0

    def send_all(self) -> Outcome:
        """Until everything is answered, or nobody answers any more."""
        self._select, self._free = selectors.DefaultSelector(), deque[_Line]()
        self._lost = deque(_Line() for _ in range(self.load.connections))
        self._connect(time.perf_counter())
        self._total, self._sent = len(self.waiting), 0
        self._began = self._heard = time.perf_counter()
        while self.waiting or len(self._free) + len(self._lost) < self.load.connections:
            now = time.perf_counter()
            self._connect(now)
            self._hand_out(now)
            for key, events in self._select.select(self._pause(now)):
                self._move(key.data, events)
            if time.perf_counter() - self._heard > GIVES_UP:
                break
        elapsed, own = time.perf_counter() - self._began, time.process_time()
        self.failed += len(self.waiting)
        return Outcome(
            taken=self.taken,
            codes=dict(self.codes),
            acknowledged=self.acknowledged,
            failed=self.failed,
            elapsed=elapsed,
            own=own,
        )

    def _due(self, place: int) -> float:
        return self._began + place / self.load.rate

    def _pause(self, now: float) -> float:
        if self._lost:
            return RECONNECTS
        if self.load.rate and self.waiting and self._free:
            return max(0.0, self._due(self._sent) - now)
        return 0.5

    def _connect(self, now: float) -> None:
        for _ in range(len(self._lost)):
            line = self._lost.popleft()
            made = _reached(self.load.port) if line.again <= now else None
            if made is None:
                line.again = max(line.again, now + RECONNECTS)
                self._lost.append(line)
                continue
            line.socket, line.heard, line.unsent = made, b"", b""
            self._select.register(made, selectors.EVENT_READ, line)
            self._free.append(line)

    def _hand_out(self, now: float) -> None:
        while self.waiting and self._free:
            due = self._due(self._sent) if self.load.rate else now
            if due > now:
                return
            number, request = self.waiting.popleft()
            self._sent += 1
            line = self._free.popleft()
            line.number, line.due, line.unsent = number, due, request
            self._push(line)
        if self.load.stubborn and self.load.rate:
            self._drop_overdue(now)

    def _drop_overdue(self, now: float) -> None:
        """What nobody could be reached for is not sent later: a vendor's own repeats are another matter."""
        while self.waiting and self._due(self._sent) < now - 1.0:
            self.waiting.popleft()
            self._sent, self.failed = self._sent + 1, self.failed + 1

    def _push(self, line: _Line) -> None:
        assert line.socket is not None
        try:
            sent = line.socket.send(line.unsent)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._lose(line)
            return
        line.unsent = line.unsent[sent:]
        wanted = selectors.EVENT_READ | selectors.EVENT_WRITE if line.unsent else selectors.EVENT_READ
        if self._select.get_key(line.socket).events != wanted:
            self._select.modify(line.socket, wanted, line)

    def _move(self, line: _Line, events: int) -> None:
        if events & selectors.EVENT_WRITE:
            self._push(line)
        if not events & selectors.EVENT_READ or line.socket is None:
            return
        try:
            data = line.socket.recv(65_536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._lose(line)
            return
        line.heard += data
        head = line.heard.find(b"\r\n\r\n")
        if head < 0 or len(line.heard) < head + 4 + _body(line.heard[:head]):
            return
        self._answered(line, line.heard[9:12].decode())

    def _answered(self, line: _Line, code: str) -> None:
        self._heard = time.perf_counter()
        self.taken.append(self._heard - line.due)
        self.codes[code] += 1
        if code.startswith("2"):
            self.acknowledged.append(line.number)
        line.number, line.heard = -1, b""
        self._free.append(line)

    def _lose(self, line: _Line) -> None:
        """The server has hung up: between two requests it may, in the middle of one that one has failed."""
        assert line.socket is not None
        self._select.unregister(line.socket)
        line.socket.close()
        self.failed += line.number >= 0
        line.number, line.socket = -1, None
        if line in self._free:
            self._free.remove(line)
        self._lost.append(line)
        self._heard = time.perf_counter() if self.load.stubborn else self._heard


def _body(head: bytes) -> int:
    found = _LENGTH.search(head)
    return int(found[1]) if found else 0


def _reached(port: int) -> socket.socket | None:
    made = socket.socket()
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    made.settimeout(1.0)
    try:
        made.connect(("127.0.0.1", port))
    except OSError:
        made.close()
        return None
    made.setblocking(False)
    return made


def main() -> None:
    """See the module."""
    load = Load(**json.loads(sys.stdin.readline()))
    sender = Sender(load, deque(requests(load)))
    before = time.process_time()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    outcome = asdict(sender.send_all())
    outcome["own"] -= before
    sys.stdout.write(json.dumps(outcome) + "\n")


if __name__ == "__main__":
    main()
