"""Mutants stay what they are called: each breaks a line that is there, has tests that are there, and is listed.

Killing them takes minutes: ``python -m tests.mutants``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.mutants.__main__ import staleness
from tests.mutants.catalogue import MUTANTS
from tests.mutants.mutant import ROOT, Mutant, Stale
from tests.mutants.page import PAGE, page
from tests.mutants.running import broken


def test_there_are_enough_of_them_and_no_two_are_called_alike() -> None:
    assert len(MUTANTS) >= 30 and len({each.name for each in MUTANTS}) == len(MUTANTS)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda each: each.name)
def test_it_breaks_a_line_that_is_there(mutant: Mutant) -> None:
    assert staleness(mutant) == ""


def test_the_tests_that_see_them_are_there() -> None:
    for file, name in {tuple(re.split("::|\\[", test)[:2]) for each in MUTANTS for test in each.tests}:
        assert f"def {name}(" in (ROOT / file).read_text(encoding="utf-8"), f"{file} has no {name}"


def test_the_page_lists_them() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m tests.mutants.page"


BREAKS = Mutant("b", "", "one.py", "a = 1", "a = 2", ())


@pytest.mark.parametrize(("text", "why"), [("a = 2\n", "stands 0 times"), ("a = 1\na = 1\n", "stands 2 times")])
def test_one_whose_line_has_changed_says_so(text: str, why: str) -> None:
    with pytest.raises(Stale, match=why):
        BREAKS.of(text)


def test_one_that_changes_nothing_says_so() -> None:
    with pytest.raises(Stale, match="changes nothing"):
        Mutant("c", "", "one.py", "a = 1", "a  =  1", ()).of("a = 1\n")
    with pytest.raises(SyntaxError):
        Mutant("d", "", "one.py", "a = 1", "a =", ()).of("a = 1\n")


def test_the_tree_is_whole_again_afterwards(tmp_path: Path) -> None:
    file = tmp_path / BREAKS.file
    file.write_text("a = 1\n")
    with _interrupted(), broken(tmp_path, BREAKS):
        assert file.read_text() == "a = 2\n"
        raise KeyboardInterrupt
    assert file.read_text() == "a = 1\n"


@contextmanager
def _interrupted() -> Iterator[None]:
    with pytest.raises(KeyboardInterrupt):
        yield
