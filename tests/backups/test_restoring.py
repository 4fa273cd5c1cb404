"""Backup, wipe, restore: every row is as it was; whatever does not fit is refused and nothing has changed."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, delete, func, insert, make_url, select, text
from sqlalchemy.engine import Engine

from bot.backups.folder import make
from bot.backups.restoring import Target, restore, rows_there
from bot.backups.scratch import tried
from bot.backups.sources import require_sound
from models.copying import present
from models.database import ROOT, Database, upgrade
from models.errors import DatabaseNotReady, OperatorError
from models.mailbox import Mailbox, NewJob
from models.tables.backups import restorations
from models.tables.everything import all_tables
from models.tables.operations import processes
from models.tables.queue import inbox, jobs
from models.whole import newest, revision_of, whole
from tests.backups.conftest import CLOCK, Kind, content

pytestmark = pytest.mark.anyio

CHANGED = {"restorations", "inbox", "jobs", "processes", "dashboard_links", "dashboard_visits"}
"""What going back in time changes by itself: numbers jump, leases end, nobody is signed in."""


def target(kind: Kind, url: str, *, replace: bool = False) -> Target:
    return Target(url=url, pg_dump=kind.pg_dump, replace=replace)


def wiped(kind: Kind, url: str) -> str:
    if kind.name == "sqlite":
        Path(url.removeprefix("sqlite:///")).unlink()
        return url
    with whole(url) as connection:
        for name in present(connection):
            connection.execute(text(f"DROP TABLE {name} CASCADE"))
    return url


def test_what_only_a_write_ahead_log_holds_is_in_it_and_comes_back(
    sqlite_kind: Kind, lived: bytes, tmp_path: Path
) -> None:
    url = sqlite_kind.holding(lived, tmp_path)
    file = url.removeprefix("sqlite:///")
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as agent:
        assert agent.execute("PRAGMA journal_mode = WAL").fetchone() == ("wal",)
        agent.execute("INSERT INTO reads (team, source) VALUES ('late', 'jira')")
        made = make(sqlite_kind.source(url), tmp_path / "backups", CLOCK)
        assert Path(file + "-wal").stat().st_size > 0
    before = content(url)
    restore(made.file, target(sqlite_kind, url, replace=True), CLOCK)
    assert {name for name in before if before[name] != content(url)[name]} <= CHANGED


@pytest.mark.faults
def test_a_backup_of_one_kind_fills_a_database_of_the_other(
    sqlite_kind: Kind, postgresql_kind: Kind, lived: bytes, tmp_path: Path
) -> None:
    url = sqlite_kind.holding(lived, tmp_path)
    made = make(sqlite_kind.source(url), tmp_path / "backups", CLOCK)
    to = postgresql_kind.empty()
    restore(made.file, target(postgresql_kind, to), CLOCK)
    before, after = content(url), content(to)
    assert {name for name in before if before[name] != after[name]} <= CHANGED
    dumped = make(postgresql_kind.source(to), tmp_path / "dumps", CLOCK)
    back, scratch = sqlite_kind.empty(), postgresql_kind.empty()
    restore(dumped.file, Target(url=back, pg_dump=postgresql_kind.pg_dump, scratch=scratch), CLOCK)
    assert {name for name in before if before[name] != content(back)[name]} <= CHANGED
    with whole(scratch, read_only=True) as connection:
        assert present(connection) == []


@pytest.mark.parametrize("revision", ["0005", "0006"])
def test_an_old_backup_becomes_one_of_this_version(either: Kind, lived: bytes, tmp_path: Path, revision: str) -> None:
    url = either.holding(lived, tmp_path)
    before = content(url)
    downgraded(url, revision)
    made = make(either.source(url), tmp_path / "backups", CLOCK)
    assert made.manifest is not None and made.manifest.schema == revision
    restore(made.file, target(either, wiped(either, url)), CLOCK)
    after = content(url)
    with whole(url, read_only=True) as connection:
        assert revision_of(connection) == newest()
    since = {"forecasts", "ended_stands", "marks", "decisions", "counts", "alerts"}  # newer than the backup
    assert {name for name in before if before[name] != after[name]} <= CHANGED | since
    assert after["decisions"].rows == before["decisions"].rows > 0 and after["effects"] == before["effects"]


def downgraded(url: str, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "alembic"))
    engine = engine_of(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
    engine.dispose()


def engine_of(url: str) -> Engine:
    return create_engine(make_url(url.replace("postgresql:", "postgresql+psycopg:")))


def test_a_backup_of_a_newer_version_is_refused(kind: Kind, lived: bytes, tmp_path: Path) -> None:
    url = kind.holding(lived, tmp_path)
    with whole(url) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0099'"))
    made = make(kind.source(url), tmp_path / "backups", CLOCK)
    with pytest.raises(OperatorError, match=r"\(tables 0099\), which is newer than this"):
        restore(made.file, target(kind, wiped(kind, url)), CLOCK)


# --- what stands in the way ---------------------------------------------------------------------------------


def test_rows_are_replaced_only_when_told_and_kept_aside(kind: Kind, lived: bytes, tmp_path: Path) -> None:
    url = kind.holding(lived, tmp_path)
    made = make(kind.source(url), tmp_path / "backups", CLOCK)
    with whole(url) as connection:
        connection.execute(text("DELETE FROM effects"))
    rows, before = rows_there(url), content(url)
    with pytest.raises(OperatorError, match=f"holds {rows} rows, which would be kept aside. Add --yes"):
        restore(made.file, target(kind, url), CLOCK)
    assert content(url) == before
    done = restore(made.file, target(kind, url, replace=True), CLOCK)
    assert content(url)["effects"].rows == done.rows["effects"] > 0
    if kind.name == "sqlite":
        assert content(f"sqlite:///{done.aside}") == before
    else:
        schema = done.aside.split()[2]
        with whole(url, read_only=True) as connection:
            connection.execute(text(f"SET LOCAL search_path = {schema}"))
            kept = {name: connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in before}
        assert kept == {name: each.rows for name, each in before.items()}


def test_a_damaged_backup_changes_nothing(kind: Kind, lived: bytes, tmp_path: Path) -> None:
    url = kind.holding(lived, tmp_path)
    made = make(kind.source(url), tmp_path / "backups", CLOCK)
    before, body = content(url), bytearray(made.file.read_bytes())
    body[len(body) // 2] ^= 1
    made.file.write_bytes(body)
    with pytest.raises(OperatorError, match="checksum does not fit"):
        restore(made.file, target(kind, url, replace=True), CLOCK)
    assert content(url) == before


def test_counts_that_do_not_fit_are_found(kind: Kind, lived: bytes, tmp_path: Path) -> None:
    """A dump that is whole and says something else than it holds: as if rows had been lost before it was sealed."""
    from bot.backups import archive

    url = kind.holding(lived, tmp_path)
    made = make(kind.source(url), tmp_path / "backups", CLOCK)
    assert made.manifest is not None
    body, false = tmp_path / "body", tmp_path / "false.tar"
    archive.take_out(made.file, body)
    lying = archive.Manifest.from_bytes(made.manifest.to_bytes().replace(b'"effects": ', b'"effects": 1'))
    archive.pack(false, lying, body, {})
    with pytest.raises(OperatorError, match=r"it says \d+ rows of effects and holds"):
        restore(false, target(kind, wiped(kind, url)), CLOCK)
    assert rows_there(url) == 0


async def test_nothing_is_put_back_under_a_worker(kind: Kind, lived: bytes, tmp_path: Path) -> None:
    url = kind.holding(lived, tmp_path)
    made = make(kind.source(url), tmp_path / "backups", CLOCK)
    database = Database(url, CLOCK)
    await Mailbox(database, CLOCK).put(NewJob("tidy", "tidy", "payments", lane=0))  # type: ignore[arg-type]
    assert await Mailbox(database, CLOCK).claim((0,), 60) is not None
    await database.close()
    with pytest.raises(OperatorError, match="the agent is at work: a worker that holds 1 jobs"):
        restore(made.file, target(kind, url, replace=True), CLOCK)


def test_nothing_is_put_back_while_a_process_says_it_is_there(kind: Kind, lived: bytes, tmp_path: Path) -> None:
    url = kind.holding(lived, tmp_path)
    made = make(kind.source(url), tmp_path / "backups", CLOCK)
    now = CLOCK.real()
    row = {"name": "n", "kind": "web", "host": "h1", "pid": 77, "version": "1", "began": now, "beat": now}
    with whole(url) as connection:
        connection.execute(delete(processes))
        connection.execute(insert(processes).values(**row))
    with pytest.raises(OperatorError, match=r"the agent is at work: pm web on h1 \(process 77\)"):
        restore(made.file, target(kind, url, replace=True), CLOCK)


async def test_an_idle_agent_that_says_nothing_is_seen_all_the_same(kind: Kind, lived: bytes, tmp_path: Path) -> None:
    """By its connections to PostgreSQL; by the open file of SQLite, where the system tells."""
    url = kind.holding(lived, tmp_path)
    made = make(kind.source(url), tmp_path / "backups", CLOCK)
    if kind.name == "sqlite":
        if not sys.platform.startswith("linux"):
            pytest.skip("only Linux tells who has a file open")
        held = [sys.executable, "-c", "import sys; f = open(sys.argv[1]); print('open', flush=True); sys.stdin.read()"]
        file = url.removeprefix("sqlite:///")
        with subprocess.Popen([*held, file], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
            assert other.stdout is not None and other.stdout.readline()
            with pytest.raises(OperatorError, match=f"process {other.pid} has"):
                restore(made.file, target(kind, url, replace=True), CLOCK)
            other.communicate()
    else:
        database = Database(url, CLOCK)
        await database.check_version()
        with pytest.raises(OperatorError, match=r"\d connections to this database"):
            restore(made.file, target(kind, url, replace=True), CLOCK)
        await database.close()
    restore(made.file, target(kind, url, replace=True), CLOCK)


def test_a_database_that_cannot_be_read_keeps_nobody_from_replacing_it(
    sqlite_kind: Kind, lived: bytes, tmp_path: Path
) -> None:
    url = sqlite_kind.holding(lived, tmp_path)
    made, file = make(sqlite_kind.source(url), tmp_path / "backups", CLOCK), Path(url.removeprefix("sqlite:///"))
    file.write_bytes(b"\xff" * 50_000)
    done = restore(made.file, target(sqlite_kind, url, replace=True), CLOCK)
    assert Path(done.aside).read_bytes() == b"\xff" * 50_000
    assert content(url)["effects"].rows > 0


def test_a_journal_of_the_old_file_is_not_played_into_the_new_one(
    sqlite_kind: Kind, lived: bytes, tmp_path: Path
) -> None:
    url = sqlite_kind.holding(lived, tmp_path)
    made, file = make(sqlite_kind.source(url), tmp_path / "backups", CLOCK), Path(url.removeprefix("sqlite:///"))
    file.write_bytes(b"\xff" * 50_000)  # damaged, so that nobody plays it back
    journal = file.with_name(file.name + "-wal")
    journal.write_bytes(b"\x37\x7f\x06\x82" + b"\1" * 4_000)
    done = restore(made.file, target(sqlite_kind, url, replace=True), CLOCK)
    assert Path(done.aside).exists() and not journal.exists()
    require_sound(file)


@pytest.mark.faults
def test_a_user_who_may_make_no_database_is_told_the_remedy(
    postgresql_kind: Kind, lived: bytes, tmp_path: Path
) -> None:
    url = postgresql_kind.holding(lived, tmp_path)
    made = make(postgresql_kind.source(url), tmp_path / "backups", CLOCK)
    with whole(url) as connection:
        name = make_url(url).database
        connection.execute(text("DROP ROLE IF EXISTS humble"))
        connection.execute(text("CREATE ROLE humble LOGIN"))
        connection.execute(text(f"ALTER DATABASE {name} OWNER TO humble"))
        connection.execute(text("GRANT ALL ON SCHEMA public TO humble"))
        connection.execute(text("GRANT ALL ON ALL TABLES IN SCHEMA public TO humble"))
    theirs = make_url(url).set(username="humble").render_as_string()
    with pytest.raises(OperatorError, match="a scratch database cannot be made: .*CREATEDB.*or name an empty one"):
        restore(made.file, target(postgresql_kind, theirs, replace=True), CLOCK)
    with tried(made.file, tmp_path / "room", url, named=postgresql_kind.empty(), pg_dump=postgresql_kind.pg_dump) as it:
        assert it.rows["effects"] > 0
    with whole(url) as connection:
        connection.execute(text(f"ALTER DATABASE {name} OWNER TO postgres"))
        connection.execute(text("DROP OWNED BY humble; DROP ROLE humble"))


@pytest.mark.faults
def test_no_scratch_database_is_left(postgresql_kind: Kind, server: str, lived: bytes, tmp_path: Path) -> None:
    url = postgresql_kind.holding(lived, tmp_path)
    made = make(postgresql_kind.source(url), tmp_path / "backups", CLOCK)
    restore(made.file, target(postgresql_kind, url, replace=True), CLOCK)
    with whole(server, read_only=True) as connection:
        left = "SELECT count(*) FROM pg_database WHERE datname LIKE 'pm_agent_scratch%'"
        assert connection.execute(text(left)).scalar_one() == 0


def test_its_numbers_go_on_far_above_those_of_the_time_that_is_gone(kind: Kind, lived: bytes, tmp_path: Path) -> None:
    """Replies carry a marker made of a job's number: a new question must not find the answer to a lost one."""
    url = kind.holding(lived, tmp_path)
    made = make(kind.source(url), tmp_path / "backups", CLOCK)
    with whole(url, read_only=True) as connection:
        last = {t.name: connection.execute(select(func.max(t.c.id))).scalar_one() or 0 for t in (inbox, jobs)}
    restore(made.file, target(kind, url, replace=True), CLOCK)
    with whole(url) as connection:
        row = {"source": "jira", "delivery_id": "new", "name": "n", "team": "t", "body": b"", "received": CLOCK.real()}
        number = connection.execute(insert(inbox).values(**row).returning(inbox.c.id)).scalar_one()
        assert number > last["inbox"] + 999_999
        assert connection.execute(select(func.max(jobs.c.id))).scalar_one() > last["jobs"] + 999_999
        assert connection.execute(select(restorations.c.file)).scalar_one() == made.file.name


def test_an_empty_database_that_was_prepared_is_filled(kind: Kind, lived: bytes, tmp_path: Path) -> None:
    url, to = kind.holding(lived, tmp_path), kind.empty()
    made = make(kind.source(url), tmp_path / "backups", CLOCK)
    upgrade(to)
    done = restore(made.file, target(kind, to), CLOCK)
    assert done.rows == {name: each.rows for name, each in content(url).items()}
    assert set(done.rows) == set(all_tables().tables)


@pytest.mark.faults
def test_a_server_that_is_gone_is_one_line(postgresql_kind: Kind, lived: bytes, tmp_path: Path) -> None:
    url = postgresql_kind.holding(lived, tmp_path)
    made = make(postgresql_kind.source(url), tmp_path / "backups", CLOCK)
    with pytest.raises(DatabaseNotReady):
        restore(made.file, target(postgresql_kind, f"postgresql://nobody@127.0.0.1:1/{os.getpid()}"), CLOCK)
