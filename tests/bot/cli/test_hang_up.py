"""SIGHUP makes a real ``pm start`` read its constitution at once; a broken one neither comes into force nor ends it."""

from __future__ import annotations

import os
import signal
import threading
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.bot.cli.test_start import PATIENCE, Started
from tests.world import CONSTITUTION

TEXT = CONSTITUTION.read_text(encoding="utf-8")


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Started]:
    (tmp_path / "directives.yaml").write_text(TEXT, encoding="utf-8")
    running = Started(tmp_path, "start", "--no-worker", DIRECTIVES_FILE=str(tmp_path / "directives.yaml"))
    yield running
    running.end()


def test_a_hang_up_reads_the_constitution_at_once_and_ends_nobody(started: Started, tmp_path: Path) -> None:
    started.wait_until_ready()
    for text, said in (
        (TEXT.replace("mode: act", "mode: akt"), "constitution_broken"),
        (TEXT.replace("mode: act", "mode: shadow"), "constitution_in_force"),
    ):
        (tmp_path / "directives.yaml").write_text(text, encoding="utf-8")
        os.kill(started.process.pid, signal.SIGHUP)
        wait(lambda action=said: started.said(action))
    with urllib.request.urlopen(f"http://127.0.0.1:{started.port}/health", timeout=10) as answer:
        assert answer.status == 200
    assert started.stop(signal.SIGTERM) == 0


def wait(done: Callable[[], bool]) -> None:
    """The log says it within ``PATIENCE``."""
    pause = threading.Event()
    for _ in range(int(PATIENCE * 50)):
        if done():
            return
        pause.wait(0.02)
    raise AssertionError("the log never said it")
