"""A backup tried where nothing can come to harm: in a scratch database, checked, counted, brought up to date."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, Connection, text

from bot.backups import archive, programs
from bot.backups.archive import DATABASE
from bot.backups.manifest import Manifest
from bot.backups.sources import dialect_of, drafts, require_sound, unpack
from models.copying import counted, present
from models.database import address_of
from models.errors import DatabaseNotReady, OperatorError
from models.ids import fresh
from models.whole import known, newest, outside, server_version, upgrade_within, whole

PREFIX = "pm_agent_scratch_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A backup that holds what it says, in a database that this version can work on."""

    manifest: Manifest
    url: str
    """Of the scratch database, which goes when the trial is over."""
    rows: Mapping[str, int]
    """By table, after it was brought to this version."""


@contextlib.contextmanager
def tried(file: Path, room: Path, server: str, *, named: str = "", pg_dump: str = "") -> Iterator[Tried]:
    """Try ``file`` from its checksum to this version's tables; the scratch database lasts as long as the block.

    ``room`` is a folder to be made for drafts; SQLite's scratch is in it. A dump of PostgreSQL goes to a database of
    its own on ``server``, or into the empty one that is ``named``. Raises ``OperatorError``.
    """
    manifest = archive.check(file)
    if not known(manifest.schema):
        words = f"{file.name} is of pm-agent {manifest.version} (tables {manifest.schema}), which is newer than this"
        raise OperatorError(words, hint="Install that version, or take an older backup")
    with drafts(room), _loaded(file, manifest, room, server, named, pg_dump) as url:
        with whole(url, read_only=True) as connection:
            _compare(manifest, counted(connection))
        with whole(url) as connection:
            upgrade_within(connection)
            rows = counted(connection)
        yield Tried(manifest=manifest, url=url, rows=rows)


def up_to_date(manifest: Manifest) -> bool:
    """Whether its tables are of this version already."""
    return manifest.schema == newest()


@contextlib.contextmanager
def _loaded(file: Path, manifest: Manifest, room: Path, server: str, named: str, pg_dump: str) -> Iterator[str]:
    body = room / DATABASE
    archive.take_out(file, body)
    if manifest.dialect == "sqlite":
        scratch = room / "scratch.db"
        unpack(body, scratch)
        body.unlink()
        require_sound(scratch)
        yield f"sqlite:///{scratch}"
        return
    with _database(server, named) as url:
        with whole(url, read_only=True) as connection:
            program = programs.fitting("pg_restore", server_version(connection)[0], pg_dump)
        with programs.address(address_of(url), room) as address:
            words = ["--no-owner", "--no-privileges", "--no-password", "--exit-on-error", f"--dbname={address}"]
            _in_place(url, manifest, before=True)
            programs.run(program, [*words, str(body)])
            _in_place(url, manifest, before=False)
        yield url


@contextlib.contextmanager
def _database(server: str, named: str) -> Iterator[str]:
    """An empty PostgreSQL database: the one that is ``named``, emptied again, or a new one that is dropped again."""
    if named or dialect_of(server) != "postgresql":
        with _named(named) as url:
            yield url
        return
    _drop_left(server)
    name = f"{PREFIX}{fresh()[:8]}"
    with _making(server) as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    url = _render(address_of(server).set(database=name))
    try:
        with outside(url):  # as long as we are connected, nobody takes it for one that was left
            yield url
    finally:
        with outside(server) as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))


def _drop_left(server: str) -> None:
    """What a trial that was killed has left: our scratch databases that nobody is connected to any more."""
    ours = text(
        "SELECT datname FROM pg_database WHERE pg_get_userbyid(datdba) = current_user AND datname ~ :name"
        " AND NOT EXISTS (SELECT 1 FROM pg_stat_activity a WHERE a.datname = pg_database.datname)"
    )
    with outside(server) as connection:
        left = connection.execute(ours, {"name": f"^{PREFIX}[0-9a-z]{{8}}$"}).scalars().all()
    for name in left:
        with contextlib.suppress(DatabaseNotReady), outside(server) as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name}"))


@contextlib.contextmanager
def _making(server: str) -> Iterator[Connection]:
    try:
        with outside(server) as connection:
            yield connection
    except DatabaseNotReady as error:
        words = f"a scratch database cannot be made: {error.args[0]}"
        hint = "Let the user of DATABASE_URL make databases (ALTER ROLE ... CREATEDB), or name an empty one: --scratch"
        raise OperatorError(words, hint=hint) from error


@contextlib.contextmanager
def _named(url: str) -> Iterator[str]:
    if not url or dialect_of(url) != "postgresql":
        words = "this backup is of PostgreSQL, so it needs one to be tried in"
        raise OperatorError(words, hint="Name an empty database: --scratch postgresql://user:password@host/name")
    with whole(url, read_only=True) as connection:
        if present(connection):
            raise OperatorError("the scratch database is not empty", hint="Name an empty one, never the agent's own")
    try:
        yield url
    finally:
        with whole(url) as connection:
            for name in present(connection):
                connection.execute(text(f'DROP TABLE "{name}" CASCADE'))


def _in_place(url: str, manifest: Manifest, *, before: bool) -> None:
    """Tables that stood in a schema of their own stand in the scratch database's usual one."""
    if manifest.place in ("public", ""):
        return
    theirs = manifest.place.replace('"', '""')
    with whole(url) as connection:
        if before:
            connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{theirs}"'))
            return
        found = text("SELECT tablename FROM pg_tables WHERE schemaname = :theirs")
        for name in connection.execute(found, {"theirs": manifest.place}).scalars().all():
            connection.execute(text(f'ALTER TABLE "{theirs}"."{name}" SET SCHEMA public'))
        connection.execute(text(f'DROP SCHEMA "{theirs}"'))


def _render(address: URL) -> str:
    return address.render_as_string(hide_password=False)


def _compare(manifest: Manifest, rows: Mapping[str, int]) -> None:
    wrong = sorted(name for name in {*manifest.rows, *rows} if manifest.rows.get(name) != rows.get(name))
    if wrong:
        said, found = manifest.rows.get(wrong[0]), rows.get(wrong[0])
        words = f"it says {said} rows of {wrong[0]} and holds {found}"
        raise OperatorError(words, hint="Take another one: pm backup list")
