"""Each of the twenty requirements names the tests that prove it, and its figure."""

from __future__ import annotations

import pytest

from tests.proofs import REQUIREMENTS_PAGE, exists, proofs_of, requirements_page
from tests.proofs_of_requirements import REQUIREMENTS


def test_all_twenty_are_there() -> None:
    assert list(REQUIREMENTS) == [f"R{number}" for number in range(1, 21)]


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_a_requirement_is_proved_by_tests_that_exist_and_a_figure(name: str) -> None:
    proofs = proofs_of(name)
    assert len(proofs) >= 2
    assert [proof for proof in proofs if not exists(proof)] == []
    assert any(letter.isdigit() for letter in REQUIREMENTS[name].figure) or ":" in REQUIREMENTS[name].figure


def test_the_page_shows_the_table_as_it_is() -> None:
    assert REQUIREMENTS_PAGE.read_text(encoding="utf-8") == requirements_page(), "run: .venv/bin/python -m tests.proofs"
