"""One shell for all that is typed, and what people would have there: dead letters, a report, an account nobody gave."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import update

from models.documents import Documents
from models.ids import JobId
from models.mailbox import NewJob
from models.money import Money
from models.tables.queue import jobs
from tests.contracts.stores.test_documents import DONE, NEW, NOON
from tests.docs.reading import ROOT
from tests.docs.shell import Shell, shell
from tests.world import World, in_memory

LI_SLACK = "U07LIWEI9M5"


@pytest.fixture(scope="module")
def typist(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    with in_memory(tmp_path_factory.mktemp("docs")) as folder, shell(folder) as opened:
        first, second = asyncio.run_coroutine_threadsafe(furnished(opened.world), opened.loop).result(30)
        lines = (ROOT / "directives.yaml").read_text(encoding="utf-8").splitlines(keepends=True)
        at = next(n for n, line in enumerate(lines) if LI_SLACK in line)
        account = lines[at + 1].split()[1]
        (opened.folder / "without-li.yaml").write_text("".join(lines[: at + 1] + lines[at + 3 :]), encoding="utf-8")
        more = {"FIRST": str(first), "SECOND": str(second), "LI": account}
        yield replace(opened, variables={**opened.variables, **more})


async def furnished(world: World) -> tuple[JobId, JobId]:
    """A report of a delegated task, and two jobs that were given up, by their numbers."""
    documents = Documents(world.app.database)
    await documents.begin(NEW, Money())
    await documents.finish(NEW.id, DONE, NOON)
    return await given_up(world, "one"), await given_up(world, "two")


async def given_up(world: World, key: str) -> JobId:
    """A job that was given up."""
    put = await world.app.mailbox.put(NewJob(kind="cycle", key=f"docs:{key}", team=world.team.id, delay=600))
    dead = update(jobs).where(jobs.c.id == put).values(state="dead", finished=world.clock.real(), error="Refused: no")
    await world.app.database.write(lambda connection: connection.execute(dead), "test")
    return put
