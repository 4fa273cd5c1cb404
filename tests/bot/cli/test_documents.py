"""``pm documents``: every report of a delegated task, and each of them as Markdown in a file."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest

from models.clock import SystemClock
from models.database import Database
from models.documents import Documents
from models.ids import EffectId
from models.money import Money
from tests.bot.cli.test_commands import pm
from tests.contracts.stores.test_documents import DONE, NEW, NOON

pytestmark = pytest.mark.usefixtures("environment")


async def _keep(url: str) -> None:
    database = Database(url, SystemClock())
    documents = Documents(database)
    await documents.begin(NEW, Money())
    await documents.finish(NEW.id, DONE, NOON)
    other = replace(NEW, id=EffectId("e2"))
    await documents.begin(other, Money())
    await documents.break_off(other.id, "It was not done within 5 minutes", NOON)
    await database.close()


@pytest.fixture
def kept(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asyncio.run(_keep(f"sqlite:///{tmp_path / 'pm.db'}"))


def test_without_any_it_says_so() -> None:
    assert "no documents" in pm("documents").output and json.loads(pm("documents", "--json").output) == []


@pytest.mark.usefixtures("kept")
def test_they_are_listed_for_people_and_for_programs() -> None:
    told = pm("documents").output
    assert "What is behind PAY-7" in told and "It was not done within 5 minutes" in told
    assert [each["state"] for each in json.loads(pm("documents", "--json").output)] == ["done", "broken"]


@pytest.mark.usefixtures("kept")
def test_one_is_written_out_as_it_is_kept() -> None:
    assert pm("documents", "show", "e1").output == DONE.markdown
    assert json.loads(pm("documents", "show", "e1", "--json").output)["markdown"] == DONE.markdown


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize(
    ("id", "words"), [("e9", "there is no document e9"), ("e2", "no report: It was not done within 5 minutes")]
)
def test_one_that_is_not_there_is_refused_with_the_reason(id: str, words: str) -> None:
    done = pm("documents", "show", id)
    assert done.exit_code == 1 and words in done.output
