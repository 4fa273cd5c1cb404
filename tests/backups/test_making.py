"""A backup is made while others write, and is of one moment; killed, or out of room, it leaves nothing behind."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from bot.backups import archive, sources
from bot.backups.folder import entries, make
from bot.backups.scratch import tried
from bot.backups.sources import copy_file, name_of, require_sound
from models.errors import DatabaseNotReady, OperatorError
from models.whole import whole
from tests.backups.conftest import CLOCK, Kind

ROOT = Path(__file__).parents[2]
AUDIT = "INSERT INTO audit (id, at, team, who, what, about, detail) VALUES (:n, :at, '', '', '', '', :body)"


@contextmanager
def pairs_being_written(url: str) -> Iterator[list[int]]:
    """Somebody commits pairs of rows in two tables as fast as it goes; a torn copy has half a pair."""
    engine, stop, done = (
        create_engine(make_url(url.replace("postgresql:", "postgresql+psycopg:"))),
        threading.Event(),
        [],
    )

    def write() -> None:
        while not stop.is_set():
            with engine.begin() as connection:
                n, at = len(done) + 1_000_000, CLOCK.real().isoformat().replace("+00:00", "")
                connection.execute(text(AUDIT), {"n": n, "at": at, "body": ""})
                row = {"team": f"pair{n}", "filler": "x" * 2_000}
                connection.execute(text("INSERT INTO reads (team, source, error) VALUES (:team, 's', :filler)"), row)
            done.append(1)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield done
    finally:
        stop.set()
        writer.join()
        engine.dispose()


def test_while_others_write_it_is_of_one_moment(kind: Kind, lived: bytes, tmp_path: Path) -> None:
    url = kind.holding(lived, tmp_path)
    with pairs_being_written(url) as done:
        while len(done) < 20:
            time.sleep(0.01)
        before = len(done)
        made = make(kind.source(url), tmp_path / "backups", CLOCK)
        after = len(done)
    assert made.manifest is not None
    with whole(url, read_only=True) as connection:
        audit = connection.execute(text("SELECT count(*) FROM audit WHERE id < 1000000")).scalar_one()
        reads = connection.execute(text("SELECT count(*) FROM reads WHERE source <> 's'")).scalar_one()
    with tried(made.file, tmp_path / "room", url, pg_dump=kind.pg_dump):
        pass  # what it holds is what was counted
    pairs = made.manifest.rows["audit"] - audit
    assert pairs == made.manifest.rows["reads"] - reads
    assert 20 <= before <= pairs <= after + 1


def test_in_steps_of_a_page_others_go_on_and_it_is_whole_all_the_same(
    lived: bytes, sqlite_kind: Kind, tmp_path: Path
) -> None:
    url, copied = sqlite_kind.holding(lived, tmp_path), tmp_path / "copy.db"
    steps: list[int] = []
    with pairs_being_written(url) as done:
        while len(done) < 5:
            time.sleep(0.01)
        copy_file(Path(url.removeprefix("sqlite:///")), copied, lambda: bool(steps.append(1)))
    require_sound(copied)
    with whole(f"sqlite:///{copied}", read_only=True) as connection:
        audit = connection.execute(text("SELECT count(*) FROM audit WHERE id >= 1000000")).scalar_one()
        reads = connection.execute(text("SELECT count(*) FROM reads WHERE source = 's'")).scalar_one()
    assert audit == reads >= 5
    assert steps


def test_others_that_never_rest_do_not_keep_it_from_ending(lived: bytes, sqlite_kind: Kind, tmp_path: Path) -> None:
    restless = sources._Progress(archive.never, restarts=2)
    for remaining in (5, 3, 6, 4, 7):
        restless(0, remaining, 9)
    with pytest.raises(sources._Restless):
        restless(0, 8, 9)


def test_a_stop_leaves_nothing(kind: Kind, lived: bytes, tmp_path: Path) -> None:
    url, folder = kind.holding(lived, tmp_path), tmp_path / "backups"
    if kind.name == "postgresql":  # a program that would take for ever
        slow = tmp_path / "bin" / "pg_dump"
        slow.parent.mkdir()
        slow.write_text("#!/bin/sh\n[ $1 = --version ] && echo 'pg_dump (PostgreSQL) 99.0' || exec sleep 60\n")
        slow.chmod(0o755)
        kind = Kind(kind.name, kind.empty, str(slow))
    with pytest.raises(archive.Stop):
        make(kind.source(url), folder, CLOCK, lambda: True)
    assert [file.name for file in folder.iterdir()] == [".pm-agent.lock"]


# --- killed, full, damaged ----------------------------------------------------------------------------------


def pm(folder: Path, *words: str, **environment: str) -> subprocess.Popen[str]:
    variables = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(folder), **environment}
    return subprocess.Popen(
        [sys.executable, "-m", "bot", *words],
        cwd=folder,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_what_a_killed_one_left_is_never_taken_for_a_backup_and_goes(
    lived: bytes, sqlite_kind: Kind, tmp_path: Path
) -> None:
    url, folder = sqlite_kind.holding(lived, tmp_path), tmp_path / "backups"
    left = folder / ".pm-agent-partial-4711"
    left.mkdir(parents=True)
    (left / "whole").write_bytes(make(sqlite_kind.source(url), tmp_path / "other", CLOCK).file.read_bytes())
    assert entries(folder) == []
    make(sqlite_kind.source(url), folder, CLOCK)
    assert not left.exists() and len(entries(folder)) == 1


@pytest.mark.parametrize("room", [30_000, 200_000])
def test_a_full_disk_is_one_clear_line_and_keeps_what_is_there(
    kind: Kind, lived: bytes, tmp_path: Path, room: int
) -> None:
    url, folder = kind.holding(lived, tmp_path), tmp_path / "backups"
    first = make(kind.source(url), folder, CLOCK)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (min(room, first.size // 2), before[1]))
    try:
        with pytest.raises(OperatorError) as told:
            make(kind.source(url), folder, CLOCK)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert str(told.value).startswith("no backup was made: ") and "\n" not in str(told.value)
    assert "space" in str(told.value)
    assert [entry.file for entry in entries(folder)] == [first.file]
    assert not list(folder.glob(".pm-agent-partial-*"))


def test_two_at_once_take_turns_by_the_second_giving_up(lived: bytes, sqlite_kind: Kind, tmp_path: Path) -> None:
    url, folder = sqlite_kind.holding(lived, tmp_path), tmp_path / "backups"
    refused: list[str] = []

    def second() -> bool:
        try:
            make(sqlite_kind.source(url), folder, CLOCK)
        except OperatorError as error:
            refused.append(str(error))
        return False

    make(sqlite_kind.source(url), folder, CLOCK, second)
    assert refused and "another backup is being made" in refused[0]
    assert len(entries(folder)) == 1


def test_a_damaged_database_is_told_instead_of_kept(lived: bytes, sqlite_kind: Kind, tmp_path: Path) -> None:
    url = sqlite_kind.holding(lived, tmp_path)
    file = Path(url.removeprefix("sqlite:///"))
    body = bytearray(file.read_bytes())
    body[len(body) // 2 : len(body) // 2 + 8_192] = b"\xff" * 8_192
    file.write_bytes(body)
    with pytest.raises(OperatorError, match="damaged|could not be read"):
        make(sqlite_kind.source(url), tmp_path / "backups", CLOCK)
    assert entries(tmp_path / "backups") == []


def test_no_database_is_one_line(tmp_path: Path, sqlite_kind: Kind) -> None:
    with pytest.raises(DatabaseNotReady, match="no backup was made: there is no database at"):
        make(sqlite_kind.source(sqlite_kind.empty()), tmp_path / "backups", CLOCK)


def test_the_command_makes_one_and_tells_it_as_data(lived: bytes, sqlite_kind: Kind, tmp_path: Path) -> None:
    url = sqlite_kind.holding(lived, tmp_path)
    said, complained = pm(tmp_path, "backup", "--json", DATABASE_URL=url).communicate(timeout=60)
    told = json.loads(said)
    assert complained == "" and told["backup"]["rows"]["effects"] > 0 and told["deleted"] == []
    assert (tmp_path / "var" / "backups" / Path(told["file"]).name).is_file()


def test_an_address_is_named_without_user_and_password() -> None:
    assert name_of("postgresql://me:secret@db.example:5433/pm") == "postgresql://db.example:5433/pm"
