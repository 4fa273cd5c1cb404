"""The backup of the day: fired once, made beside the work, told in status and metrics, tried again when it failed."""

from __future__ import annotations

import filecmp
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from bot.app import App
from bot.backups import archive, standing
from bot.backups.folder import entries
from bot.jobs.backup import back_up
from bot.scheduler import tick
from bot.watch import vitals_of
from models.tables.queue import firings, jobs
from tests.bot.cli.company import pm
from tests.world import World, running

pytestmark = pytest.mark.anyio

NEW_YORK = ZoneInfo("America/New_York")


async def made_at(app: App) -> list[str]:
    rows = await app.database.read(lambda c: c.execute(select(jobs.c.state).where(jobs.c.kind == "backup")).scalars())
    return list(rows)


async def test_a_worker_with_a_folder_makes_one_at_once_and_then_none_for_the_day(tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    async with running(tmp_path, backup_folder=folder) as world:
        for _ in range(3):
            await tick(world.app)
        await world.settle()
        (made,) = entries(folder)
        assert archive.check(made.file) == made.manifest and made.manifest is not None
        assert await made_at(world.app) == ["done"]
        await next_hour(world)
        await tick(world.app)
        await world.settle()
        assert len(entries(folder)) == 1
        said = (await pm(world, "status")).output
        assert "backups: the last good one is " in said and str(made.file) in said and "WARNING" not in said
        age = (await vitals_of(world.app)).backup_age
        assert age is not None and 0 <= age < 120


async def test_old_ones_that_cannot_be_deleted_are_a_warning_of_their_own(tmp_path: Path) -> None:
    """The new one is noted before: it is good, and no reason to make another."""
    folder = tmp_path / "backups"
    async with running(tmp_path, backup_folder=folder, backup_keep="seven") as world:
        await tick(world.app)
        await world.settle()
        (made,) = entries(folder)
        said = (await pm(world, "status", BACKUP_KEEP="7 4 6")).output
        assert f"({made.file}); 'seven' does not say what to keep" in said and "WARNING: backups:" in said
        assert await made_at(world.app) == ["done"]
        assert (await standing.standing(world.app.store, world.clock.real()))["trouble"] == ""


async def next_hour(world: World) -> None:
    """The slots of the last hours are somebody else's: what is due is looked at again."""
    await world.app.database.write(lambda c: c.execute(firings.delete().where(firings.c.schedule == "backup")), "test")


async def test_one_that_failed_is_told_and_tried_again_in_the_next_hour(tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.write_text("no folder")
    async with running(tmp_path, backup_folder=folder) as world:
        await tick(world.app)
        await world.settle()
        said = (await pm(world, "status")).output
        assert "WARNING: backups: none yet; the last try failed: no backup was made: " in said
        assert await made_at(world.app) == ["done"]  # no dead letter: the next hour has a try of its own
        folder.unlink()
        await next_hour(world)
        await tick(world.app)
        await world.settle()
        assert len(entries(folder)) == 1
        assert "WARNING" not in (await pm(world, "status")).output


async def test_two_workers_fire_it_once(tmp_path: Path) -> None:
    async with running(tmp_path, work=False, backup_folder=tmp_path / "backups") as world:
        for _ in range(4):
            await tick(world.app)
        assert await made_at(world.app) == ["waiting"]


async def test_a_worker_without_the_folder_leaves_it_to_one_that_has_it(tmp_path: Path) -> None:
    async with running(tmp_path, work=False, backup_folder=tmp_path / "backups") as world:
        await tick(world.app)
        job = await world.app.mailbox.claim((2,), 20)
        while job is not None and job.kind != "backup":
            await world.app.mailbox.finish(job)
            job = await world.app.mailbox.claim((2,), 20)
        assert job is not None
        object.__setattr__(world.app, "settings", world.settings.model_copy(update={"backup_folder": None}))
        await back_up(world.app, job)
        row = await world.app.database.read(lambda c: c.execute(select(jobs).where(jobs.c.id == job.id)).one())
        assert (row.state, row.attempts) == ("waiting", 0) and row.run_at > world.clock.real() + timedelta(seconds=3)
        assert entries(tmp_path / "backups") == []


async def test_without_a_folder_status_says_so_once_and_calmly(tmp_path: Path) -> None:
    async with running(tmp_path) as world:
        await tick(world.app)
        await world.settle()
        said = (await pm(world, "status")).output
        assert said.count("backups: none are made; set BACKUP_FOLDER, or run pm backup") == 1
        assert "WARNING" not in said and await made_at(world.app) == []
        assert (await vitals_of(world.app)).backup_age is None


async def test_one_older_than_two_days_is_a_warning(tmp_path: Path) -> None:
    async with running(tmp_path, work=False) as world:
        old = (world.clock.real() - timedelta(days=3)).isoformat()
        told = {"at": old, "file": "f.tar", "bytes": 1, "rows": 1}
        await world.app.store.remember(standing.NOBODY, standing.ABOUT, standing.GOOD, told)
        assert "WARNING: backups: the last good one is 3 d old (f.tar)" in (await pm(world, "status")).output


async def test_wanted_in_vain_ages_as_well(tmp_path: Path) -> None:
    async with running(tmp_path, work=False) as world:
        await standing.note_wanted(world.app.store, world.clock.real() - timedelta(days=4))
        await standing.note_wanted(world.app.store, world.clock.real())
        known = await standing.standing(world.app.store, world.clock.real())
        assert known["late"] and known["last_good"] is None and known["age"] >= 4 * 86_400 - 60


@pytest.mark.parametrize(
    ("now", "quiet"),
    [
        ("2026-11-23T03:00:00-05:00", "2026-11-23T03:00:00-05:00"),
        ("2026-11-23T02:59:59-05:00", "2026-11-22T03:00:00-05:00"),
        ("2026-03-08T03:30:00-04:00", "2026-03-08T03:00:00-04:00"),  # the night clocks go forward
        ("2026-11-01T02:30:00-05:00", "2026-10-31T03:00:00-04:00"),
    ],
)
def test_the_quiet_hour_is_where_the_first_team_is(now: str, quiet: str) -> None:
    asked = datetime.fromisoformat(now).astimezone(UTC)
    assert standing.quiet_hour(asked, NEW_YORK) == datetime.fromisoformat(quiet)


async def test_the_commands_list_verify_and_restore_what_the_worker_made(tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    async with running(tmp_path, backup_folder=folder) as world:
        await tick(world.app)
        await world.settle()
        file, at = str(entries(folder)[0].file), {"BACKUP_FOLDER": str(folder)}
        assert Path(file).name in (await pm(world, "backup", "list", **at)).output
        assert "is good: " in (await pm(world, "backup", "verify", file, **at)).output
        refused = await pm(world, "restore", file, "--yes", **at)
        assert refused.exit_code == 1 and "error: the agent is at work" in refused.stderr
        await world.stop()
        asked = await pm(world, "restore", file, **at)
        assert asked.exit_code == 1 and "Add --yes to replace them" in asked.stderr
        done = await pm(world, "restore", file, "--yes", **at)
        assert done.exit_code == 0 and "nobody is written to unasked today" in done.output
        copied = await pm(world, "db", "copy", "--to", f"sqlite:///{tmp_path / 'other.db'}", **at)
        assert copied.exit_code == 0 and "every count and every content is equal" in copied.output
        await world.restart()


async def test_a_lost_constitution_comes_back_with_the_rows(tmp_path: Path) -> None:
    async with running(tmp_path, work=False) as world:
        folder = tmp_path / "backups"
        assert (await pm(world, "backup", "--to", str(folder))).exit_code == 0
        file, law = str(entries(folder)[0].file), Path(world.settings.directives_file)
        await world.stop()
        os.rename(law, tmp_path / "lost.yaml")
        done = await pm(world, "restore", file, "--yes")
        assert "was missing and is back" in done.output and filecmp.cmp(law, tmp_path / "lost.yaml")
        assert "nobody is written to unasked today" in done.output
        await world.restart()
