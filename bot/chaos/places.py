"""Scratch databases to kill in: made beside the user's own data, never where the agent's rows are, dropped for sure."""

from __future__ import annotations

import contextlib
import itertools
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, Connection, text
from sqlalchemy.exc import DBAPIError

from bot.chaos.rooms import room
from models.clock import SystemClock
from models.copying import counted
from models.database import Database, address_of, upgrade
from models.errors import DatabaseNotReady, OperatorError
from models.ids import fresh
from models.whole import outside, server_version, whole

PREFIX = "pm_agent_chaos_"
"""How what we make is called; with a name of its own for each time, and a number."""

HINT = "Let its user make databases (ALTER ROLE ... CREATEDB), or schemas in this one (GRANT CREATE ON DATABASE)"

NO_RIGHT = "42501"


@dataclass(frozen=True)
class Place:
    """Where runs keep their databases; ``name`` says on what."""

    kind: str
    name: str
    fresh: Callable[[], str]
    """Makes an empty database of this version and says where it is."""
    drop: Callable[[str], None]
    """Drops one that is done with."""


@contextlib.contextmanager
def scratch(url: str = "") -> Iterator[Place]:
    """A place beside ``url``: a folder beside a SQLite file, databases or schemas on a PostgreSQL server.

    Without ``url`` a folder for passing things. All that was made is dropped at the end of the block, however it is
    left; what a killed one has left is dropped by the next. Raises ``OperatorError`` where the agent's own rows are,
    and where nothing may be made.
    """
    address = address_of(url) if url else None
    if address is not None:
        _require_no_rows(url, address)
    if address is None or address.get_backend_name() == "sqlite":
        with _folder(Path(str(address.database)).parent if address is not None else None) as place:
            yield place
        return
    with _server(url, address) as place:
        yield place


def _require_no_rows(url: str, address: URL) -> None:
    sqlite = address.get_backend_name() == "sqlite"
    if sqlite and not Path(str(address.database)).exists():
        return
    with whole(url, read_only=True) as connection:
        held = sum(counted(connection).values())
    if held:
        there = "file" if sqlite else "database on that server"
        words = f"that database holds {held:,} rows of the agent's own"
        raise OperatorError(words, hint=f"Name another {there}: nothing is ever killed where they are")


# --- SQLite -----------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _folder(parent: Path | None) -> Iterator[Place]:
    with contextlib.ExitStack() as stack:
        try:
            folder = stack.enter_context(room(parent))
        except OSError as error:
            words = f"no scratch file can be made in {parent}: {error.strerror}"
            raise OperatorError(words, hint="Name a file in a folder you may write to") from error
        yield _files(folder)


def _files(folder: Path) -> Place:
    """A file of this version is made once, and copied."""
    numbers, model = itertools.count(1), folder / "model.db"

    def make() -> str:
        file = folder / f"{next(numbers)}.db"
        shutil.copyfile(model, file)
        return f"sqlite:///{file}"

    def drop(url: str) -> None:
        file = Path(str(address_of(url).database))
        for each in file.parent.glob(f"{file.name}*"):
            each.unlink()

    upgrade(f"sqlite:///{model}")
    return Place("sqlite", _described(f"sqlite:///{model}"), make, drop)


def _described(url: str) -> str:
    return Database(url, SystemClock()).describe()


# --- PostgreSQL -------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _server(url: str, address: URL) -> Iterator[Place]:
    ours, numbers = f"{PREFIX}{fresh()[:8]}", itertools.count(1)
    with outside(url) as held:
        held.execute(text(f"SET application_name = '{ours}'"))  # as long as it is there, what is called so is in use
        _drop(held, _left(held))
        try:
            try:
                _say(url, f"CREATE DATABASE {ours}")
            except DatabaseNotReady as error:
                _require_no_right(error)
                make, drop = _schemas(url, address, ours, numbers)
            else:
                make, drop = _databases(url, address, ours, numbers)
            name = f"PostgreSQL {'.'.join(map(str, server_version(held)))}"
            yield Place("postgresql", name, make, drop)
        finally:
            with outside(url) as connection:
                _drop(connection, _found(connection, ours))


def _databases(
    url: str, address: URL, ours: str, numbers: Iterator[int]
) -> tuple[Callable[[], str], Callable[[str], None]]:
    """The database ``ours`` is brought to this version once, and copied."""
    upgrade(_text(address.set(database=ours)))

    def make() -> str:
        name = f"{ours}_{next(numbers)}"
        _say(url, f"CREATE DATABASE {name} TEMPLATE {ours}")
        return _text(address.set(database=name))

    def drop(made: str) -> None:
        _say(url, f"DROP DATABASE IF EXISTS {address_of(made).database} WITH (FORCE)")

    return make, drop


def _schemas(
    url: str, address: URL, ours: str, numbers: Iterator[int]
) -> tuple[Callable[[], str], Callable[[str], None]]:
    """A schema in the database that was named, found by the search path alone. Raises ``OperatorError``."""

    def make() -> str:
        name = f"{ours}_{next(numbers)}"
        _say(url, f"CREATE SCHEMA {name}")
        made = _text(address.update_query_dict({"options": f"-c search_path={name}"}))
        upgrade(made)
        return made

    def drop(made: str) -> None:
        options = str(address_of(made).query["options"])
        _say(url, f"DROP SCHEMA IF EXISTS {options.rpartition('=')[2]} CASCADE")

    try:
        drop(make())
    except DatabaseNotReady as error:
        _require_no_right(error)
        raise OperatorError("neither a database nor a schema may be made there", hint=HINT) from error
    return make, drop


def _require_no_right(error: DatabaseNotReady) -> None:
    """Raises what else it was."""
    cause = error.__cause__
    if not isinstance(cause, DBAPIError) or getattr(cause.orig, "sqlstate", None) != NO_RIGHT:
        raise error


def _found(connection: Connection, ours: str) -> dict[str, list[str]]:
    """Databases and schemas that are called so, with or without a number behind it."""
    looks = {"DATABASE": "datname FROM pg_database WHERE datname", "SCHEMA": "nspname FROM pg_namespace WHERE nspname"}
    named = {"name": f"^{ours}(_[0-9]+)?$"}
    return {
        kind: list(connection.execute(text(f"SELECT {look} ~ :name"), named).scalars()) for kind, look in looks.items()
    }


def _left(connection: Connection) -> dict[str, list[str]]:
    """What a run that was killed itself has left: nobody is connected under its name any more."""
    living = set(connection.execute(text("SELECT application_name FROM pg_stat_activity")).scalars())
    ours = _found(connection, f"{PREFIX}[0-9a-z]{{8}}")
    return {kind: [n for n in names if n[: len(PREFIX) + 8] not in living] for kind, names in ours.items()}


def _drop(connection: Connection, found: dict[str, list[str]]) -> None:
    for name in found["DATABASE"]:
        with contextlib.suppress(DBAPIError):  # another user's, or gone
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
    for name in found["SCHEMA"]:
        with contextlib.suppress(DBAPIError):
            connection.execute(text(f"DROP SCHEMA IF EXISTS {name} CASCADE"))


def _say(url: str, words: str) -> None:
    with outside(url) as connection:
        connection.execute(text(words))


def _text(address: URL) -> str:
    return address.render_as_string(hide_password=False)
