"""What was read of the mirror serves for as long as it holds: never a moment longer, whoever writes."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text, update

import models
from models.database import Database
from models.events import Source
from models.hushes import End, Hush, Said
from models.ids import HushId, IssueKey, SprintId, TeamId
from models.keeping.housekeeping import KEYS
from models.keeping.mirrored import BELIEVED, Mirrored
from models.ledger import Ledger
from models.pauses import Pause
from models.people import Identity, Service, Standing
from models.store import Store
from models.tables.mirror import reads
from models.work import Facts, Issue, Progress, SprintState
from tests.contracts.stores.test_store import PERSON, PULL_REQUEST, SPRINT
from tests.contracts.stores.values import MONDAY, PAY, FakeClock, issue

pytestmark = pytest.mark.anyio

LATER = MONDAY + timedelta(minutes=5)
BLOCKER = issue("PAY-8", blocked_by=())
ISSUES = [issue(), BLOCKER, issue("PAY-9", blocked_by=(IssueKey("OLD-1"),))]


@pytest.fixture
async def elsewhere(url: str, clock: FakeClock, anyio_backend: Any) -> AsyncIterator[Store]:
    """Another process on the same database."""
    database = Database(url, clock)
    yield Store(database, clock)
    await database.close()


async def filled(store: Store) -> Facts:
    await store.save(PAY, source=Source.JIRA, complete=True, sprints=[SPRINT], issues=ISSUES, whole=[SPRINT.id])
    await store.save(PAY, source=Source.BITBUCKET, complete=True, pull_requests=[PULL_REQUEST])
    await store.save(PAY, source=Source.SLACK, people=[PERSON])
    await store.learn_keys(PAY, {"OLD-1": None})
    return await store.facts_about(PAY)


Write = Callable[[Store], Awaitable[Any]]

TAKEN = Hush(
    id=HushId("h1"),
    team=PAY,
    person=PERSON.id,
    subject=PULL_REQUEST.id,
    at=MONDAY,
    until=MONDAY + timedelta(days=900),
    said=Said(end=End.TODAY),
)

DOUBT = Identity(
    person=PERSON.id,
    service=Service.JIRA,
    account="a-9",
    standing=Standing.UNCERTAIN,
    name="Ada L.",
    why="alike",
    since=MONDAY,
)

WRITES: dict[str, Write] = {
    "a changed issue": lambda s: s.save(PAY, source=Source.JIRA, issues=[issue(title="New", updated=LATER)]),
    "a new issue": lambda s: s.save(PAY, source=Source.JIRA, issues=[issue("PAY-77")]),
    "a blocker that is done": lambda s: s.save(
        PAY, source=Source.JIRA, issues=[replace(BLOCKER, progress=Progress.DONE, updated=LATER)]
    ),
    "an issue with another key": lambda s: s.save(
        PAY, source=Source.JIRA, issues=[replace(BLOCKER, key=IssueKey("CORE-8"), updated=LATER)]
    ),
    "an issue that is gone": lambda s: s.gone(PAY, issues=["9"]),
    "a pull request that is gone": lambda s: s.gone(PAY, pull_requests=[PULL_REQUEST.id]),
    "a whole reading that names less": lambda s: s.save(PAY, source=Source.JIRA, complete=True, issues=[issue()]),
    "a sprint that was read whole": lambda s: s.save(PAY, source=Source.JIRA, whole=[SPRINT.id, SprintId(31)]),
    "a sprint that is over": lambda s: s.save(
        PAY, source=Source.JIRA, sprints=[replace(SPRINT, state=SprintState.CLOSED)]
    ),
    "a pull request that was merged": lambda s: s.save(
        PAY, source=Source.BITBUCKET, pull_requests=[replace(PULL_REQUEST, state="MERGED", updated=LATER)]
    ),
    "somebody who is back": lambda s: s.save(PAY, source=Source.SLACK, people=[replace(PERSON, absent=None)]),
    "what a key means": lambda s: s.learn_keys(PAY, {"OLD-1": "8"}),
    "a pause": lambda s: s.pause(PAY, Pause(by=PERSON.id, since=MONDAY)),
    "an account in doubt": lambda s: s.keep_found([PERSON.id], [DOUBT], [PERSON.id]),
}


@pytest.mark.parametrize("what", WRITES)
async def test_what_another_process_has_written_is_seen_by_the_next_question(
    what: str, store: Store, elsewhere: Store, clock: FakeClock
) -> None:
    before = await filled(store)
    clock.tick(1)
    await WRITES[what](elsewhere)
    after = await store.facts_about(PAY)
    assert after != before
    assert after == await elsewhere.facts_about(PAY)


async def test_a_key_that_was_let_go_of_by_another_process_is_seen(
    store: Store, elsewhere: Store, clock: FakeClock
) -> None:
    assert all(IssueKey("OLD-1") not in found.blocked_by for found in (await filled(store)).issues)
    clock.tick((KEYS + timedelta(days=1)).total_seconds())
    await store.save(PAY, source=Source.JIRA, complete=True)
    await store.facts_about(PAY)
    assert (await elsewhere.tidy())["keys"] == 1
    assert any(IssueKey("OLD-1") in found.blocked_by for found in (await store.facts_about(PAY)).issues)


async def test_a_pull_request_somebody_takes_is_theirs_in_the_next_answer(
    store: Store, database: Database, clock: FakeClock
) -> None:
    assert not (await filled(store)).taken
    await Ledger(database, clock).hush(TAKEN)
    assert set((await store.facts_about(PAY)).taken) == {PULL_REQUEST.id}


async def test_the_age_of_what_has_not_changed_is_that_of_the_last_reading(
    store: Store, elsewhere: Store, clock: FakeClock
) -> None:
    before = await filled(store)
    clock.tick(300)
    await elsewhere.save(PAY, source=Source.BITBUCKET, complete=True)
    after = await store.facts_about(PAY)
    assert after.read_at == {"jira": before.read_at["jira"], "bitbucket": clock.real()}


async def test_what_nobody_has_written_since_is_the_very_same(store: Store, elsewhere: Store) -> None:
    before = await filled(store)
    await elsewhere.save(TeamId("other"), source=Source.JIRA, issues=[issue()])
    after = await store.facts_about(PAY)
    assert after == before and after.issues is before.issues and after.pull_requests is before.pull_requests


async def test_of_a_mirror_that_has_changed_only_the_changed_rows_are_made_anew(store: Store) -> None:
    before = {found.key: found for found in (await filled(store)).issues}
    await store.save(PAY, source=Source.JIRA, issues=[issue("PAY-9", blocked_by=(), title="New", updated=LATER)])
    after = {found.key: found for found in (await store.facts_about(PAY)).issues}
    assert after[BLOCKER.key] is before[BLOCKER.key]
    assert after[IssueKey("PAY-9")].title == "New"


async def test_what_a_program_without_stamps_writes_beside_us_is_seen_within_a_minute(
    store: Store, database: Database, clock: FakeClock
) -> None:
    await filled(store)
    gone = text("DELETE FROM facts WHERE kind = 'issue' AND id = '8'")
    await database.write(lambda connection: connection.execute(gone), "test")
    clock.tick(BELIEVED)
    assert BLOCKER.key not in {found.key for found in (await store.facts_about(PAY)).issues}


async def test_what_a_program_without_stamps_has_read_whole_is_seen_with_its_age(
    store: Store, database: Database, clock: FakeClock
) -> None:
    await filled(store)
    clock.tick(5)
    gone = text("DELETE FROM facts WHERE kind = 'issue' AND id = '8'")
    await database.write(lambda connection: connection.execute(gone), "test")
    read = update(reads).where(reads.c.source == "jira").values(at=clock.real())
    await database.write(lambda connection: connection.execute(read), "test")
    after = await store.facts_about(PAY)
    assert after.read_at["jira"] == clock.real()
    assert BLOCKER.key not in {found.key for found in after.issues}


async def test_a_mirror_that_bears_no_stamp_yet_is_read_each_time(store: Store, database: Database) -> None:
    await filled(store)
    for bare in ("DELETE FROM facts WHERE kind = 'stamp'", "DELETE FROM facts WHERE kind = 'pull_request'"):
        await database.write(lambda connection, bare=bare: connection.execute(text(bare)), "test")  # type: ignore[misc]
        found = await store.facts_about(PAY)
    assert found.pull_requests == ()


async def test_a_write_that_came_to_nothing_leaves_what_was_read(store: Store, url: str, clock: FakeClock) -> None:
    before = await filled(store)

    def fail(point: str) -> None:
        raise RuntimeError(point)

    failing = Database(url, clock, at_commit=fail)
    with pytest.raises(RuntimeError, match="save:before"):
        await Store(failing, clock).save(PAY, source=Source.JIRA, issues=[issue("PAY-77")])
    await failing.close()
    assert (await store.facts_about(PAY)).issues is before.issues


async def test_the_teams_asked_about_longest_ago_are_let_go_and_never_the_one_asked_last(
    store: Store, database: Database, clock: FakeClock
) -> None:
    small = Mirrored(clock, most=4)

    async def issues_of(team: str) -> tuple[Issue, ...]:
        return (await database.read(lambda connection: small.about(connection, TeamId(team)))).issues

    sizes = {"a": 1, "b": 1, "middle": 3, "large": 5}
    five = [issue(f"PAY-{n}", blocked_by=()) for n in range(5)]
    for team, many in sizes.items():
        await store.save(TeamId(team), source=Source.JIRA, issues=five[:many])
    a, b = [await issues_of(team) for team in ("a", "b")]
    assert await issues_of("a") is a
    middle = await issues_of("middle")
    assert await issues_of("a") is a and await issues_of("middle") is middle
    again = await issues_of("b")
    assert again is not b and again == b
    assert await issues_of("large") is await issues_of("large")


def test_whoever_writes_a_row_of_the_mirror_renews_its_stamp() -> None:
    """Two places write the table, and each of their ways to do so is played above."""
    root = Path(models.__file__).parent
    writes = re.compile(r"(?:delete|update)\(facts\)|insert\w*\((?:connection, )?facts\b")
    found = {file.name: len(writes.findall(file.read_text(encoding="utf-8"))) for file in root.rglob("*.py")}
    assert {name: many for name, many in found.items() if many} == {"facts.py": 5, "housekeeping.py": 1}
