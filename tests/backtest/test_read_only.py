"""Read-only by construction: there is no client to send with, and the agent's own database refuses every change."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.backtest.walk.chronicle import Chronicle
from bot.backtest.walk.clock import SetClock
from bot.backtest.walk.desk import in_force, set_up
from bot.backtest.walk.paper import PaperJira, PaperWorkspace
from bot.hands import SwitchedOff
from bot.notify import SlackHand
from integrations.bitbucket import Bitbucket
from integrations.claude import Claude
from integrations.jira import Jira
from integrations.slack import Slack
from models.actions import ACTION_KINDS
from models.database import Database, Purpose
from models.directives import Mode
from models.directives_file import load
from models.errors import DatabaseNotReady
from models.store import Store
from tests.backtest.live import MONDAY, constitution
from tests.world import fresh_database

pytestmark = pytest.mark.anyio

CLIENTS = (Slack, Jira, Bitbucket, Claude)


async def test_a_walk_has_no_client_of_anything_and_paper_for_hands(tmp_path: Path) -> None:
    chronicle = Chronicle(MONDAY, MONDAY, {})
    async with set_up(tmp_path / "scratch.db", chronicle, constitution(tmp_path)) as replay:
        app = replay.app
        assert [each.name for each in fields(app) if isinstance(getattr(app, each.name), CLIENTS)] == []
        assert set(app.hands) == set(ACTION_KINDS)
        for hand in app.hands.values():
            assert isinstance(hand, PaperJira | SlackHand | SwitchedOff)
        assert isinstance(app.notify._places.slack, PaperWorkspace)
        assert app.database._writer.url.database == str(tmp_path / "scratch.db")


async def test_nothing_of_the_environment_reaches_a_walk(tmp_path: Path) -> None:
    async with set_up(tmp_path / "scratch.db", Chronicle(MONDAY, MONDAY, {}), constitution(tmp_path)) as replay:
        settings = replay.app.settings
    assert not (settings.slack_on or settings.jira_on or settings.bitbucket_on or settings.anthropic_api_key)


async def test_the_agents_own_database_refuses_every_change(tmp_path: Path) -> None:
    url, clock = fresh_database(tmp_path / "own.db"), SetClock(MONDAY)
    before = (tmp_path / "own.db").read_bytes()
    database = Database(url, clock, purpose=Purpose.READ)
    try:
        await database.check_version()
        with pytest.raises(DatabaseNotReady, match="readonly"):
            await Store(database, clock).remember(load(constitution(tmp_path)).teams[0].id, "a", "b", 1)
        with pytest.raises(DatabaseNotReady, match="readonly"):
            await database.read(lambda connection: connection.execute(text("DELETE FROM effects")))
    finally:
        await database.close()
    assert (tmp_path / "own.db").read_bytes() == before


def test_shadow_mode_is_left_aside_because_what_would_be_sent_is_the_question(tmp_path: Path) -> None:
    law = load(constitution(tmp_path))
    [team] = law.teams
    quiet = law.model_copy(update={"teams": (team.model_copy(update={"mode": Mode.SHADOW}),)})
    assert [each.mode for each in in_force(quiet).teams] == [Mode.ACT]


def test_a_team_or_a_line_that_suggests_goes_on_suggesting(tmp_path: Path) -> None:
    law = load(constitution(tmp_path))
    team = law.teams[0].model_copy(update={"mode": Mode.SUGGEST, "modes": {"a": Mode.SUGGEST, "b": Mode.SHADOW}})
    [tried] = in_force(law.model_copy(update={"teams": (team,)})).teams
    assert (tried.mode, tried.modes) == (Mode.SUGGEST, {"a": Mode.SUGGEST, "b": Mode.ACT})
