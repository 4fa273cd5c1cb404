"""``pm backup`` killed in the middle: what lies there is never believed to be a backup."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.backups import archive
from bot.backups.folder import entries, make
from models.whole import whole
from tests.backups.conftest import CLOCK, Kind, lived, sqlite_kind
from tests.backups.test_making import AUDIT, pm

__all__ = ["lived", "sqlite_kind"]

pytestmark = pytest.mark.faults


def bulky(url: str, megabytes: int) -> None:
    """What takes a while to copy, and does not shrink."""
    with whole(url) as connection:
        for n in range(megabytes):
            row = {"n": 5_000_000 + n, "at": "2026-01-01 00:00:00", "body": os.urandom(1 << 20).hex()}
            connection.execute(text(AUDIT), row)


def test_killed_in_the_middle_it_leaves_no_file_believed_good(lived: bytes, sqlite_kind: Kind, tmp_path: Path) -> None:
    url, folder = sqlite_kind.holding(lived, tmp_path), tmp_path / "backups"
    bulky(url, 12)
    first = make(sqlite_kind.source(url), folder, CLOCK)
    running = pm(tmp_path, "backup", "--to", str(folder), DATABASE_URL=url)
    drafts = _wait_for_drafts(folder, running)
    running.send_signal(signal.SIGKILL)
    running.communicate(timeout=20)
    assert drafts and [entry.file for entry in entries(folder)] == [first.file]
    assert archive.check(first.file) == first.manifest
    again = make(sqlite_kind.source(url), folder, CLOCK)  # and the next one clears up
    assert again.manifest is not None and not list(folder.glob(".pm-agent-partial-*"))


def _wait_for_drafts(folder: Path, running: subprocess.Popen[str]) -> list[Path]:
    until = time.monotonic() + 20
    while time.monotonic() < until and running.poll() is None:
        if found := [file for file in folder.glob(".pm-agent-partial-*/*") if file.stat().st_size > 1 << 20]:
            return found
    return []
