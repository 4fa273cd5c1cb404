"""The power fails: of an SQLite file only what was synced to the disk is left, and every 202 is in it.

LazyFS, which drops what was not synced, needs FUSE and is no package of Debian. Instead the product runs with its
``fsync`` watched (``power.c``): what a file held when its last fsync had ended is kept, and with that it is started
again after each crash. It cannot show that a disk lies about fsync, or tears a write in two.
"""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.infrastructure.agent import Agent, at_work, kept
from tests.world import fresh_database

pytestmark = [pytest.mark.anyio, pytest.mark.faults]

CRASHES = int(os.environ.get("FAULTS_CRASHES", "5"))
SEED = os.environ.get("FAULTS_SEED", "power")
SOURCE = Path(__file__).with_name("power.c")


@pytest.fixture
def power(tmp_path: Path) -> dict[str, str]:
    """What the environment must say for the fsyncs below ``tmp_path/live`` to be watched."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no power loss: a C compiler is missing (apt-get install gcc)")
    library = tmp_path / "power.so"
    words = [compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(SOURCE), "-ldl"]
    subprocess.run(words, check=True, timeout=60)
    for folder in ("live", "disk"):
        (tmp_path / folder).mkdir()
    return {
        "LD_PRELOAD": str(library),
        "POWER_FROM": str(tmp_path / "live"),
        "POWER_TO": str(tmp_path / "disk"),
    }


def power_fails(tmp_path: Path) -> None:
    """What was written and not synced is gone."""
    for file in (tmp_path / "live").iterdir():
        file.unlink()
    for file in (tmp_path / "disk").iterdir():
        if not file.name.startswith(".draft-"):
            shutil.copy(file, tmp_path / "live" / file.name)


async def test_every_delivery_that_was_acknowledged_is_there_after_each_crash(
    power: dict[str, str], tmp_path: Path
) -> None:
    luck, live = random.Random(SEED), tmp_path / "live"
    database = fresh_database(live / "pm.db")
    shutil.copy(live / "pm.db", tmp_path / "disk" / "pm.db")
    acknowledged = set[str]()
    for crash in range(CRASHES):
        async with at_work(Agent(tmp_path, database, more=power)) as sender:
            sender.name = f"crash-{crash}"
            async with sender.sending(8):
                await asyncio.sleep(0.3 + luck.random())
                sender.agent.kill()
        acknowledged |= sender.acknowledged
        power_fails(tmp_path)
        with closing(sqlite3.connect(live / "pm.db")) as file:
            assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert acknowledged <= kept(database), acknowledged - kept(database)
    print(f"\n{CRASHES} crashes: {len(acknowledged)} deliveries acknowledged, all of them there")
    assert len(acknowledged) > 10 * CRASHES


COMMITS = """
import sqlite3, sys
file = sqlite3.connect(sys.argv[1], isolation_level=None)
file.execute("PRAGMA journal_mode = TRUNCATE")
file.execute(f"PRAGMA synchronous = {sys.argv[2]}")
file.execute("CREATE TABLE t (n)")
file.execute("INSERT INTO t VALUES (1)")
"""


@pytest.mark.parametrize(("synchronous", "left"), [("OFF", False), ("EXTRA", True)])
def test_what_is_not_synced_is_seen_to_be_lost(
    power: dict[str, str], tmp_path: Path, synchronous: str, left: bool
) -> None:
    """The test of the test: without fsync nothing of it is left."""
    file = tmp_path / "live" / "t.db"
    words = [sys.executable, "-c", COMMITS, str(file), synchronous]
    subprocess.run(words, env=power, check=True, timeout=30)
    power_fails(tmp_path)
    assert file.exists() is left
    if left:
        with closing(sqlite3.connect(file)) as found:
            assert found.execute("SELECT n FROM t").fetchall() == [(1,)]
