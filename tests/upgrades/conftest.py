"""Databases that no version has touched yet, of either kind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from models.ids import fresh
from tests.postgresql import execute, postgresql


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    with postgresql() as url:
        yield url


@pytest.fixture
def on_postgresql(server: str) -> Iterator[str]:
    name = f"upgrade_{fresh()}"
    execute(server, f"CREATE DATABASE {name}")
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    execute(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.faults)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """PostgreSQL's under ``faults`` alone, because it takes its time."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'pm.db'}"
    return str(request.getfixturevalue("on_postgresql"))
