"""Both databases, durable as an operator's, and the table of what was done to the product."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import make_url

from models.database import upgrade
from tests.chaos.table import Row, drawn
from tests.postgresql import execute, postgresql

Fresh = Callable[[], str]
"""Makes an empty database and says where it is."""

ROWS = pytest.StashKey[list[Row]]()


@pytest.fixture(scope="session")
def fresh_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Fresh:
    return lambda: f"sqlite:///{tmp_path_factory.mktemp('database')}/pm.db"


@pytest.fixture(scope="session")
def fresh_postgresql() -> Iterator[Fresh]:
    with postgresql(durable=True) as server:
        numbers = itertools.count(1)

        def fresh() -> str:
            name = f"chaos_{next(numbers)}"
            execute(server, f"CREATE DATABASE {name}")
            address = make_url(server).set(database=name).render_as_string(hide_password=False)
            upgrade(address)  # as an operator does; on SQLite the product does so itself
            return address

        yield fresh


@pytest.fixture(scope="session")
def databases(fresh_sqlite: Fresh, fresh_postgresql: Fresh) -> dict[str, Fresh]:
    return {"sqlite": fresh_sqlite, "postgresql": fresh_postgresql}


@pytest.fixture
def table(request: pytest.FixtureRequest) -> list[Row]:
    """Rows for the summary."""
    return request.config.stash.setdefault(ROWS, [])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    rows = terminalreporter.config.stash.get(ROWS, [])
    if rows:
        terminalreporter.section("what was done to the product", sep="-")
        terminalreporter.write("\n".join(drawn(rows)) + "\n")
