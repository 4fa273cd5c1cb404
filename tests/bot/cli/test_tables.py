"""What serves for months keeps nothing in memory that only prepared it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.cli.tables import prepare_database
from bot.settings import Settings
from models.errors import DatabaseNotReady
from tests.world import fresh_database

STARTING = """
import gc, sys
import bot.cli.run, bot.cli.serve
from bot.cli.tables import prepare_database
from bot.garbage import settle
from bot.settings import Settings
prepare_database(Settings.model_construct(database_url=sys.argv[1]))
settle()
assert gc.get_freeze_count() > 1000, "the collector looks at what was loaded"
print(*sys.modules)
"""


def test_the_parent_of_the_doors_loads_neither_tables_nor_product(tmp_path: Path) -> None:
    words = [sys.executable, "-c", STARTING, fresh_database(tmp_path / "pm.db")]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert {"gunicorn", "pydantic"} <= (loaded := set(done.stdout.split()))
    assert loaded.isdisjoint({"sqlalchemy", "alembic", "bot.server", "bot.app", "slack_bolt", "planner"})


def test_tables_that_cannot_be_made_are_one_honest_line(tmp_path: Path) -> None:
    (file := tmp_path / "pm.db").write_bytes(b"this is no database, and it was never one")
    with pytest.raises(DatabaseNotReady) as why:
        prepare_database(Settings.model_construct(database_url=f"sqlite:///{file}"))
    assert "not a database" in str(why.value) and "\n" not in str(why.value) and os.linesep not in str(why.value)
