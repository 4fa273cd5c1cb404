"""``pm chaos``: what it certifies, what it refuses, and that nothing of it is left, whoever ends it."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from bot.chaos.campaign import Campaign
from bot.chaos.certificate import TOLD, Certificate, Figures
from bot.chaos.kills import Kill
from bot.chaos.places import scratch
from bot.chaos.play import CONSTITUTION, Run
from bot.chaos.product import ROOT, environment
from bot.chaos.rooms import PREFIX, room
from bot.chaos.seen import Seen
from bot.cli import cli
from bot.cli.chaos import _shell
from models.errors import DatabaseNotReady
from tests.chaos.test_places import made, put_a_row

FIGURES = Figures(
    stories=4,
    points=Counter({"accept:after": 2, "settle:before": 1}),
    passed=130,
    by_chance=5,
    events=320,
    repeats=28,
    effects=60,
    approvals=20,
    seconds=312.4,
)
GOOD = Certificate("0.1.0", "SQLite 3.40.1, TRUNCATE + EXTRA", 7, "pm chaos --seed 7", FIGURES)


def test_the_certificate_states_what_was_done_and_how_to_do_it_again() -> None:
    page = "\n".join(GOOD.lines())
    for said in (
        r"version +0\.1\.0",
        r"database +SQLite 3\.40\.1, TRUNCATE \+ EXTRA",
        r"seed +7",
        r"kills +8: 3 at 2 of the 130 commit points the story passes, 5 by chance",
        r"events +320",
        r"repeats +28",
        r"effects +60",
        r"approvals +20",
        r"violations +0",
        r"duration +5 min 12 s",
        r"again +pm chaos --seed 7",
        r"2 accept:after +1 settle:before",
    ):
        assert re.search(said, page), said
    assert GOOD.as_json()["runs_per_commit_point"] == {"accept:after": 2, "settle:before": 1}


def test_what_there_was_no_time_for_is_told() -> None:
    assert "not played" not in "\n".join(GOOD.lines())
    short = replace(GOOD, figures=replace(FIGURES, left=31))
    assert "not played: 31 kills" in "\n".join(short.lines()) and short.as_json()["kills_left"] == 31


def test_each_violation_is_told_and_all_are_in_the_json() -> None:
    wrong = [f"kept: delivery {number}" for number in range(TOLD + 2)]
    bad = replace(GOOD, figures=replace(FIGURES, violations=wrong))
    page = list(bad.lines())
    assert sum(line.startswith("VIOLATION kept: delivery") for line in page) == TOLD
    assert page[-1] == "and 2 more: --json has all"
    assert bad.as_json()["violations"] == wrong


def test_an_interrupted_one_says_so() -> None:
    assert "INTERRUPTED" in next(replace(GOOD, interrupted=True).lines())


def test_it_refuses_in_one_line_where_the_agent_s_rows_are(tmp_path: Path) -> None:
    put_a_row(f"sqlite:///{tmp_path}/pm.db")
    done = CliRunner().invoke(cli, ["chaos", "--database", f"sqlite:///{tmp_path}/pm.db"])
    assert done.exit_code == 1
    assert re.fullmatch(r"error: that database holds 2 rows of the agent's own\. Name another file: .*\n", done.output)


@pytest.mark.parametrize(
    ("option", "given"),
    [
        ("--kills", "0"),
        ("--minutes", "0"),
        ("--minutes", "nan"),
        ("--seed", "-1"),
        ("--database", "mysql://x/y"),
        ("--database", "postgresql://user:word@host:port/x"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_the_name_of_its_option(option: str, given: str) -> None:
    done = CliRunner().invoke(cli, ["chaos", option, given])
    assert done.exit_code == 2 and f"Invalid value for '{option}': " in done.output


def test_the_story_goes_by_the_constitution_that_ships_whatever_became_of_the_user_s_own() -> None:
    shipped = yaml.safe_load((ROOT / "directives.yaml").read_text(encoding="utf-8"))
    assert yaml.safe_load(CONSTITUTION.read_text(encoding="utf-8")) == shipped
    assert not CONSTITUTION.samefile(ROOT / "directives.yaml")


def test_the_agents_are_given_the_way_to_the_server_and_no_setting_of_the_user_s(tmp_path: Path) -> None:
    user = {"PGPASSWORD": "word", "TMPDIR": "/tmp", "PATH": "/bin", "SLACK_BOT_TOKEN": "secret", "DATABASE_URL": "mine"}
    given = environment(tmp_path, tmp_path / "law.yaml", 1, "sqlite:///x", {}, _shell(user))
    assert given["PGPASSWORD"] == "word" and given["TMPDIR"] == "/tmp"
    assert given["DATABASE_URL"] == "sqlite:///x" and "secret" not in given.values()


# --- what a run comes to, its stories apart ---------------------------------------------------------------------

PASSED = {"a_burst": Counter({"accept:before": 3, "accept:after": 3})}


def certified(
    monkeypatch: pytest.MonkeyPatch, *, wrong: Sequence[str] = (), dies: bool = True, gone: bool = False
) -> Result:
    """``pm chaos --kills 1`` with stories that take no time: the first is undisturbed, and goes well."""
    stories = itertools.count()

    async def run(folder: Path, _url: str, kills: Sequence[Kill], **_more: object) -> Run:
        await asyncio.to_thread(folder.mkdir, parents=True)
        if next(stories) == 0:
            return Run(Seen(), kills, frozenset(), [], 1.0, PASSED, 0, folder / "log")
        if gone:
            raise DatabaseNotReady("the database did not answer", hint="Check the server")
        return Run(Seen(), kills, frozenset(kills if dies else ()), list(wrong), 1.0, PASSED, 0, folder / "log")

    async def no_storms(*_: object) -> None:
        return None

    monkeypatch.setattr("bot.chaos.campaign.run", run)
    monkeypatch.setattr(Campaign, "_storms", no_storms)
    return CliRunner().invoke(cli, ["chaos", "--kills", "1"])


def test_it_succeeds_when_all_that_was_wanted_was_tried_and_nothing_was_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    done = certified(monkeypatch)
    assert done.exit_code == 0 and re.search(r"violations +0\n", done.output), done.output


def test_a_violation_fails_it_and_its_logs_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    done = certified(monkeypatch, wrong=["kept: delivery 7 was acknowledged and is gone"])
    assert done.exit_code == 1 and "VIOLATION kept: delivery 7" in done.output
    kept = re.search(r"logs of the stories with violations: (\S+)", done.output)
    assert kept is not None and Path(kept[1]).is_dir()
    shutil.rmtree(kept[1])


def test_a_kill_whose_moment_never_came_fails_it(monkeypatch: pytest.MonkeyPatch) -> None:
    done = certified(monkeypatch, dies=False)
    assert done.exit_code == 1 and "not reached: accept:" in done.output


def test_a_database_that_goes_away_ends_it_in_one_line_after_what_was_done(monkeypatch: pytest.MonkeyPatch) -> None:
    done = certified(monkeypatch, gone=True)
    assert done.exit_code == 1 and "INTERRUPTED" in done.output and re.search(r"stories +1,", done.output)
    assert done.output.endswith("error: the database did not answer. Check the server\n")


# --- with make chaos --------------------------------------------------------------------------------------------


WITHIN = 60.0
"""Seconds until processes are there, and until they are gone: a worker notices within one that its parent died."""


def pm(*words: str, **given: str) -> subprocess.Popen[str]:
    """In a process of its own."""
    asked, told = [sys.executable, "-m", "bot", "chaos", *words], {**os.environ, **given}
    return subprocess.Popen(asked, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=told)


@pytest.mark.chaos
def test_a_few_kills_on_a_server_of_ones_own_are_certified_and_nothing_is_left(own_server: str) -> None:
    done = pm("--kills", "3", "--seed", "5", "--database", own_server, "--json")
    out, err = done.communicate(timeout=500)
    told = json.loads(out)
    assert done.returncode == 0, err
    assert told["violations"] == [] and told["kills"] >= 3 and told["kills_by_chance"] >= 1
    assert told["database"].startswith("PostgreSQL") and told["seed"] == 5 and told["effects"] > 20
    assert told["command"].startswith("pm chaos --seed 5 --minutes 10 --kills 3 --database ")
    assert made(own_server) == []


@pytest.mark.chaos
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_one_leaves_no_process_and_no_database(own_server: str, sign: signal.Signals) -> None:
    running = pm("--kills", "3", "--database", own_server)
    assert running.stderr is not None
    running.stderr.readline()
    time.sleep(8)
    assert made(own_server) != [] and children(running.pid) != []
    os.kill(running.pid, sign)
    out, _ = running.communicate(timeout=60)
    assert running.returncode == 1 and "INTERRUPTED" in out
    assert made(own_server) == []


@pytest.mark.chaos
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with its parent")
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_one_that_is_killed_takes_its_processes_along_and_the_next_drops_the_rest(
    kind: str, own_server: str, tmp_path: Path
) -> None:
    url = own_server if kind == "postgresql" else f"sqlite:///{tmp_path}/pm.db"
    running = pm("--kills", "3", "--database", url, TMPDIR=str(tmp_path))
    seconds = time.monotonic() + WITHIN
    while not (found := offspring(running.pid)) or len(found) < 2:
        assert time.monotonic() < seconds and running.poll() is None
        time.sleep(0.1)
    running.kill()
    running.communicate()
    seconds = time.monotonic() + WITHIN
    while left := [each for each in found if alive(each)]:
        assert time.monotonic() < seconds, f"{left} of {found} live on"
        time.sleep(0.1)
    left_behind = {*tmp_path.glob(f"{PREFIX}*")}
    assert left_behind and (kind == "sqlite" or made(own_server))
    with scratch(url), room(tmp_path):
        assert not left_behind & {*tmp_path.glob(f"{PREFIX}*")}
    assert not [*tmp_path.glob(f"{PREFIX}*")] and made(own_server) == []


def children(process: int) -> list[str]:
    return Path(f"/proc/{process}/task/{process}/children").read_text().split()


def offspring(process: int) -> list[int]:
    """Its children, and theirs."""
    try:
        found = [int(each) for each in children(process)]
    except OSError:
        return []
    return [*found, *(each for child in found for each in offspring(child))]


def alive(process: int) -> bool:
    """Whether it is more than a number that nobody has asked for."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
