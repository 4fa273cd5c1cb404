"""The pg_dump that fits the server is found, or the remedy is said; a password is on nobody's screen."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import make_url

from bot.backups import programs
from bot.backups.archive import Stop
from bot.backups.folder import make
from models.errors import OperatorError
from tests.backups.conftest import CLOCK, Kind


def program(folder: Path, version: str, body: str = "", name: str = "pg_dump") -> str:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_text(
        f'#!/bin/sh\nif [ "$1" = --version ]; then echo "{name} (PostgreSQL) {version}"; exit; fi\n{body}\n'
    )
    file.chmod(0o755)
    return str(file)


def test_the_servers_own_version_goes_before_a_newer_one(tmp_path: Path) -> None:
    found = [programs.Program((int(v), 1), v) for v in ("15", "16", "18")]
    assert programs.best(found, 16, "pg_dump").version == (16, 1)
    assert programs.best(found, 17, "pg_dump").version == (18, 1)


def test_only_older_ones_are_refused_with_the_remedy() -> None:
    found = [programs.Program((15, 8), "/usr/lib/postgresql/15/bin/pg_dump")]
    with pytest.raises(OperatorError) as told:
        programs.best(found, 18, "pg_dump")
    assert str(told.value) == (
        "the server is PostgreSQL 18 and this machine has pg_dump 15.8, which refuses a newer server. "
        "Install postgresql-client-18, or name one: PG_DUMP=/usr/lib/postgresql/18/bin/pg_dump"
    )


def test_none_at_all_is_said() -> None:
    with pytest.raises(OperatorError, match="there is no pg_dump on this machine"):
        programs.best([], 18, "pg_dump")


def test_what_pg_dump_names_is_used_and_its_neighbour_restores(tmp_path: Path) -> None:
    mine = program(tmp_path, "18.4 (Debian 18.4-1)")
    program(tmp_path, "18.4", name="pg_restore")
    assert programs.fitting("pg_dump", 18, mine) == programs.Program((18, 4), mine)
    assert programs.fitting("pg_restore", 17, mine).path == str(tmp_path / "pg_restore")
    with pytest.raises(OperatorError, match="PG_DUMP: there is no pg_dump that runs at"):
        programs.fitting("pg_dump", 18, str(tmp_path / "nowhere" / "pg_dump"))


@pytest.mark.faults
def test_a_real_older_one_is_refused_by_name(postgresql_kind: Kind, lived: bytes, tmp_path: Path) -> None:
    url = postgresql_kind.holding(lived, tmp_path)
    old = Kind("postgresql", postgresql_kind.empty, program(tmp_path / "bin", "15.18"))
    with pytest.raises(OperatorError, match=r"no backup was made: the server is PostgreSQL 18 .* pg_dump 15.18"):
        make(old.source(url), tmp_path / "backups", CLOCK)


def test_its_complaint_is_one_line(tmp_path: Path) -> None:
    body = 'echo "pg_dump: last built-in OID is 16383" >&2; echo "pg_dump: error: no room" >&2; echo more >&2; exit 1'
    broken = programs.Program((18, 0), program(tmp_path, "18.0", body))
    with pytest.raises(OperatorError, match="pg_dump 18.0 did not succeed: pg_dump: error: no room"):
        programs.run(broken, [])


def test_one_that_takes_for_ever_is_ended(tmp_path: Path) -> None:
    slow = programs.Program((18, 0), program(tmp_path, "18.0", "exec sleep 60"))
    with pytest.raises(Stop):
        programs.run(slow, [], lambda: True)


def test_a_password_goes_by_a_private_file_and_not_by_the_command_line(tmp_path: Path) -> None:
    url = make_url("postgresql+psycopg://me:se%3Acr%5Cet@db.example:5433/pm?sslmode=require")
    with programs.address(url, tmp_path) as words:
        assert words.startswith("postgresql://me@db.example:5433/pm?") and "sslmode=require" in words
        assert "se:cr" not in words and "se%3Acr" not in words
        assert (tmp_path / "pass").read_text() == "*:*:*:*:se\\:cr\\\\et\n"
        assert (tmp_path / "pass").stat().st_mode & 0o777 == 0o600
    assert not (tmp_path / "pass").exists()


def test_without_a_password_nothing_is_written(tmp_path: Path) -> None:
    with programs.address(make_url("postgresql://me@/pm?host=/run/postgresql"), tmp_path) as words:
        assert words == "postgresql://me@/pm?host=%2Frun%2Fpostgresql"
    assert list(tmp_path.iterdir()) == []
