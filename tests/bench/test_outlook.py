"""What ``/pm forecast`` computes: a sprint of 500 issues against two years of sprints."""

from __future__ import annotations

import time

import pytest

from planner.foresight.outlook import Lore, outlook
from tests.bench.figures import at_most, machine, milliseconds, record
from tests.planner.foresight.lore import DONE, TODO, ended
from tests.planner.world import LAW, facts, issue, snapshot, sprint

pytestmark = pytest.mark.bench

ROUNDS = 5
MOST = 0.1
"""Seconds, in the best of the rounds."""


def test_a_forecast_takes_less_than_a_tenth_of_a_second() -> None:
    held = facts(*(issue(n, "ann", points=3, **(DONE if n % 2 else TODO)) for n in range(500)))
    rows = tuple(
        ended(n, 600.0 + n, share=tenth / 10, target=700.0, done=300.0 + n) for n in range(60) for tenth in range(11)
    )
    lore, seen, taken = Lore(rows), snapshot(*held.issues), []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        assert outlook(sprint(), held, seen, LAW, lore) is not None
        taken.append(time.perf_counter() - began)
    print(f"\na forecast of 500 issues from 60 past sprints: {milliseconds(taken)} ({machine()})")
    what = "a forecast of 500 issues from 60 past sprints"
    assert record("issue", what, 1000 * min(taken), at_most(1000 * MOST, "ms"))
