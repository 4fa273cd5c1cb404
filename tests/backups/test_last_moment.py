"""What happens while a backup is being tried: whoever starts meanwhile is seen, and what a killed one left goes."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, text

from bot.backups.folder import Entry, make
from bot.backups.moving import move
from bot.backups.restoring import Target, restore, rows_there
from models.clock import SystemClock
from models.copying import at_work
from models.database import upgrade
from models.errors import OperatorError
from models.running import ALIVE
from models.tables.operations import processes
from models.tables.outbox import audit
from models.whole import outside, whole
from tests.backups.conftest import CLOCK, Kind, content


class Meanwhile(SystemClock):
    """Something happens when somebody looks at it for the second time: the first is before the trial."""

    def __init__(self, happens: Callable[[], object]) -> None:
        super().__init__()
        self._happens, self._looked = happens, 0

    def real(self) -> datetime:
        self._looked += 1
        if self._looked == 2:
            self._happens()
        return super().real()


def backed_up(kind: Kind, lived: bytes, folder: Path) -> tuple[str, Entry]:
    url = kind.holding(lived, folder)
    return url, make(kind.source(url), folder / "backups", CLOCK)


def into(kind: Kind, url: str, patience: float = 5.0) -> Target:
    return Target(url=url, pg_dump=kind.pg_dump, replace=True, patience=patience)


def starts(url: str) -> None:
    """An agent says that it is there, and takes something in."""
    now = CLOCK.real()
    with whole(url) as connection:
        row = {"name": "late", "kind": "start", "host": "h", "pid": 7, "version": "1", "began": now, "beat": now}
        connection.execute(insert(processes).values(**row))
        connection.execute(insert(audit).values(team="t", who="w", what="taken in", about="", detail="", at=now))


def test_an_agent_that_starts_during_the_trial_keeps_what_it_took_in(
    either: Kind, lived: bytes, tmp_path: Path
) -> None:
    url, made = backed_up(either, lived, tmp_path)
    with pytest.raises(OperatorError, match=r"the agent is at work: pm start on h \(process 7\)"):
        restore(made.file, into(either, url), Meanwhile(lambda: starts(url)))
    with whole(url, read_only=True) as connection:
        kept = connection.execute(text("SELECT count(*) FROM audit WHERE what = 'taken in'")).scalar_one()
    assert kept == 1 and not list(tmp_path.rglob("*before-restore*"))


@contextlib.contextmanager
def holding(file: Path) -> Iterator[Callable[[], int]]:
    """Another process that opens the file when it is told to; its number."""
    words = "import sys; sys.stdin.readline(); f = open(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", words, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdin is not None and other.stdout is not None
        come, go = other.stdout.readline, other.stdin

        def opens() -> int:
            go.write("\n")
            go.flush()
            come()
            return other.pid

        yield opens
        other.communicate()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells who has a file open")
def test_who_opens_the_file_during_the_trial_is_seen(sqlite_kind: Kind, lived: bytes, tmp_path: Path) -> None:
    url, made = backed_up(sqlite_kind, lived, tmp_path)
    before = content(url)
    refused = pytest.raises(OperatorError, match="the agent is at work: process")
    with holding(Path(url.removeprefix("sqlite:///"))) as opens, refused:
        restore(made.file, into(sqlite_kind, url), Meanwhile(opens))
    assert content(url) == before


def test_nothing_is_replaced_while_somebody_is_writing(sqlite_kind: Kind, lived: bytes, tmp_path: Path) -> None:
    url, made = backed_up(sqlite_kind, lived, tmp_path)
    with contextlib.closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperatorError, match="somebody is writing to the database"):
            restore(made.file, into(sqlite_kind, url, patience=0.05), CLOCK)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells who has a file open")
def test_nothing_is_moved_to_where_somebody_is_at_work(sqlite_kind: Kind, lived: bytes, tmp_path: Path) -> None:
    source, target = sqlite_kind.holding(lived, tmp_path), sqlite_kind.empty()
    upgrade(target)
    with holding(Path(target.removeprefix("sqlite:///"))) as opens:
        opens()
        with pytest.raises(OperatorError, match="the agent is at work: process"):
            move(source, target, CLOCK)
    assert rows_there(target) == 0


def test_an_agent_that_starts_while_its_company_moves_keeps_it_from_moving(
    sqlite_kind: Kind, lived: bytes, tmp_path: Path
) -> None:
    source, target = sqlite_kind.holding(lived, tmp_path), sqlite_kind.empty()
    came: list[str] = []
    with contextlib.closing(sqlite3.connect(source.removeprefix("sqlite:///"))) as agent:
        agent.execute("PRAGMA journal_mode = WAL")  # as the agent has it: others read while it writes

    def told(table: str, rows: int) -> None:
        if not came:
            came.append(table)
            starts(source)

    with pytest.raises(OperatorError, match="at work: pm start on h"):
        move(source, target, CLOCK, told)
    assert rows_there(target) == 0


@pytest.mark.parametrize(("ahead", "seen"), [(ALIVE / 2, True), (timedelta(hours=6), False)])
def test_a_beat_of_a_clock_that_was_ahead_keeps_nobody_waiting(
    sqlite_kind: Kind, lived: bytes, tmp_path: Path, ahead: timedelta, seen: bool
) -> None:
    with whole(sqlite_kind.holding(lived, tmp_path)) as connection:
        connection.execute(text("DELETE FROM jobs"))
        connection.execute(text("DELETE FROM processes"))
        at = CLOCK.real() + ahead
        row = {"name": "n", "kind": "web", "host": "h", "pid": 9, "version": "1", "began": at, "beat": at}
        connection.execute(insert(processes).values(**row))
        assert bool(at_work(connection, CLOCK.real())) is seen


# --- whose it is, and what is left --------------------------------------------------------------------------


def test_a_restored_file_is_for_whom_the_old_one_was(sqlite_kind: Kind, lived: bytes, tmp_path: Path) -> None:
    url, made = backed_up(sqlite_kind, lived, tmp_path)
    file, root = Path(url.removeprefix("sqlite:///")), os.geteuid() == 0
    file.chmod(0o640)
    if root:
        os.chown(file, 65_534, 65_534)
    restore(made.file, into(sqlite_kind, url), CLOCK)
    found = file.stat()
    assert stat.S_IMODE(found.st_mode) == 0o640
    assert not root or (found.st_uid, found.st_gid) == (65_534, 65_534)
    fresh = Path(sqlite_kind.empty().removeprefix("sqlite:///"))
    restore(made.file, into(sqlite_kind, f"sqlite:///{fresh}"), CLOCK)
    assert stat.S_IMODE(fresh.stat().st_mode) == 0o600


def dies() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def killed_in_the_middle(made: Entry, target: Target) -> None:
    child = os.fork()
    if not child:
        restore(made.file, target, Meanwhile(dies))
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def test_what_a_killed_one_left_goes_with_the_next(kind: Kind, lived: bytes, tmp_path: Path) -> None:
    url, made = backed_up(kind, lived, tmp_path)
    before = content(url)
    for _ in range(2):
        killed_in_the_middle(made, into(kind, url))
    assert content(url) == before and list(tmp_path.rglob(".pm-agent-restoring-*"))
    restore(made.file, into(kind, url), CLOCK)
    assert not list(tmp_path.rglob(".pm-agent-restoring-*"))
    if kind.name == "postgresql":
        with outside(url) as connection:
            left = "SELECT count(*) FROM pg_database WHERE datname LIKE 'pm\\_agent\\_scratch\\_%'"
            assert connection.execute(text(left)).scalar_one() == 0


def test_two_at_once_do_not_take_each_others_drafts(sqlite_kind: Kind, lived: bytes, tmp_path: Path) -> None:
    url, made = backed_up(sqlite_kind, lived, tmp_path)
    refused: list[str] = []

    def second() -> None:
        try:
            restore(made.file, into(sqlite_kind, url), CLOCK)
        except OperatorError as error:
            refused.append(str(error))

    assert restore(made.file, into(sqlite_kind, url), Meanwhile(second)).aside
    assert len(refused) == 1 and "another backup is being put back" in refused[0]
