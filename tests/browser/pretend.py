"""A made-up company behind the page's control API, so that drawing can be tested without the product."""

from __future__ import annotations

import json
import queue
import sys
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

STATIC = Path(__file__).parents[2] / "integrations" / "simulator" / "static"
TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
POLL_S = 0.02
"""How soon the server hears that it should stop."""
PATIENCE_S = 15
"""For the page on a busy machine."""
NOON = "2026-11-23T09:41:00+00:00"

ADA, LIN, ROBIN, APP = "U0ADA", "U0LIN", "U0ROBIN", "U0APP"
ROOM, DIRECT = "C0ENG", "D0ADA"
PEOPLE: list[dict[str, Any]] = [
    {
        "id": ADA,
        "name": "Ada Moreno",
        "title": "Approver, PM",
        "tz": "Europe/Berlin",
        "is_bot": False,
        "is_guest": False,
    },
    {
        "id": LIN,
        "name": "Lin Okafor",
        "title": "Engineer",
        "tz": "America/New_York",
        "is_bot": False,
        "is_guest": False,
    },
    {"id": ROBIN, "name": "Robin Vale", "title": "Guest", "tz": "Europe/London", "is_bot": False, "is_guest": True},
    {"id": APP, "name": "PM Agent", "title": "App", "tz": "UTC", "is_bot": True, "is_guest": False},
]
LAW = """constitution: 1
# Who may do what.
objectives:
  - id: blocked-1-day
    says: No ticket stays blocked for more than 1 business day.
    rule: {watch: blocked_too_long, after: 1 business day}

  - id: working-hours
    says: Only in working hours.
    rule: {hours: 09:00-18:00, days: [mon, tue, wed, thu, fri]}
"""


class Server(ThreadingHTTPServer):
    """A page that goes away in the middle of an answer is nothing to tell."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Tell everything else."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class Pretend:
    """Serves the page; holds what it shows and what it sent."""

    def __init__(self) -> None:
        self.messages: dict[str, list[dict[str, Any]]] = {ROOM: [], DIRECT: []}
        self.home: dict[str, Any] | None = None
        self.room: dict[str, Any] = {}
        """What the conversation with the app has besides messages."""
        self.shortcuts: list[dict[str, Any]] = []
        self.faults: list[dict[str, Any]] = []
        self.issues: list[dict[str, Any]] = []
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self.answers: dict[str, dict[str, Any]] = {}
        self.listeners: list[queue.Queue[str]] = []
        self._last = 0
        self._news = threading.Condition()

    def __enter__(self) -> Pretend:
        self._server = Server(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(POLL_S,), daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        return self

    def __exit__(self, *_: object) -> None:
        self.hang_up()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def say(self, channel: str = ROOM, user: str = APP, **fields: Any) -> dict[str, Any]:
        """Put a message into a channel and tell the page."""
        self._last += 1
        said = {
            "ts": f"1763890000.{self._last:06d}",
            "channel": channel,
            "user": user,
            "text": "",
            "at": NOON,
            **fields,
        }
        self.messages[channel].append(said)
        self.tell(
            {
                "type": "ephemeral" if said.get("ephemeral") else "message",
                "channel": channel,
                "ts": said["ts"],
                "user": user,
            }
        )
        return said

    def change(self, said: dict[str, Any], *, asks: bool = False, **fields: Any) -> None:
        """Edit a message and tell the page, and that it has new buttons if it ``asks``."""
        said.update(fields)
        self.tell({"type": "update", "channel": said["channel"], "ts": said["ts"], "user": said["user"], "asks": asks})

    def tell(self, event: Mapping[str, Any]) -> None:
        """Send one event to every open stream."""
        for listener in self.listeners:
            listener.put(json.dumps(event))

    def listen(self, stream: queue.Queue[str]) -> None:
        """A page has opened a stream."""
        with self._news:
            self.listeners.append(stream)
            self._news.notify_all()

    def hang_up(self) -> None:
        """Drop every stream, as a restart would."""
        for listener in self.listeners:
            listener.put("")
        self.listeners = []

    def got(self, path: str, number: int = 1) -> list[dict[str, Any]]:
        """What the page has posted there, once there are ``number`` of them (or after ``PATIENCE_S``)."""
        with self._news:
            self._news.wait_for(lambda: len(self._posted(path)) >= number, PATIENCE_S)
            return self._posted(path)

    def post(self, path: str, body: dict[str, Any]) -> None:
        """Remember what the page has posted."""
        with self._news:
            self.sent.append((path, body))
            self._news.notify_all()

    def wait_for_a_listener(self) -> None:
        """Until a page listens."""
        with self._news:
            assert self._news.wait_for(lambda: bool(self.listeners), PATIENCE_S), "no page listens"

    def _posted(self, path: str) -> list[dict[str, Any]]:
        return [body for where, body in self.sent if where == path]

    def answer(self, path: str, query: Mapping[str, str]) -> Any:
        """What a GET of the control API says."""
        match path:
            case "state":
                return self._state(query.get("user", ""))
            case "messages":
                return {"messages": self.messages[query["channel"]]}
            case "happenings":
                return {
                    "happenings": [
                        {"name": "block", "title": "A ticket is blocked", "says": "Its owner hears of it after a day."}
                    ]
                }
            case "faults":
                return {"faults": self.faults}
            case "constitution":
                return {"text": LAW, "file": "directives.yaml"}
            case "jira":
                return {"sprints": [], "issues": self.issues, "pull_requests": []}
            case _:
                return {"traffic": []}

    def _state(self, user: str) -> dict[str, Any]:
        known = {p["id"] for p in PEOPLE}
        return {
            "workspace": {"name": "Northwind"},
            "me": user if user in known else ADA,
            "app": {"user": APP, "name": "PM Agent", "id": "A0"},
            "users": PEOPLE,
            "channels": [
                {"id": ROOM, "name": "engineering", "kind": "channel", "topic": "Technical matters", "unread": 0},
                {"id": DIRECT, "name": "PM Agent", "kind": "im", "user": APP, "unread": 0} | self.room,
            ],
            "clock": {"now": NOON, "speed": 1},
            "home": self.home,
            "shortcuts": self.shortcuts,
            "view": None,
        }


def _handler(pretend: Pretend) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, *_: Any) -> None:
            pass

        def do_GET(self) -> None:
            where = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(where.query).items()}
            if where.path == "/sim/stream":
                self._stream()
            elif where.path.startswith("/sim/"):
                self._json(pretend.answer(where.path.removeprefix("/sim/"), query))
            else:
                self._file(where.path)

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            path = self.path.removeprefix("/sim/")
            pretend.post(path, body)
            self._json(pretend.answers.get(path, {"ok": True}))

        def _json(self, value: Any) -> None:
            self._reply(json.dumps(value).encode(), "application/json")

        def _file(self, path: str) -> None:
            file = STATIC / ("index.html" if path == "/" else Path(path).name)
            self._reply(file.read_bytes(), TYPES[file.suffix])

        def _reply(self, body: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _stream(self) -> None:
            mine: queue.Queue[str] = queue.Queue()
            self.close_connection = True
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.end_headers()
            self.wfile.write(b": hello\n\n")
            pretend.listen(mine)
            while event := mine.get():
                self.wfile.write(f"data: {event}\n\n".encode())

    return Handler
