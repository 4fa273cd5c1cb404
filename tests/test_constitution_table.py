"""Every line of the shipped constitution is enforced by code, with tests that prove it, or honestly called advice."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.directives_file import ADVICE
from tests.proofs import LINES_PAGE, Line, exists, figures, lines, lines_page
from tests.proofs_of_lines import PROOFS

LINES = {line.id: line for line in lines()}


def test_every_line_stands_in_the_table_and_no_other() -> None:
    assert sorted(PROOFS) == sorted(LINES)


@pytest.mark.parametrize("line", LINES.values(), ids=list(LINES))
def test_a_line_is_proved_by_tests_that_exist_or_is_advice_as_check_says(line: Line) -> None:
    assert [proof for proof in line.proofs if not exists(proof)] == []
    assert bool(line.proofs) == line.enforced, line.kept
    assert line.kept == ADVICE or line.kept.startswith("enforced"), "neither advice nor enforced"


def test_the_page_shows_the_table_as_it_is() -> None:
    assert LINES_PAGE.read_text(encoding="utf-8") == lines_page(), "run: .venv/bin/python -m tests.proofs"


def test_the_readme_gives_the_same_figures() -> None:
    every, enforced, advice = figures()
    readme = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    assert f"| **together** | **{every}** | **{enforced}** | **{advice}** |" in readme


def test_most_of_the_constitution_is_enforced() -> None:
    every, enforced, advice = figures()
    assert every == enforced + advice == len(LINES)
    assert enforced / every > 0.9


def test_a_proof_that_is_not_there_is_noticed() -> None:
    assert not exists("planner/test_policy.py::test_nothing_of_the_kind")
    assert not exists("planner/test_nothing.py::test_x")
    assert not exists("stories/blocked.yaml::A story nobody wrote")
