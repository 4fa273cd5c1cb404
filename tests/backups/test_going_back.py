"""After going back in time nothing is said again that stands in Slack, and nobody hears more than their share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select

from bot.backups.beside import attention_of_today
from bot.backups.folder import Source, make
from bot.backups.restoring import Target, restore
from integrations.simulator.slack.workspace import Message
from models.clock import SharedClock
from models.copying import go_back
from models.directives_file import load
from models.tables.backups import restorations
from models.tables.dashboard import links
from models.tables.looks import reminders
from models.tables.outbox import effects
from models.tables.queue import jobs
from models.whole import whole
from tests.backups.conftest import CLOCK, Kind
from tests.world import CONSTITUTION, World, running

pytestmark = pytest.mark.anyio


def markers(messages: Sequence[Message]) -> Counter[str]:
    found = ((message.metadata or {}).get("event_payload") or {} for message in messages)
    return Counter(str(next(iter(payload.values()))) for payload in found if payload)


def backed_up(world: World, folder: Path) -> Path:
    source = Source(url=world.settings.database_url, version="0.1.0", beside={})
    return make(source, folder, SharedClock(Path(str(world.settings.clock_file)))).file


async def before_and_after_first_words(world: World, folder: Path) -> tuple[Path, Counter[str]]:
    """A backup of a company nobody was told anything in, and what they were told right afterwards."""
    file = backed_up(world, folder)
    world.work = True
    await world.restart()
    await world.settle()
    told = markers(world.messages())
    assert len(told) >= 2
    return file, told


@pytest.mark.parametrize("known", [True, False], ids=["looked up", "not known that it went back"])
async def test_what_stands_in_slack_is_found_by_its_marker_and_not_said_again(tmp_path: Path, known: bool) -> None:
    async with running(tmp_path, work=False) as world:
        file, told = await before_and_after_first_words(world, tmp_path / "backups")
        await world.stop()
        clock = SharedClock(Path(str(world.settings.clock_file)))
        restore(file, Target(url=world.settings.database_url, replace=True), clock)
        if not known:  # the control: without the note of the restoration it would be said twice
            with whole(world.settings.database_url) as connection:
                connection.execute(delete(restorations))
        await world.restart()
        await world.settle()
        await world.live(timedelta(hours=2))
        after = markers(world.messages())
        assert {after[name] for name in told} == {1 if known else 2}
        with whole(world.settings.database_url, read_only=True) as connection:
            found = connection.execute(select(effects.c.id).where(effects.c.state == "sent")).scalars().all()
        assert set(told) <= set(found)  # and the ledger knows of them again


async def test_on_the_day_of_a_restore_nobody_is_written_to_unasked(tmp_path: Path) -> None:
    async with running(tmp_path, work=False) as world:
        file, told = await before_and_after_first_words(world, tmp_path / "backups")
        before = len(world.direct_messages())
        await world.stop()
        clock = SharedClock(Path(str(world.settings.clock_file)))
        spent = attention_of_today(world.directives, clock)
        done = restore(file, Target(url=world.settings.database_url, replace=True), clock, spent)
        assert done.gone_back.quiet == len(world.team.members)
        await world.restart()
        await world.live(timedelta(hours=10), reread=True)
        assert len(world.direct_messages()) == before  # until the evening
        await world.live(timedelta(hours=40), reread=True)
        assert len(world.direct_messages()) > before  # and then as ever
        assert max(markers(world.messages()).values()) == 1


def test_going_back_makes_a_database_fit_to_go_on_from(kind: Kind, lived: bytes, tmp_path: Path) -> None:
    url, now = kind.holding(lived, tmp_path), CLOCK.real()
    job = {"team": "t", "rank": 0.0, "coalesce": False, "run_at": now, "first_at": now, "attempts": 1}
    with whole(url) as connection:
        connection.execute(delete(jobs))
        connection.execute(insert(links).values(hash="h", made=now, until=now + timedelta(hours=1)))
        held = {"state": "running", "lease_until": now + timedelta(minutes=9)}
        for row in (
            {"kind": "cycle", "key": "a", "lane": 2, "payload": {}, **held},
            {"kind": "answer", "key": "b", "lane": 0, "payload": {"inbox": 5}, **held},
            {"kind": "answer", "key": "c", "lane": 0, "payload": {"inbox": 6}, "state": "waiting"},
            {"kind": "effect", "key": "d", "lane": 0, "payload": {"effect": "e"}, "state": "waiting"},
        ):
            connection.execute(insert(jobs).values(**job | row))
        back = go_back(connection, file="f", taken=now, real=now, now=now, spent=())
        assert (back.released, back.unanswered, back.quiet) == (2, 2, 0)
        states = {row.key: row.state for row in connection.execute(select(jobs))}
        assert states == {"a": "waiting", "b": "dead", "c": "dead", "d": "waiting", "restored": "done"}
        assert connection.execute(select(links)).all() == []


def test_a_unit_of_attention_is_taken_once_in_every_team(kind: Kind, lived: bytes, tmp_path: Path) -> None:
    url, now = kind.holding(lived, tmp_path), CLOCK.real()
    units = attention_of_today(load(CONSTITUTION), CLOCK)
    with whole(url) as connection:
        first = go_back(connection, file="f", taken=now, real=now, now=now, spent=[*units, *units])
        rows = connection.execute(select(reminders).where(reminders.c.effect == "restored")).all()
    assert first.quiet == len(rows) == len(units)
