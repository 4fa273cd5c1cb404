"""The house stands: import rules hold, catch what they are for, and doors open without heavy libraries."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LINT = Path(sys.executable).with_name("lint-imports")
HEAVY = ("anthropic", "mcp", "atlassian")
"""0.5 to 1.7 seconds and 40 to 80 MB each: only the part that calls them may pay."""


def lint(house: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([LINT, "--no-cache"], cwd=house, capture_output=True, text=True, timeout=120, check=False)


def test_every_import_rule_holds() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout[-4000:]


VIOLATIONS = {
    "a file nobody gave a place": ("planner/brainwave.py", '"""A thought."""\n'),
    "planner sees an adapter": ("planner/facts/observe.py", "import integrations.slack\n"),
    "adapter sees the planner": ("integrations/health.py", "import planner.ports\n"),
    "planner does I/O": ("planner/bounds/worktime.py", "import os\n"),
    "planner sleeps": ("planner/bounds/worktime.py", "import time\n"),
    "planner logs": ("planner/facts/observe.py", "import logging\n"),
    "planner opens the store": ("planner/facts/observe.py", "import models.store\n"),
    "adapter opens the database": ("integrations/rest/answers.py", "import models.database\n"),
    "door reads tables": ("bot/webhooks.py", "import models.tables\n"),
    "worker reads settings": ("bot/worker.py", "import bot.settings\n"),
    "view calls Slack": ("bot/views/parts/message.py", "import integrations.slack\n"),
    "door calls a vendor": ("bot/webhooks.py", "import atlassian\n"),
    "product knows the simulator": ("bot/app.py", "import integrations.simulator\n"),
    "nouns know the doors": ("models/work.py", "import bot.metrics\n"),
    "a cycle": ("models/ids.py", "import models.work\n"),
}
"""What must be refused: (the file it is added to, the line)."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the code that may be spoilt."""
    copy = tmp_path_factory.mktemp("house")
    shutil.copy(ROOT / "pyproject.toml", copy)
    for room in ("bot", "integrations", "planner", "models"):
        shutil.copytree(ROOT / room, copy / room, ignore=shutil.ignore_patterns("__pycache__", "static"))
    assert lint(copy).returncode == 0
    return copy


@pytest.mark.parametrize("violation", VIOLATIONS)
def test_a_violation_is_caught(violation: str, house: Path) -> None:
    name, line = VIOLATIONS[violation]
    file = house / name
    before = file.read_text() if file.exists() else None
    file.write_text((before or "") + "\n" + line)
    try:
        assert lint(house).returncode != 0
    finally:
        file.unlink() if before is None else file.write_text(before)


def loaded_by(door: str) -> set[str]:
    """Every module that importing ``door`` brings in, in a process of its own."""
    code = f"import {door}, sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


@pytest.mark.parametrize("door", ["bot.cli", "bot.cli.run", "bot.server"])
def test_doors_open_without_heavy_libraries_and_without_the_simulator(door: str) -> None:
    loaded = loaded_by(door)
    assert door in loaded
    assert loaded.isdisjoint({*HEAVY, "integrations.simulator"})


AT_WORK = """
import asyncio, sys
from datetime import timedelta
from pathlib import Path
from integrations.simulator.claude.api import Pace
from tests.world import running

async def main():
    for name, how in (("worker", {}), ("web", {"work": False, "claude": Pace()})):
        (folder := Path(sys.argv[1]) / name).mkdir()
        async with running(folder, **how) as world:
            world.lose_an_owner()
            await world.simulator.webhooks.idle()
            if world.work:
                await world.later(timedelta(hours=1))
                assert world.messages(), "it was at work"
            else:
                assert world.app.claude is not None
                assert (await world.app.mailbox.depths()).waiting, "a delivery was taken"
        assert sys.modules.keys().isdisjoint({"anthropic", "mcp"}), name

asyncio.run(main())
"""


def test_neither_a_worker_without_a_key_nor_a_web_process_with_one_loads_them_at_work(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", AT_WORK, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]


def test_the_migrations_do_not_hide_the_library() -> None:
    assert not (ROOT / "alembic" / "__init__.py").exists()
