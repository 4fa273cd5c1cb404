"""What a back-test reads with: an own database that refuses changes, and no client but those that read the past."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.backtest.folder import Folder
from bot.cli.trying import Source, made_up, only_reading, own_ledger
from bot.settings import Settings
from models.clock import SystemClock
from models.directives_file import load
from models.errors import DatabaseNotReady
from models.ids import TeamId
from models.store import Store
from tests.world import CONSTITUTION, fresh_database

pytestmark = pytest.mark.anyio

REAL = {name: SecretStr(f"real {name}") for name in ("slack_bot_token", "anthropic_api_key", "atlassian_api_token")}


def settings(**what: object) -> Settings:
    return Settings.model_construct(**Settings.model_construct().model_dump() | REAL | what)


async def test_the_agents_own_ledger_is_opened_so_that_it_refuses_every_change(tmp_path: Path) -> None:
    url, clock = fresh_database(tmp_path / "own.db"), SystemClock()
    async with own_ledger(Source(settings=settings(database_url=url), clock=clock)) as ours:
        assert ours is not None
        with pytest.raises(DatabaseNotReady, match="readonly"):
            await Store(ours, clock).remember(TeamId("web"), "a", "b", 1)


async def test_a_made_up_company_has_no_ledger_of_ours(tmp_path: Path) -> None:
    url = fresh_database(tmp_path / "own.db")
    async with own_ledger(Source(settings=settings(database_url=url), clock=SystemClock(), own=False)) as ours:
        assert ours is None


def test_what_reads_the_past_has_a_jira_and_neither_slack_nor_a_model(tmp_path: Path) -> None:
    reading = only_reading(settings(mcp_config=tmp_path, redis_url="redis://real"), "sqlite:///scratch.db")
    assert reading.atlassian_api_token == REAL["atlassian_api_token"]
    assert not (reading.slack_on or reading.anthropic_api_key.get_secret_value() or reading.mcp_config)
    assert not reading.redis_url
    assert reading.database_url == "sqlite:///scratch.db"


async def test_a_made_up_company_is_asked_with_nothing_of_this_shells_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in REAL.items():
        monkeypatch.setenv(name.upper(), value.get_secret_value())
    monkeypatch.setenv("DATABASE_URL", "sqlite:///real.db")
    async with made_up(Folder(tmp_path), CONSTITUTION, load(CONSTITUTION)) as source:
        told = source.settings.model_dump()
    assert "127.0.0.1" in str(told)
    values = [each.get_secret_value() if isinstance(each, SecretStr) else str(each) for each in told.values()]
    assert not [value for value in values if "real" in value]
    assert not source.own
