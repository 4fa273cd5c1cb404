"""Told twice, told by ourselves, moved, or never told: the mirror is right and looks no oftener than it must."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import func, select

from bot.sync.gaps import webhooks_check
from integrations.simulator.atlassian.webhooks import Delivery
from integrations.simulator.happenings import paragraph
from integrations.simulator.nouns import News
from models.events import Reason, Source
from models.tables.looks import cycles
from models.tables.queue import inbox
from tests.world import CONSTITUTION, World, running

pytestmark = pytest.mark.anyio

TWO_PROJECTS = CONSTITUTION.read_text(encoding="utf-8").replace("projects: [PAY]", "projects: [PAY, OPS]")


async def looks(world: World) -> int:
    """How often an event was a reason to look."""
    counted = select(func.count()).where(cycles.c.reason == Reason.EVENT.value)
    return int(await world.app.database.read(lambda c: c.execute(counted).scalar_one()))


async def test_what_is_told_twice_counts_once_whatever_comes_first(tmp_path: Path) -> None:
    async with running(tmp_path, speed=0.0) as world:
        company, webhooks = world.simulator.company, world.simulator.webhooks
        assert webhooks is not None
        webhooks.doubles_comments, bag = True, list[Delivery]()
        webhooks.post = lambda delivery: bag.append(delivery) or ()  # type: ignore[func-returns-value]
        company.comment(company.active()[0].key, str(company.members["PAY"][1]), paragraph("Well."))
        future = next(s for s in company.sprints.values() if s.state == "future")
        started = replace(
            future, state="active", start=company.clock.now(), end=company.clock.now() + timedelta(days=9)
        )
        company.set_sprint(started, "sprint_started", company.members["PAY"][1])
        assert [d.words.split()[0] for d in bag] == [
            *("comment_created", "jira:issue_updated", "sprint_started", "sprint_updated"),
        ]
        for delivery in reversed(bag):  # each by itself, so that no debounce can hide a second look
            before = await looks(world)
            webhooks.send(delivery)
            await world.settle(parked=True)
            twin = delivery.words.split()[0] in ("jira:issue_updated", "sprint_updated")
            assert await looks(world) - before == (0 if twin else 1), delivery.words
        assert started.id in (await world.app.store.facts_about(world.team.id)).whole


async def test_our_own_echo_is_kept_and_no_reason_to_look(tmp_path: Path) -> None:
    async with running(tmp_path, speed=0.0) as world:
        company, before = world.simulator.company, await looks(world)
        kept = await deliveries(world)
        company.edit(company.active()[0].key, world.simulator.jira.me, status="In Review")
        await world.settle(parked=True)
        assert await looks(world) == before
        assert await deliveries(world) == kept + 1


async def test_what_was_known_of_a_ticket_follows_it_to_its_new_key(tmp_path: Path) -> None:
    async with running(tmp_path, text=TWO_PROJECTS, speed=0.0) as world:
        company = world.simulator.company
        pull = company.open_pull_requests()[0]
        [old] = [key for key in company.issues if pull.title.startswith(f"{key} ")]
        waiting = next(i for i in company.active() if i.key != old)
        company.edit(waiting.key, str(waiting.reporter), blocked_by=(old,))
        await world.reconcile()
        number = company.issues[old].id
        new = company.move(old, str(waiting.reporter), "OPS").key
        await world.settle(parked=True)
        facts = await world.app.store.facts_about(world.team.id)
        assert [i.key for i in facts.issues if i.id == str(number)] == [new] and new.startswith("OPS-")
        assert [p.issues for p in facts.pull_requests if p.id.endswith(f"#{pull.number}")] == [(new,)]
        assert [i.blocked_by for i in facts.issues if i.key == waiting.key] == [(new,)]
        late = company.issues[new]
        company.listeners[0](News(event="jira:issue_updated", by="x", at=late.created, issue=replace(late, key=old)))
        await world.settle(parked=True)
        facts = await world.app.store.facts_about(world.team.id)
        assert [i.key for i in facts.issues if i.id == str(number)] == [new], "an old event is answered by a reading"


async def deliveries(world: World) -> int:
    """How many of Jira's deliveries are kept."""
    counted = select(func.count()).where(inbox.c.source == Source.JIRA.value)
    return int(await world.app.database.read(lambda c: c.execute(counted).scalar_one()))


async def test_missing_webhooks_are_counted_and_shown_where_operators_look(tmp_path: Path) -> None:
    async with running(tmp_path, speed=0.0) as world:
        company, webhooks = world.simulator.company, world.simulator.webhooks
        assert webhooks is not None
        webhooks.post = lambda delivery: ()
        await world.reconcile()
        world.clock.advance(timedelta(minutes=1))
        for issue in company.active()[:4]:
            company.edit(issue.key, str(issue.reporter), priority="Highest")
        for minutes in (5, 30):
            world.clock.advance(timedelta(minutes=minutes))
            await world.reconcile()
        assert b'pm_changes_untold_total{source="jira"} 4.0' in world.app.metrics.render()
        check = await webhooks_check(world.app.store, world.directives, Source.JIRA, "jira webhooks", signed=True)
        assert not check.ok and "4 of the last 4" in check.detail
        page = f"http://127.0.0.1:{world.settings.port}/metrics"
        async with aiohttp.ClientSession() as session, session.get(page) as answer:
            assert 'pm_mirror_age_seconds{source="jira"' in await answer.text()
