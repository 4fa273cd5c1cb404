"""A full disk and one that only reads: 503 until there is room, one line that names the remedy, nothing lost."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.infrastructure.agent import Agent, at_work, kept, lines
from tests.faults.infrastructure.disk import filled, read_only, small
from tests.world import fresh_database

pytestmark = [pytest.mark.anyio, pytest.mark.faults]

SOON = 15.0


async def test_a_full_disk_is_answered_503_and_when_there_is_room_again_everything_goes_on(tmp_path: Path) -> None:
    with small(tmp_path / "disk", 8) as disk:
        database = fresh_database(disk / "pm.db")
        agent = Agent(tmp_path, database)
        async with at_work(agent) as sender:
            async with sender.sending():
                await asyncio.sleep(1)
                with filled(disk):
                    await asyncio.sleep(4)
                seconds = await sender.takes(SOON)
                await asyncio.sleep(1)
            told = lines(agent.log, "not_stored")
        print(f"\nfull disk: {dict(sender.answers)}, taken again after {seconds:.1f} s")
        assert sender.answers[503] and sender.patient == sender.answers[503] and set(sender.answers) == {202, 503}
        assert sender.acknowledged <= kept(database)
        assert any("free disk space" in line["msg"] for line in told) and "Traceback" not in agent.log
        with closing(sqlite3.connect(disk / "pm.db")) as file:
            assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.parametrize("words", [("start",), ("worker",), ("status",)], ids=" ".join)
async def test_on_a_disk_that_only_reads_it_ends_with_one_line(words: tuple[str, ...], tmp_path: Path) -> None:
    fresh_database(tmp_path / "pm.db")
    with read_only(tmp_path, tmp_path.with_name(f"{tmp_path.name}-ro")) as seen:
        agent = Agent(tmp_path, f"sqlite:///{seen}/pm.db", words=words)
        agent.start()
        assert agent.process is not None
        try:
            code = await asyncio.to_thread(agent.process.wait, 30)
        finally:
            agent.kill()
    told = agent.log.strip().splitlines()[-1]
    if words == ("status",):  # it only looks
        assert code == 0, agent.log[-500:]
        return
    assert code == 1 and told.startswith("error: ") and "DATABASE_URL" in told, agent.log[-500:]
    assert "Traceback" not in agent.log
