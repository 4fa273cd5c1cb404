"""A worker that starts with yesterday's file says farewell to nobody while others live by today's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app import build, load_first
from models.ids import fresh
from models.running import Kind
from models.running import Process as AtWork
from tests.reloading import TEXT, Process, one_process

pytestmark = pytest.mark.anyio

NEW_TEAM = TEXT.replace("teams:\n  - id: ", "teams:\n  - id: new-", 1)


@pytest.fixture
async def process(tmp_path: Path) -> AsyncIterator[Process]:
    async with one_process(tmp_path) as running:
        yield running


async def restarted(process: Process, text: str) -> None:
    """Another worker begins, with that file."""
    process.file.write_text(text, encoding="utf-8")
    app = build(process.app.settings)
    await load_first(app)
    await app.database.close()


@pytest.mark.parametrize(("others", "ended"), [(True, False), (False, True)])
async def test_an_old_copy_ends_nothing_while_others_work(process: Process, others: bool, ended: bool) -> None:
    await restarted(process, TEXT)
    await restarted(process, NEW_TEAM)
    if others:
        elsewhere = AtWork(name=fresh(), kind=Kind.WORKER, host="elsewhere", pid=1, version="1")
        await process.app.operations.beat(elsewhere, None, {})
    said: list[object] = []
    await restarted(process, TEXT)
    standing = (await process.app.store.recall("-", "constitution"))["in force"]  # type: ignore[arg-type]
    said = [team["id"] for team in standing["teams"]]
    assert any(str(each).startswith("new-") for each in said) is not ended
