"""The real server in a process of its own, spoken to byte by byte: the only way to lie about a length."""

from __future__ import annotations

import contextlib
import gc
import http.client
import io
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.bot.knocking import ENVIRONMENT, ROOT
from tests.fuzz.house import Heard, Knock, Outside, Rows
from tests.world import free_port, fresh_database

PATIENCE = 15.0
"""Seconds an answer may take; what is slower has stumbled."""


@dataclass
class Wire:
    """``pm start`` without a worker of its own: what gunicorn serves, and what it touches."""

    port: int
    parent: subprocess.Popen[bytes]
    outside: Outside
    rows: Rows
    log: Path

    def __repr__(self) -> str:
        return "<the wire>"

    def connect(self) -> socket.socket:
        """A fresh connection."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def send(self, raw: bytes) -> Heard | None:
        """The answer to these bytes; ``None`` when the server hangs up without one."""
        with contextlib.closing(self.connect()) as link:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it may have answered and closed already
                link.sendall(raw)
            return heard(link)

    def ask(self, knock: Knock) -> Heard | None:
        """The answer to a request that is well made."""
        return self.send(bytes_of(knock))

    def is_well(self) -> bool:
        """Whether somebody who means well is answered, and by whom it was from the start."""
        answer = self.ask(Knock("GET", b"/health", ((b"host", b"127.0.0.1"),)))
        return answer is not None and answer.status == 200

    def worker(self) -> int:
        """The process that serves."""
        children = Path(f"/proc/{self.parent.pid}/task/{self.parent.pid}/children").read_text().split()
        return int(children[0])

    def resident(self) -> float:
        """MB of memory the serving process holds."""
        status = Path(f"/proc/{self.worker()}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def bytes_of(knock: Knock) -> bytes:
    """The request as it goes over a wire, its true length told and the connection closed after it."""
    body = b"".join(knock.body)
    told = [(name, value) for name, value in knock.headers if name not in (b"content-length", b"transfer-encoding")]
    told += [(b"content-length", str(len(body)).encode()), (b"connection", b"close")]
    head = b"".join(name + b": " + value.translate(None, b"\r\n\x00") + b"\r\n" for name, value in told)
    return knock.method.encode() + b" " + knock.path + b" HTTP/1.1\r\n" + head + b"\r\n" + body


def heard(link: socket.socket) -> Heard | None:
    """What comes back; ``None`` for nothing. Raises ``TimeoutError`` when it does not come in time."""
    answer = http.client.HTTPResponse(link)
    try:
        answer.begin()
        return Heard(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
    except (http.client.HTTPException, ConnectionResetError, io.UnsupportedOperation):
        return None
    finally:
        answer.close()


@contextlib.contextmanager
def wired(folder: Path) -> Iterator[Wire]:
    """The server, ready; ended whatever happens."""
    gc.collect()
    outside, port = Outside(), free_port()
    url, log = fresh_database(folder / "pm.db"), folder / "server.log"
    told = {**ENVIRONMENT, **outside.environment(), "DATABASE_URL": url, "PORT": str(port), "PYTHONPATH": str(ROOT)}
    own = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    serve = [sys.executable, "-m", "gunicorn", "-c", str(ROOT / "deploy" / "gunicorn.conf.py"), "bot.server:web()"]
    with log.open("wb") as out:
        parent = subprocess.Popen(
            serve, cwd=folder, env={**own, **told}, stdout=out, stderr=out, start_new_session=True
        )
    rows = Rows(folder / "pm.db")
    wire = Wire(port, parent, outside, rows, log)
    try:
        _wait(wire)
        yield wire
    finally:
        rows.close()
        outside.close()
        parent.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            parent.wait(20)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(parent.pid, signal.SIGKILL)
        parent.wait()


def _wait(wire: Wire) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with contextlib.suppress(OSError):
            if wire.is_well():
                wire.outside.wait_for_a_call()  # at its start it asks Jira who it is
                return
        time.sleep(0.1)
    raise AssertionError(f"it does not begin: {wire.log.read_text()[-2_000:]}")
