"""Several processes where that is refused, warned of or told: on SQLite, and beside a Redis that is not there."""

from __future__ import annotations

import json
import logging
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import cli
from bot.cli.alone import only_worker, require_one_door
from models.errors import OperatorError
from tests.bot.knocking import ROOT

DEPLOYED = str(ROOT / "deploy" / "gunicorn.conf.py")


@pytest.fixture(autouse=True)
def unkept(monkeypatch: pytest.MonkeyPatch) -> None:
    """gunicorn's first start: nothing is kept of an earlier one."""
    monkeypatch.setenv("PM_WEB_OPTIONS", "")


def test_several_web_processes_on_sqlite_are_refused_in_one_line(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("WEB_CONCURRENCY", "2")
    with pytest.raises(SystemExit, match="^error: WEB_CONCURRENCY is 2, .* PostgreSQL"):
        runpy.run_path(DEPLOYED)


def test_settings_that_are_broken_at_a_reload_leave_the_web_processes_as_they_are(
    environment: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    before = runpy.run_path(DEPLOYED)["workers"]
    environment.setenv("WEB_CONCURRENCY", "many")
    assert runpy.run_path(DEPLOYED)["workers"] == before
    assert "WEB_CONCURRENCY" in capfd.readouterr().err


def test_the_parent_of_the_web_processes_loads_nothing_that_a_reload_must_load_anew() -> None:
    words = "import runpy, sys, bot.generations; runpy.run_path(sys.argv[1]); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", words, DEPLOYED], capture_output=True, text=True, check=True)
    ours = {name for name in done.stdout.split() if name.split(".")[0] in ("bot", "models", "planner", "integrations")}
    assert ours == {"bot", "bot.generations"}


def test_as_many_web_processes_as_are_wanted_on_postgresql(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("WEB_CONCURRENCY", "3")
    environment.setenv("DATABASE_URL", "postgresql://host/pm")
    assert runpy.run_path(DEPLOYED)["workers"] == 3


@pytest.mark.parametrize(("url", "processes"), [("sqlite:///x.db", 1), ("postgresql://host/pm", 8)])
def test_one_process_or_postgresql_is_fine(url: str, processes: int) -> None:
    require_one_door(url, processes)
    with pytest.raises(OperatorError, match="WEB_CONCURRENCY"):
        require_one_door("sqlite:///x.db", 2)


def test_a_second_worker_on_one_sqlite_file_is_told_so(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    url = f"sqlite:///{tmp_path}/pm.db"
    with only_worker(url):
        assert caplog.records == []
        with only_worker(url):
            assert "another worker" in caplog.text
    caplog.clear()
    with only_worker(url), only_worker("postgresql://host/pm"), only_worker("postgresql://host/pm"):
        assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


@pytest.mark.parametrize("redis", ["", "redis://:hunter2@127.0.0.1:1/0"], ids=["none", "dead"])
def test_status_tells_of_redis(redis: str, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("REDIS_URL", redis)
    done = CliRunner().invoke(cli, ["status", "--json"])
    told = json.loads(done.output)["redis"]
    assert told["state"] == ("warning" if redis else "off")
    assert ("REDIS_URL" in told["detail"]) != bool(redis) and "hunter2" not in done.output
    assert ("redis: warning: 127.0.0.1:1" in CliRunner().invoke(cli, ["status"]).output) == bool(redis)
