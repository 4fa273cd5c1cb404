"""What is held for a task is the worst case by calculation: its sum, and the one answer that may go beyond it."""

from __future__ import annotations

import pytest

from models.delegated import LAST_TURN, MOST_SECONDS, SOON, STOPS_AT, most, patience
from models.money import Money
from models.thoughts import Size
from tests.bot.delegating.worst import last_turn


@pytest.mark.parametrize("size", Size)
def test_the_reserve_covers_the_dearest_last_answer_there_can_be(size: Size) -> None:
    assert last_turn(size) <= LAST_TURN[size] <= last_turn(size) * 2, "and holds not much more than that"


def test_the_card_tells_the_sum_that_is_held_and_the_time_of_both_runs() -> None:
    assert most() == Money.usd("0.30") and most(Size.SMALL) < most()
    assert STOPS_AT[Size.LARGE] < most() and patience(2) + SOON == patience(1) == MOST_SECONDS
