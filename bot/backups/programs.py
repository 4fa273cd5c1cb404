"""PostgreSQL's own programs: the pg_dump of this machine that fits the server, and how it is run."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL

from bot.backups.archive import PRIVATE, Stop, Stopped, never
from models.errors import OperatorError

PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/*/bin", "/usr/local/opt/*/bin")
"""Where systems keep several versions side by side: Debian, Red Hat, Homebrew."""

_VERSION = re.compile(r"\(PostgreSQL\) (\d+)(?:\.(\d+))?")

LOOK = 0.2
"""Seconds between two looks whether a program that runs is to stop."""


@dataclass(frozen=True, slots=True, order=True)
class Program:
    """One of them, by version."""

    version: tuple[int, int]
    path: str

    @property
    def words(self) -> str:
        """``pg_dump 16.14``."""
        return f"{Path(self.path).name} {'.'.join(map(str, self.version))}"


def fitting(name: str, major: int, wish: str = "") -> Program:
    """The ``name`` (pg_dump, pg_restore) of the server's ``major`` version, else the newest above it.

    ``wish`` is what PG_DUMP names: its folder is looked into first. Raises ``OperatorError``.
    """
    return best(_found(name, wish), major, name)


def best(found: Sequence[Program], major: int, name: str) -> Program:
    """Of those ``found``, as ``fitting``. Raises ``OperatorError``."""
    same = [each for each in found if each.version[0] == major]
    newer = [each for each in found if each.version[0] > major]
    if same or newer:
        return max(same or newer)
    hint = f"Install postgresql-client-{major}, or name one: PG_DUMP=/usr/lib/postgresql/{major}/bin/pg_dump"
    if not found:
        raise OperatorError(f"there is no {name} on this machine, and the server is PostgreSQL {major}", hint=hint)
    words = f"the server is PostgreSQL {major} and this machine has {max(found).words}, which refuses a newer server"
    raise OperatorError(words, hint=hint)


def run(program: Program, words: Sequence[str], stopped: Stopped = never) -> None:
    """Run it to its end. Raises ``OperatorError`` with its last complaint, and ``Stop`` when it was ended early."""
    with subprocess.Popen(  # noqa: S603 - a program of the operator's own choice, without a shell
        [program.path, *words], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as running:
        try:
            said = _wait(running, stopped)
        except BaseException:
            running.kill()
            raise
    if running.returncode:
        lines = [line for line in said.splitlines() if "error" in line.lower()] or said.splitlines()
        why = lines[0].strip() if lines else f"it ended with {running.returncode}"
        raise OperatorError(
            f"{program.words} did not succeed: {why}", hint="Check the disk's free space and the server"
        )


@contextlib.contextmanager
def address(url: URL, folder: Path) -> Iterator[str]:
    """How one of them finds the server; a password goes by a private file, because everybody sees command lines."""
    plain = URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query)
    if url.password is None:
        yield plain.render_as_string()
        return
    secret = folder / "pass"
    escaped = str(url.password).replace("\\", "\\\\").replace(":", "\\:")
    with os.fdopen(os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE), "w") as file:
        file.write(f"*:*:*:*:{escaped}\n")
    try:
        yield plain.update_query_dict({"passfile": str(secret)}).render_as_string()
    finally:
        secret.unlink()


def _wait(running: subprocess.Popen[str], stopped: Stopped) -> str:
    while True:
        try:
            return running.communicate(timeout=LOOK)[1]
        except subprocess.TimeoutExpired:
            if stopped():
                raise Stop from None


def _found(name: str, wish: str) -> list[Program]:
    if wish:
        program = Path(wish).with_name(name)
        known = _version(str(program))
        if known is None:
            hint = "Name the program itself, for example /usr/lib/postgresql/18/bin/pg_dump, or leave PG_DUMP out"
            raise OperatorError(f"PG_DUMP: there is no {name} that runs at {program}", hint=hint)
        return [Program(known, str(program))]
    paths = [each for place in PLACES for each in Path("/").glob(f"{place[1:]}/{name}")]
    first = shutil.which(name)
    candidates = dict.fromkeys([*([first] if first else []), *map(str, paths)])
    versions = {path: _version(path) for path in candidates}
    return [Program(version, path) for path, version in versions.items() if version is not None]


def _version(path: str) -> tuple[int, int] | None:
    try:
        done = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=10, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = _VERSION.search(done.stdout)
    return (int(found[1]), int(found[2] or 0)) if found else None
