"""The watch from end to end: rows, ledger, one message in the ops channel, edits of it; all clocks in our hand."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.app import build
from bot.jobs.watching.watch import watch
from bot.operations.conditions import holding
from bot.operations.vitals import Here, vitals
from bot.scheduler import _due_digest
from bot.settings import Settings
from bot.shift import opened
from bot.watch import sources_of, vitals_of
from models.clock import SharedClock
from models.events import Source
from models.mailbox import NewJob
from models.proposals import Effect, Receipt
from models.running import Count, Kind, Process
from tests.reloading import TEAM, TEXT, Said
from tests.reloading import Process as Product
from tests.world import TUESDAY, empty_database

pytestmark = pytest.mark.anyio
ALL = (0, 1, 2)


class Later(SharedClock):
    """Real time is ours as well."""

    passed = timedelta()

    def real(self) -> datetime:
        return super().real() + self.passed


@dataclass
class Posted(Said):
    """Says where each message stands."""

    async def perform(self, effect: Effect) -> Receipt:
        self.effects.append(effect)
        return Receipt({"channel": "C-ops", "ts": str(len(self.effects))})


@dataclass
class Edits:
    """Slack, as far as an edit needs it."""

    said: list[str] = field(default_factory=list)

    async def update(self, channel: str, ts: str, text: str, blocks: Sequence[Any]) -> None:
        self.said.append(text)

    async def close(self) -> None:
        """Nothing is open."""


@dataclass
class Office:
    """One process that watches over itself."""

    product: Product
    clock: Later
    slack: Edits

    async def live(self, minutes: int) -> None:
        """Each minute somebody is at work, the clock asks for a look, and what is to be done is done."""
        app = self.product.app
        for _ in range(minutes):
            self.clock.passed += timedelta(minutes=1)
            await app.operations.beat(Process(name="p", kind=Kind.START, host="h", pid=1, version="1"), None, {})
            await app.mailbox.put(NewJob("watch", "watch", TEAM, 2, coalesce=True))
            await self.product.jobs()
            self.clock.passed += timedelta(seconds=3)
            await self.product.jobs()  # an edit waits for two seconds

    async def give_up_a_job(self) -> int:
        mailbox = self.product.app.mailbox
        await mailbox.put(NewJob("mark", "mark:1", TEAM))
        job = await mailbox.claim(ALL, 30)
        assert job is not None
        await mailbox.bury(job, "refused for good")
        return int(job.id)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    (tmp_path / "pm.db").write_bytes(empty_database())
    file = tmp_path / "directives.yaml"
    file.write_text(TEXT, encoding="utf-8")
    clock = Later(tmp_path / "clock.json")
    clock.set(TUESDAY, 1.0)
    jira: dict[str, Any] = {"atlassian_api_token": "t", "atlassian_domain": "x.example", "atlassian_email": "a@x"}
    app = build(Settings(database_url=f"sqlite:///{tmp_path / 'pm.db'}", directives_file=file, **jira), clock)
    async with opened(app):
        product = Product(app, file, clock, Posted())
        app.slack = (slack := Edits())  # type: ignore[assignment]
        yield Office(product, clock, slack)


async def test_a_dead_letter_is_told_once_and_its_end_is_an_edit(office: Office) -> None:
    letter = await office.give_up_a_job()
    await office.live(2)
    assert office.product.headlines == []
    await office.live(20)
    [told] = office.product.told
    assert told.channel == "ops" and told.person is None
    assert told.headline == "1 job was given up: only somebody's word moves them on."
    assert "Look first with: pm dead-letters list" in told.facts
    await office.product.app.mailbox.drop(letter)
    await office.live(12)
    assert len(office.product.told) == 1 and len(office.slack.said) == 1
    assert office.slack.said[0].startswith("Over since ")


async def test_what_was_over_before_it_was_told_is_not_told(office: Office) -> None:
    letter = await office.give_up_a_job()
    app = office.product.app
    await office.live(2)
    office.clock.passed += timedelta(minutes=1)
    await app.mailbox.put(NewJob("watch", "watch", TEAM, 2, coalesce=True))
    job = await app.mailbox.claim((2,), 30)
    assert job is not None
    await watch(app, job)
    row = next(each for each in await app.operations.alerts() if each.name == "dead_letters")
    await app.mailbox.drop(letter)
    await app.operations.keep_alerts([replace(row, ended=app.clock.real())])
    await office.product.jobs()
    assert row.told is not None and office.product.told == []


async def test_a_company_in_good_health_is_silent_all_day(office: Office) -> None:
    await office.live(60)
    assert office.product.told == [] and await office.product.app.operations.alerts() == []


async def test_a_summary_counts_as_late_from_the_second_day_on(office: Office) -> None:
    app, team = office.product.app, office.product.app.directives.teams[0]
    late = Count("pm_firings_late", ("digest",))
    for expected in (0, 1):
        office.clock.set(TUESDAY + timedelta(days=expected, hours=7), 1.0)
        await _due_digest(app, team)
        assert app.metrics.take().get(late, 0) == expected


async def test_what_came_back_before_anybody_heard_is_told_after_all(office: Office) -> None:
    app = office.product.app
    letter = await office.give_up_a_job()
    await office.live(2)
    office.clock.passed += timedelta(minutes=1)
    await app.mailbox.put(NewJob("watch", "watch", TEAM, 2, coalesce=True))
    job = await app.mailbox.claim((2,), 30)
    assert job is not None
    await watch(app, job)
    await app.mailbox.drop(letter)
    row = next(each for each in await app.operations.alerts() if each.name == "dead_letters")
    await app.operations.keep_alerts([replace(row, ended=app.clock.real())])
    await office.product.jobs()
    assert office.product.told == []
    await app.operations.keep_alerts([replace(row, ended=app.clock.real(), held=app.clock.real())])
    await office.give_up_a_job()
    await office.live(2)
    assert len(office.product.told) == 1


async def test_a_source_that_is_not_set_up_is_never_stale(office: Office) -> None:
    app = office.product.app
    await app.store.read_failed(TEAM, Source.BITBUCKET, "switched off long ago")
    await app.store.read_failed(TEAM, Source.JIRA, "refused")
    assert list((await vitals_of(app)).mirror) == [("payments", "jira")]


async def test_what_was_never_read_is_as_old_as_those_who_try(office: Office) -> None:
    app, process = office.product.app, Process(name="p", kind=Kind.START, host="h", pid=1, version="1")
    row = await app.operations.beat(process, None, {})
    await app.store.read_failed(TEAM, Source.JIRA, "refused")
    for _ in range(4):
        office.clock.passed += timedelta(seconds=30)
        row = await app.operations.beat(process, row, {})
    age, why = (await vitals_of(app)).mirror["payments", "jira"]
    assert why == "refused" and age == pytest.approx(120, abs=5)


async def test_whoever_looks_beside_a_server_elsewhere_sees_their_own_clock_too(office: Office) -> None:
    app = office.product.app
    assert (await vitals_of(app)).clocks == {}, "one file, one clock"
    app.database.ahead = -12.0
    seen = await vitals(sources_of(app), app.mailbox, Here(host="desk"))
    [found] = [each for each in holding(seen) if each.name == "clock_wrong"]
    assert (found.subject, found.words) == ("desk", "The clock of desk is 12 seconds behind the database's")
