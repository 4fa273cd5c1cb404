"""Mutants stay what they are called: each breaks a line that is there, has tests that are there, and is listed.

Killing them takes minutes: ``python -m tests.mutants``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.mutants.__main__ import fate, staleness
from tests.mutants.catalogue import MUTANTS
from tests.mutants.mutant import ROOT, Mutant, Stale
from tests.mutants.page import PAGE, page
from tests.mutants.running import Verdict, broken, earlier, keep, tried


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


NEVER = "import time\n\n\ndef test_it_ends() -> None:\n    time.sleep(60)\n"


def test_one_whose_tests_do_not_end_is_neither_killed_nor_remembered(tmp_path: Path) -> None:
    memory = tmp_path / "memory.json"
    (tmp_path / "one.py").write_text("a = 1\n")
    (tmp_path / "test_never.py").write_text(NEVER)
    verdict = tried(tmp_path, replace(BREAKS, tests=("test_never.py",)), seconds=3.0)
    assert (verdict.killed, verdict.late, fate(verdict)) == (False, True, "NOT IN TIME")
    keep({"late": verdict, "killed": Verdict("b", "one.py::test_it", 1.0), "alive": Verdict("c", "", 1.0)}, memory)
    assert earlier(memory).keys() == {"killed"}


@contextmanager
def _interrupted() -> Iterator[None]:
    with pytest.raises(KeyboardInterrupt):
        yield
