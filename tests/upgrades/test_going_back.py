"""An older version on a newer database: refused in one line that names the backup, and nothing is changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, text

from bot.cli import cli
from models.clock import SystemClock
from models.database import BACK, Database, upgrade
from models.errors import DatabaseNotReady

pytestmark = pytest.mark.anyio


@pytest.fixture
def newer(tmp_path: Path) -> str:
    """Tables that a version to come has made."""
    url = f"sqlite:///{tmp_path / 'pm.db'}"
    upgrade(url)
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    return url


async def test_an_older_version_names_the_backup_and_not_an_upgrade_that_cannot_help(newer: str) -> None:
    database = Database(newer, SystemClock())
    with pytest.raises(DatabaseNotReady, match="at version 9999") as refused:
        await database.check_version()
    await database.close()
    assert refused.value.hint == BACK and "pm restore" in BACK


def test_an_upgrade_by_the_older_version_is_one_line_and_changes_nothing(newer: str) -> None:
    asked = CliRunner().invoke(cli, ["db", "upgrade"], env={"DATABASE_URL": newer})
    assert asked.exit_code == 1
    [line] = asked.output.splitlines()
    assert "a newer version has changed the database" in line and "pm restore FILE" in line
    engine = create_engine(newer)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "9999"
    engine.dispose()
