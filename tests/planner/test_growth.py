"""What a look costs grows no faster than the work: counted in steps of the interpreter, so that no clock matters."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

import pytest

from planner.hearers.moves import Step, whose_move
from tests.planner.large import company, look_at
from tests.planner.world import LAW, issue, snapshot

pytestmark = pytest.mark.anyio

SMALL, LARGE = 100, 400
SLACK = 1.25
"""How much more than its share the larger one may cost: the dice deal the two different work."""


class Steps:
    """Counts the steps the interpreter takes in what is called while the block runs."""

    def __init__(self) -> None:
        self.count = 0

    def __enter__(self) -> Steps:
        self._before = sys.gettrace()
        sys.settrace(self._called)
        return self

    def __exit__(self, *error: object) -> None:
        sys.settrace(self._before)

    def _called(self, frame: FrameType, event: str, argument: Any) -> Any:
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        return self._step

    def _step(self, frame: FrameType, event: str, argument: Any) -> Any:
        self.count += 1
        return self._step


async def steps_for(size: int) -> int:
    """What one look at ``size`` issues takes, once what is computed once a process has been."""
    made = company(size)
    await look_at(made)
    with Steps() as steps:
        await look_at(made)
    return steps.count


async def test_four_times_the_sprint_costs_no_more_than_four_times_the_steps() -> None:
    small, large = await steps_for(SMALL), await steps_for(LARGE)
    assert large / small < LARGE / SMALL * SLACK, f"{small:,} steps for {SMALL} issues, {large:,} for {LARGE}"


def test_a_chain_of_blockers_may_be_as_long_as_a_sprint() -> None:
    last = 3_000
    waiting = [issue(n, blocked_by=(f"PAY-{n + 1}",)) for n in range(1, last)]
    world = snapshot(*waiting, issue(last, "bob"))
    move = whose_move(waiting[0], world, LAW)
    assert (move.step, move.who) == (Step.FINISH, ("bob",))
