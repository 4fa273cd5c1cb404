"""A vendor on 127.0.0.1 that answers what a test tells it to; every exchange is held against the contract."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.contracts import openapi


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    @property
    def query(self) -> dict[str, str]:
        return {name: values[-1] for name, values in parse_qs(urlsplit(self.url).query).items()}

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    """What to answer; ``cut`` closes the connection instead, ``hang`` answers too late."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    cut: bool = False
    hang: threading.Event | None = None


Answer = Callable[[Asked], Any]


class Loopback:
    """Routes are looked through newest first, so a test can put one in front of a fake's own."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.complaints: list[str] = []
        self.in_contract = True
        self._routes: list[tuple[str, re.Pattern[str], Answer]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def on(self, method: str, path: str, answer: Any) -> None:
        """Answer ``method`` on paths that match; ``answer`` is a reply, a body or a function of the request."""
        call = answer if callable(answer) else lambda asked: answer
        self._routes.insert(0, (method, re.compile(path), call))

    def calls(self, method: str, path: str) -> list[Asked]:
        return [a for a in self.asked if a.method == method and re.fullmatch(path, a.path)]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(2)

    def reply_to(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        for method, path, answer in self._routes:
            if method == asked.method and path.fullmatch(asked.path):
                found = answer(asked)
                reply = found if isinstance(found, Reply) else Reply(body=found)
                self._hold_to_contract(asked, reply)
                return reply
        self.complaints.append(f"nobody answers {asked.method} {asked.path}")
        return Reply(404, {})

    def _hold_to_contract(self, asked: Asked, reply: Reply) -> None:
        if not openapi.AVAILABLE or not self.in_contract:
            return
        try:
            openapi.check_request(asked.method, asked.url, asked.headers, asked.body or None)
            if reply.status < 300 and reply.raw is None and not reply.cut:
                body = json.dumps(reply.body).encode() if reply.body is not None else None
                openapi.check_response(asked.method, asked.url, reply.status, {}, body)
        except openapi.NotTheContract as broken:
            self.complaints.append(str(broken))

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        loopback = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _serve(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                asked = Asked(self.command, loopback.url + self.path, dict(self.headers.items()), body)
                reply = loopback.reply_to(asked)
                if reply.hang is not None:
                    reply.hang.wait(20)
                if reply.cut:
                    self.close_connection = True
                    self.connection.close()
                    return
                data = reply.raw if reply.raw is not None else b""
                if reply.raw is None and reply.body is not None:
                    data = json.dumps(reply.body).encode()
                self.send_response(reply.status)
                self.send_header("Content-Type", "application/json;charset=UTF-8")
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_PUT = do_DELETE = _serve

            def log_message(self, *args: Any) -> None:
                """Say nothing."""

        return Handler
