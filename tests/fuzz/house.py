"""The product's doors in this process: requests as raw as a server hands them on, and an eye on all they may touch."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import http.server
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bot.app import App, build
from bot.server import make_asgi
from bot.settings import Settings
from tests.bot.knocking import ENVIRONMENT
from tests.world import fresh_database

BOOKKEEPING = frozenset({"processes", "counts"})
"""Tables in which a process keeps its own beat, whoever knocks."""


@dataclass(frozen=True, slots=True, repr=False)
class Knock:
    """One request, byte for byte."""

    method: str
    path: bytes
    """With its query, as it stands in the first line."""
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: tuple[bytes, ...] = ()
    """In the pieces in which it arrives."""
    hangs_up: bool = False
    """Whether the sender goes before the end."""

    def __repr__(self) -> str:
        told = ", ".join(f"{name!r}: {_short(value)}" for name, value in self.headers)
        gone = ", and hangs up" if self.hangs_up else ""
        return f"<{self.method} {_short(self.path)} {{{told}}} {[_short(part) for part in self.body]}{gone}>"


def _short(value: bytes) -> str:
    return repr(value) if len(value) <= 400 else f"{value[:200]!r}... ({len(value)} bytes)"


@dataclass(frozen=True, slots=True)
class Heard:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Seen:
    """What came back, and what else one request did."""

    heard: Heard
    changed: frozenset[str]
    """Tables with other rows than before, but for those of bookkeeping."""
    called: tuple[str, ...]
    """Who outside was called: method and path."""


class Outside:
    """The world that would be called: a server on loopback that writes down who is called, and knows nothing."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        outside = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def _note(self) -> None:
                outside.calls.append(f"{self.command} {self.path.partition('?')[0]}")
                body = b'{"ok": false, "error": "nobody_here"}'
                self.send_response(404)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                with contextlib.suppress(OSError):
                    self.wfile.write(body)

            do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _note

            def log_message(self, format: str, *args: Any) -> None: ...

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def environment(self) -> dict[str, str]:
        """Every address of the product leads here."""
        return {
            "SLACK_API_URL": f"{self.url}/slack/",
            "JIRA_API_URL": f"{self.url}/jira",
            "BITBUCKET_API_URL": f"{self.url}/bitbucket",
        }

    def wait_for_a_call(self, seconds: float = 10.0) -> None:
        """Until somebody was called, at most ``seconds``."""
        until = time.monotonic() + seconds
        while not self.calls and time.monotonic() < until:
            time.sleep(0.01)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


class Filed(NamedTuple):
    """A row of the inbox."""

    row: int
    source: str
    id: str
    body: bytes


@dataclass
class Rows:
    """The database, seen from beside the product."""

    file: Path
    _link: sqlite3.Connection = field(init=False)
    _version: int = -1
    _seen: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._link = sqlite3.connect(self.file)
        self._names = [row[0] for row in self._link.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]

    def inbox(self, after: int = 0) -> list[Filed]:
        """What was taken in, oldest first; only rows with a greater id than ``after``."""
        asked = "SELECT id, source, delivery_id, body FROM inbox WHERE id > ? ORDER BY id"
        return [Filed(*row) for row in self._link.execute(asked, (after,))]

    def all(self) -> dict[str, str]:
        """A fingerprint of every table but those of bookkeeping; read again only when somebody has written."""
        version = self._link.execute("PRAGMA data_version").fetchone()[0]
        if version != self._version:
            names = [name for name in self._names if name not in BOOKKEEPING]
            self._version, self._seen = version, {name: self._fingerprint(name) for name in names}
        return self._seen

    def _fingerprint(self, table: str) -> str:
        seen = hashlib.sha256()
        for row in self._link.execute(f"SELECT * FROM {table} ORDER BY rowid"):
            seen.update(repr(row).encode("utf-8", "surrogatepass"))
        return seen.hexdigest()

    def close(self) -> None:
        self._link.close()


@dataclass(repr=False)
class House:
    """The doors, who is outside, and what is written."""

    app: App
    asgi: Starlette
    client: TestClient
    outside: Outside
    rows: Rows

    def __repr__(self) -> str:
        return "<the house>"

    def ask(self, knock: Knock) -> Heard:
        """What the doors answer. Raises whatever escapes them: a server would make it a 500."""
        return self.client.portal.call(_ask, self.asgi, knock)  # type: ignore[union-attr]

    def watch(self, knock: Knock) -> Seen:
        """The same, with an eye on the tables and on whoever is called meanwhile."""
        rows, calls = dict(self.rows.all()), len(self.outside.calls)
        heard = self.ask(knock)
        changed = frozenset(name for name, value in self.rows.all().items() if value != rows[name])
        return Seen(heard, changed, tuple(self.outside.calls[calls:]))

    def run(self, work: Any, *given: Any) -> Any:
        """On the loop of the doors."""
        return self.client.portal.call(work, *given)  # type: ignore[union-attr]

    def is_well(self) -> bool:
        """Whether somebody who means well is still answered."""
        return self.ask(Knock("GET", b"/health", ((b"host", b"127.0.0.1"),))).status == 200


async def _ask(asgi: Starlette, knock: Knock) -> Heard:
    path, _, query = knock.path.partition(b"?")
    parts, said = list(knock.body), list[Mapping[str, Any]]()

    async def receive() -> Mapping[str, Any]:
        if parts:
            part = parts.pop(0)
            return {"type": "http.request", "body": part, "more_body": bool(parts) or knock.hangs_up}
        return {"type": "http.disconnect" if knock.hangs_up or said else "http.request", "more_body": False}

    async def send(message: Mapping[str, Any]) -> None:
        said.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": knock.method,
        "scheme": "http",
        "path": unquote(path.decode("latin-1")),
        "raw_path": path,
        "root_path": "",
        "query_string": query,
        "headers": [(name.lower(), value) for name, value in knock.headers],
        "client": ("127.0.0.1", 4711),
        "server": ("127.0.0.1", 8080),
    }
    async with asyncio.timeout(20):
        await asgi(scope, receive, send)  # type: ignore[arg-type]
    return _heard(said)


def _heard(said: Sequence[Mapping[str, Any]]) -> Heard:
    start = next(message for message in said if message["type"] == "http.response.start")
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in start["headers"]}
    return Heard(start["status"], headers, b"".join(message.get("body", b"") for message in said))


@contextlib.contextmanager
def housed(folder: Path, **more: str) -> Iterator[House]:
    """Every service configured, every address leading to ``Outside``, a fresh database; the doors without a worker."""
    outside = Outside()
    url = fresh_database(folder / "pm.db")
    with pytest.MonkeyPatch.context() as patch:
        for name in Settings.model_fields:
            patch.delenv(name.upper(), raising=False)
        told = {**ENVIRONMENT, **outside.environment(), "DATABASE_URL": url, **more}
        for name, value in told.items():
            patch.setenv(name, value)
        app = build(Settings.from_environment(None))
    asgi, rows = make_asgi(app, with_worker=False), Rows(folder / "pm.db")
    try:
        with TestClient(asgi, raise_server_exceptions=True) as client:
            outside.wait_for_a_call()  # at its start it asks Jira who it is
            yield House(app, asgi, client, outside, rows)
    finally:
        rows.close()
        outside.close()
