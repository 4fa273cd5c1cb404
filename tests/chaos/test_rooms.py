"""Folders of a run go with it; what a killed one has left goes with the next, and nothing else ever does."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from bot.chaos.product import ROOT
from bot.chaos.rooms import MARK, PREFIX, room

HOLDER = """
import sys
from pathlib import Path
from bot.chaos.rooms import room
with room(Path(sys.argv[1])) as folder:
    (folder / "story.log").touch()
    print(folder, flush=True)
    sys.stdin.read()
"""


def another(parent: Path) -> tuple[subprocess.Popen[str], Path]:
    """A run in a process of its own, and its folder."""
    words = [sys.executable, "-c", HOLDER, str(parent)]
    process = subprocess.Popen(words, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def test_a_folder_goes_with_its_run_however_that_ends(tmp_path: Path) -> None:
    try:
        with room(tmp_path) as folder:
            (folder / "story.log").touch()
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        assert list(tmp_path.iterdir()) == []


def test_what_a_killed_run_has_left_goes_with_the_next_and_a_living_one_s_stays(tmp_path: Path) -> None:
    lives, its = another(tmp_path)
    dies, left = another(tmp_path)
    try:
        dies.kill()
        dies.wait()
        assert (left / "story.log").exists()
        with room(tmp_path):
            assert not left.exists() and (its / "story.log").exists()
        assert [*tmp_path.iterdir()] == [its]
    finally:
        lives.communicate()
        dies.communicate()
    assert [*tmp_path.iterdir()] == []


def test_what_is_not_surely_its_own_is_never_removed(tmp_path: Path) -> None:
    elsewhere, logs, link = tmp_path / "elsewhere", tmp_path / f"{PREFIX}kept-logs", tmp_path / f"{PREFIX}link"
    for folder in (elsewhere, logs):
        folder.mkdir()
    (elsewhere / MARK).touch()
    link.symlink_to(elsewhere)
    (tmp_path / f"{PREFIX}file").touch()
    before = {*tmp_path.rglob("*")}
    with room(tmp_path):
        pass
    assert {*tmp_path.rglob("*")} == before
    shutil.rmtree(elsewhere)
