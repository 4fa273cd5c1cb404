"""The migrations make exactly the tables the stores use, from any state, on both databases."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text

from models.database import ROOT, Database, upgrade
from models.errors import DatabaseNotReady
from models.tables.everything import all_tables
from tests.contracts.stores.values import FakeClock

pytestmark = pytest.mark.anyio


def migrated_to(url: str, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "alembic"))
    engine = create_engine(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        (command.upgrade if revision == "head" else command.downgrade)(config, revision)
    engine.dispose()


def test_migrating_makes_exactly_the_tables_the_stores_use(url: str) -> None:
    engine = create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, all_tables()) == []
    engine.dispose()


def test_every_partial_index_keeps_its_condition(url: str) -> None:
    """``compare_metadata`` does not look at conditions; losing one would lose a promise."""
    engine = create_engine(url)
    found = {index["name"]: index for table in all_tables().tables for index in inspect(engine).get_indexes(table)}
    engine.dispose()
    for name in (
        *("uq_jobs_one_running", "uq_jobs_one_waiting", "uq_decisions_settled", "uq_approvals_one_pending"),
        *("uq_identities_one_owner", "uq_identities_one_account", "uq_hushes_one_in_force"),
    ):
        options = found[name]["dialect_options"]
        where = str(options.get("sqlite_where", options.get("postgresql_where")))
        assert found[name]["unique"]
        assert any(word in where for word in ("state", "verdict", "standing", "ended"))


def test_it_can_be_taken_back_and_made_again(url: str) -> None:
    migrated_to(url, "base")
    engine = create_engine(url)
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    engine.dispose()
    upgrade(url)


def test_upgrading_twice_changes_nothing(url: str) -> None:
    upgrade(url)
    upgrade(url)


async def test_processes_that_upgrade_at_once_take_turns(url: str, clock: FakeClock) -> None:
    migrated_to(url, "base")
    await asyncio.gather(*(asyncio.to_thread(migrate_by_itself, url) for _ in range(3)))
    database = Database(url, clock)
    await database.check_version()
    await database.close()


def migrate_by_itself(url: str) -> None:
    """As another process would: alembic keeps its context in a module, so threads cannot share it."""
    import subprocess
    import sys

    code = "import sys; from models.database import upgrade; upgrade(sys.argv[1])"
    subprocess.run([sys.executable, "-c", code, url], check=True, cwd=ROOT, timeout=60)


async def test_a_database_of_another_version_is_refused_with_the_remedy(url: str, clock: FakeClock) -> None:
    database = Database(url, clock)
    await database.check_version()
    head = await database.read(lambda c: c.execute(text("SELECT version_num FROM alembic_version")).scalar_one())
    await database.write(lambda c: c.execute(text("UPDATE alembic_version SET version_num = '0001'")), "age")
    with pytest.raises(DatabaseNotReady, match="pm db upgrade"):
        await database.check_version()
    renewed = text("UPDATE alembic_version SET version_num = :head").bindparams(head=head)
    await database.write(lambda c: c.execute(renewed), "renew")
    await database.close()


def test_a_new_file_is_made_with_its_folder(tmp_path: Path) -> None:
    upgrade(f"sqlite:///{tmp_path}/new/folder/pm.db")
    assert (tmp_path / "new" / "folder" / "pm.db").exists()
