"""Seven dependencies x eighteen faults: no cell is missing, no row is left out, and the page shows what is played."""

from __future__ import annotations

import importlib
import re

import pytest

from tests.bot.knocking import ROOT
from tests.faults.matrix import NAMES, PAGE, cells, page, unread
from tests.faults.stage.faults import FAULTS
from tests.faults.table import ASKED, CANNOT_MATTER, DEPENDENCIES, EIGHTEEN, NOT_APPLICABLE, TABLE, TELLING_ELSEWHERE

PLAYED_BY = {
    **{"slack": "test_slack", "jira": "test_atlassian", "bitbucket": "test_atlassian"},
    **{name: f"test_{name}" for name in ("claude", "mcp", "database", "redis")},
}


def test_there_are_seven_dependencies_and_eighteen_faults() -> None:
    assert (len(DEPENDENCIES), len(EIGHTEEN)) == (7, 18)
    assert NAMES.keys() == DEPENDENCIES.keys() == PLAYED_BY.keys()


@pytest.mark.parametrize("dependency", DEPENDENCIES)
def test_each_of_its_eighteen_cells_is_played_or_cannot_matter_or_says_why_not(dependency: str) -> None:
    for fault in EIGHTEEN:
        played, left, reason = (
            cells(dependency, fault),
            unread(dependency, fault),
            NOT_APPLICABLE.get((dependency, fault)),
        )
        assert [bool(played), bool(left), bool(reason)].count(True) == 1, (dependency, fault)
        assert bool(left) == (fault == "wrong clock" and dependency in CANNOT_MATTER)
    assert all(why.endswith(".") for why in (*NOT_APPLICABLE.values(), *CANNOT_MATTER.values()))


def test_what_is_said_to_be_read_nowhere_is_read_nowhere() -> None:
    """The clock of whoever answers: a module that begins to read it makes its cell one that can fail."""
    texts = {
        file.relative_to(ROOT).as_posix(): file.read_text("utf-8") for file in (ROOT / "integrations").rglob("*.py")
    }
    texts = {name: text for name, text in texts.items() if not name.startswith("integrations/simulator/")}
    dated = {name for name, text in texts.items() if re.search(r"headers[^\n]*[\"']date[\"']", text, re.IGNORECASE)}
    assert dated == {"integrations/rest/answers.py", "integrations/slack/wire.py"}
    redis = [text for name, text in texts.items() if name.startswith("integrations/redis/")]
    assert len(redis) > 2 and not any(".real()" in text or ".now()" in text for text in redis)


@pytest.mark.parametrize("dependency", DEPENDENCIES)
def test_each_row_of_its_table_stands_for_exactly_one_of_them(dependency: str) -> None:
    for fault in DEPENDENCIES[dependency][1]:
        assert sum(fault in rows for rows in EIGHTEEN.values()) == 1, fault


@pytest.mark.parametrize("table", [TABLE, ASKED], ids=["vendors", "asked"])
def test_whatever_http_can_do_wrong_has_a_row_in_both_tables_of_what_is_reached_by_it(table: dict[str, object]) -> None:
    addresses = {"no such name", "refused connection", "no connection", "no TLS", "wrong certificate"}
    assert set(table) == set(FAULTS) | addresses | set(EIGHTEEN["wrong clock"])


@pytest.mark.parametrize("dependency", DEPENDENCIES)
def test_its_cells_are_what_its_test_is_given(dependency: str) -> None:
    module = importlib.import_module(f"tests.faults.{PLAYED_BY[dependency]}")
    marks = [mark for name in dir(module) for mark in getattr(getattr(module, name), "pytestmark", ())]
    given = [each.values for mark in marks if mark.name == "parametrize" for each in mark.args[1] if is_param(each)]
    assert {tuple(cell) for cell in cells(dependency)} <= {tuple(each) for each in given}


def is_param(value: object) -> bool:
    return hasattr(value, "values") and hasattr(value, "marks")


def test_what_runs_every_time_is_in_the_table() -> None:
    assert all(fault in DEPENDENCIES[each][1] for each, faults in TELLING_ELSEWHERE.items() for fault in faults)


def test_the_page_shows_the_table_as_it_is() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m tests.faults.matrix"
