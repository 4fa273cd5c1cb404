"""``pm start`` as an operator runs it: a real process on a real port, that drains when it is told to stop."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bot.knocking import ENVIRONMENT, ROOT, SECRETS, hub

PATIENCE = 30.0


class Started:
    """One ``pm start`` in a session of its own, and its log lines."""

    def __init__(self, folder: Path, *words: str, **more: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        variables = {**ENVIRONMENT, "PORT": str(self.port), "PYTHONPATH": str(ROOT), **more}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot", *words],
            cwd=folder,
            env=variables,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.lines: list[str] = []
        self._ready = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.append(line)
            if '"action": "started"' in line:
                self._ready.set()

    def wait_until_ready(self) -> None:
        assert self._ready.wait(PATIENCE), "".join(self.lines)

    def stop(self, sign: signal.Signals) -> int:
        """As a terminal (Ctrl-C reaches the whole group) or a supervisor (SIGTERM reaches the parent) does."""
        to_all = sign is signal.SIGINT
        (os.killpg if to_all else os.kill)(self.process.pid, sign)
        code = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        return code

    def said(self, action: str) -> bool:
        return any(f'"action": "{action}"' in line for line in self.lines)

    def end(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self._reader.join(PATIENCE)
        assert self.process.stderr is not None
        self.process.stderr.close()


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Started]:
    running = Started(tmp_path, "start")
    yield running
    running.end()


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT], ids=["supervisor", "ctrl-c"])
def test_it_serves_at_once_on_an_empty_folder_and_drains_when_told_to_stop(
    started: Started, sign: signal.Signals
) -> None:
    started.wait_until_ready()
    body = b'{"webhookEvent": "jira:issue_updated", "issue": {"id": "1", "key": "PAY-1"}}'
    request = urllib.request.Request(
        f"http://127.0.0.1:{started.port}/webhooks/jira",
        data=body,
        headers={"X-Hub-Signature": hub(body, SECRETS["jira"]), "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 202
    assert started.stop(sign) == 0
    assert started.said("stopping")
    assert [line for line in started.lines if "Traceback" in line] == []


def test_every_line_it_logs_is_json_without_a_secret(started: Started) -> None:
    started.wait_until_ready()
    started.stop(signal.SIGTERM)
    assert all("msg" in json.loads(line) for line in started.lines)
    assert not any(secret in "".join(started.lines) for secret in (*SECRETS.values(), "admin-token", "xoxb-test"))


def test_a_port_that_is_taken_is_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        variables = {**ENVIRONMENT, "PORT": str(taken.getsockname()[1]), "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            [sys.executable, "-m", "bot", "start"], cwd=tmp_path, env=variables, capture_output=True, text=True
        )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("error: PORT") and "Traceback" not in done.stderr


def test_gunicorn_accepts_the_deployed_configuration(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environment.setenv("PYTHONPATH", str(ROOT))
    check = [sys.executable, "-m", "gunicorn", "--check-config", "-c", str(ROOT / "deploy" / "gunicorn.conf.py")]
    done = subprocess.run([*check, "bot.server:web()"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_worker_alone_starts_and_drains(tmp_path: Path) -> None:
    running = Started(tmp_path, "worker")
    try:
        running.wait_until_ready()
        assert running.stop(signal.SIGTERM) == 0 and running.said("stopping")
    finally:
        running.end()
