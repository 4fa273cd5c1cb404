"""``pm demo``: a folder no other demo touches, and a company clock that can only run forward."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import cli
from bot.cli.demo import own_folder
from models.errors import OperatorError
from tests.bot.knocking import ROOT

HOLD = """
import sys
from bot.cli.demo import own_folder
with own_folder(None) as folder:
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path.resolve()


def test_a_second_demo_leaves_the_first_one_alone(clone: Path) -> None:
    with own_folder(None) as first:
        (first / "pm-agent.db").write_text("a day's work")
        with own_folder(None) as second, own_folder(None) as third:
            assert [first, second, third] == [clone / "var" / name for name in ("demo", "demo-2", "demo-3")]
        assert (first / "pm-agent.db").read_text() == "a day's work"


def test_a_demo_starts_afresh_where_one_has_ended() -> None:
    with own_folder(None) as first:
        (first / "product.log").touch()
        (first / "more").mkdir()
    with own_folder(None) as again:
        assert again == first and [left.name for left in again.iterdir()] == [".pm-demo"]


def test_a_killed_demo_gives_its_folder_back(clone: Path) -> None:
    command = [sys.executable, "-c", HOLD]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, env={"PYTHONPATH": str(ROOT)}, text=True, **pipes) as other:
        assert other.stdout is not None and other.stdout.readline().strip() == str(clone / "var" / "demo")
        with own_folder(None) as beside:
            assert beside.name == "demo-2"
        other.kill()
    with own_folder(None) as again:
        assert again.name == "demo"


def test_a_folder_asked_for_is_refused_while_a_demo_uses_it(clone: Path) -> None:
    with own_folder(clone / "mine"):
        done = CliRunner().invoke(cli, ["demo", "--dir", "mine"])
    assert done.exit_code == 1
    assert done.output.splitlines() == ["error: mine is in use by a running demo. Name another folder with --dir"]


def test_a_folder_with_other_files_is_never_emptied(clone: Path) -> None:
    (clone / "var" / "demo").mkdir(parents=True)
    (clone / "var" / "demo" / "thesis.txt").touch()
    with pytest.raises(OperatorError, match="not a demo's"), own_folder(None):
        pass
    assert (clone / "var" / "demo" / "thesis.txt").exists()


@pytest.mark.parametrize("speed", ["-1", "0", "86401", "inf", "nan"])
def test_a_clock_that_stands_or_runs_back_is_refused(clone: Path, speed: str) -> None:
    done = CliRunner().invoke(cli, ["demo", "--speed", speed])
    assert done.exit_code == 2 and "--speed" in done.output
    assert not (clone / "var").exists()
