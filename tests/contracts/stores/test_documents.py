"""Reports of delegated tasks: begun at most twice, done once, found again, and forgotten after a year."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from models.actions import Task
from models.documents import MOST_RUNS, Document, Documents, DocumentState, Finished, Section
from models.ids import EffectId, PersonId, TeamId
from models.keeping.documents import drop_documents
from models.money import Money
from models.store import Store

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 11, 17, 12, tzinfo=UTC)
SUM = Money.usd("0.30")
NEW = Document(
    id=EffectId("e1"),
    team=TeamId("payments"),
    asker=PersonId("li"),
    task=Task.ROOT_CAUSE,
    about="PAY-7",
    state=DocumentState.RUNNING,
    runs=1,
    begun=NOON,
)
DONE = Finished(
    title="What is behind PAY-7",
    summary=("PAY-7 waits.", "Ask."),
    body=(Section("What was found", (("1. PAY-7 waits.", ""), ("– PAY-7 waits", "https://jira.test/PAY-7"))),),
    markdown="# What is behind\n",
    dropped=2,
)


@pytest.fixture
def documents(store: Store) -> Documents:
    return Documents(store._database)


async def test_what_is_done_stays_done_with_every_word_of_it(documents: Documents) -> None:
    assert (await documents.begin(NEW, SUM)).state is DocumentState.RUNNING
    await documents.spend(NEW.id, Money.usd("0.08") - SUM)
    await documents.finish(NEW.id, DONE, NOON)
    await documents.show(NEW.id, {"channel": "C1", "ts": "1.2"})
    await documents.finish(NEW.id, replace(DONE, title="Another"), NOON)
    await documents.break_off(NEW.id, "late", NOON)
    kept = await documents.of(NEW.id)
    assert kept is not None and await documents.begin(NEW, SUM) == kept
    assert (kept.title, kept.summary, kept.body, kept.markdown) == (DONE.title, DONE.summary, DONE.body, DONE.markdown)
    assert (kept.state, kept.runs, kept.dropped, kept.cost) == (DocumentState.DONE, 1, 2, Money.usd("0.08"))
    assert kept.shown == {"channel": "C1", "ts": "1.2"} and kept.ended == NOON and not kept.trouble


async def test_each_run_is_counted_up_to_one_too_many_and_its_cost_adds_up(documents: Documents) -> None:
    for _ in range(MOST_RUNS + 3):
        task = await documents.begin(NEW, SUM)
        await documents.spend(NEW.id, Money.usd("0.01") - (Money() if task.cost else SUM))
        await documents.break_off(NEW.id, "Claude could not be reached", NOON)
    kept = await documents.of(NEW.id)
    assert task.runs == MOST_RUNS + 1 and kept is not None and kept.state is DocumentState.BROKEN
    assert kept.cost == Money.usd("0.05") and kept.trouble == "Claude could not be reached"


async def test_of_two_that_begin_the_same_one_is_told_that_nothing_was_spent_on_it(documents: Documents) -> None:
    both = await asyncio.gather(documents.begin(NEW, SUM), documents.begin(NEW, SUM))
    assert sorted(each.cost for each in both) == [Money(), SUM]


async def test_the_newest_come_first_without_their_text_and_of_one_team(documents: Documents) -> None:
    for number, team in enumerate(("payments", "ops", "payments")):
        other = replace(NEW, id=EffectId(f"e{number}"), team=TeamId(team), begun=NOON + timedelta(days=number))
        await documents.begin(other, SUM)
        await documents.finish(other.id, DONE, NOON)
    assert [each.id for each in await documents.latest(2)] == ["e2", "e1"]
    [first, second] = await documents.latest(9, TeamId("payments"))
    assert (first.id, second.id, first.markdown, first.body) == ("e2", "e0", "", ()) and first.title == DONE.title
    assert await documents.of("e9") is None


async def test_old_ones_go(documents: Documents, store: Store) -> None:
    await documents.begin(NEW, SUM)
    await documents.begin(replace(NEW, id=EffectId("e2"), begun=NOON + timedelta(days=2)), SUM)
    gone = await store._database.write(lambda c: drop_documents(c, NOON + timedelta(days=1), 100), "test")
    assert gone == 1 and [each.id for each in await documents.latest(9)] == ["e2"]
