"""A real Redis for tests: Debian's server on a free port of 127.0.0.1, with nothing on disk."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.world import free_port

PATIENCE = 10.0
"""Seconds it has to answer; it takes a tenth of one."""


@dataclass
class RedisServer:
    """One that can be killed, frozen and started again at the same address."""

    folder: Path
    port: int
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self, *more: str) -> None:
        words = ("--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self.folder), *more)
        self._process = subprocess.Popen(
            ["redis-server", *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        pause = threading.Event()
        for _ in range(int(PATIENCE / 0.02)):
            with contextlib.suppress(OSError):
                if self.say("PING").startswith(b"+PONG"):
                    return
            pause.wait(0.02)
        raise AssertionError("redis-server did not answer")

    def say(self, *words: str) -> bytes:
        """One command, as the wire has it; the first bytes of the answer."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=2) as line:
            line.sendall(
                f"*{len(words)}\r\n".encode() + b"".join(b"$%d\r\n%s\r\n" % (len(w), w.encode()) for w in words)
            )
            return line.recv(4096)

    def kill(self) -> None:
        """Without a word to anybody."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """It holds its connections and answers nothing."""
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self._process.pid, signal.SIGCONT)


@contextlib.contextmanager
def redis_server(folder: Path) -> Iterator[RedisServer]:
    """Skips the test, saying so, where there is no redis-server."""
    if shutil.which("redis-server") is None:
        pytest.skip("no Redis: redis-server is missing (apt-get install redis-server)")
    server = RedisServer(folder, free_port())
    server.start()
    try:
        yield server
    finally:
        server.kill()
