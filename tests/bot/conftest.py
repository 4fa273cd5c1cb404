"""A real app on a real SQLite file behind real ASGI requests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from bot.app import build
from bot.server import make_asgi
from bot.settings import Settings
from models.database import upgrade
from tests.bot.knocking import ENVIRONMENT, Door, Kept

Knock = Callable[..., Door]


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One SQLite file with all tables and nothing in them; tests work on copies."""
    file = tmp_path_factory.mktemp("database") / "empty.db"
    upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, empty_database: Path) -> pytest.MonkeyPatch:
    """Every service configured, in an empty folder with a fresh database."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    file = tmp_path / "pm.db"
    file.write_bytes(empty_database.read_bytes())
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{file}")
    return monkeypatch


@pytest.fixture
def knock(environment: pytest.MonkeyPatch) -> Iterator[Knock]:
    """Open the doors; ``inbox=`` puts a fake behind them, keyword variables change the environment."""
    clients: list[TestClient] = []

    def opened(inbox: Kept | None = None, **variables: str) -> Door:
        for name, value in variables.items():
            environment.setenv(name, value)
        app = build(Settings.from_environment(None))
        if inbox is not None:
            app.mailbox = inbox  # type: ignore[assignment]
        client = TestClient(make_asgi(app, with_worker=False), raise_server_exceptions=False)
        client.__enter__()
        clients.append(client)
        return Door(app, client)

    yield opened
    for client in clients:
        client.__exit__(None, None, None)
