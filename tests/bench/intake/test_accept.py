"""How many signed deliveries a second are on disk before their 202, for how much computing and how soon.

Beside it in the same rounds: the plain intake with its commit for each request, as durable as ours; the same with a
write-ahead log, where ours does without because the SQLite at hand may damage one; and the floor, which keeps nothing.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.bench.figures import at_least, at_most, machine, milliseconds, percentile, record, sized, spread, told
from tests.bench.intake.load import Load, Outcome
from tests.bench.intake.servers import FLOOR, LOGGED, OURS, PLAIN, SECRET, Measured, doors

pytestmark = pytest.mark.bench

ROUNDS = 3
DELIVERIES = 2_000
TIMES = {"sqlite": 3.0, "postgresql": 1.7}
"""How many times the plain intake's rate."""

COST = 0.5
"""At most so much of its computing for each delivery."""

STEADY, SECONDS = 100, 4
"""Deliveries a second, and seconds of one round."""

SOON, LATE = 6.0, 60.0
"""Milliseconds at p50 and p99."""


@pytest.mark.parametrize("kind", TIMES)
def test_more_is_accepted_for_less_than_with_a_commit_for_each_request(kind: str, tmp_path: Path) -> None:
    with doors(kind, tmp_path) as each:
        rounds(each, count=sized(DELIVERIES), rate=0.0)
    ours, plain, floor = each[OURS], each[PLAIN], each[FLOOR]
    print(f"\naccepted at once over 32 connections on {kind}: {machine()}")
    tell(each)
    times, share = against(ours, plain)
    rates = f"ours {spread(ours.rates)}/s, plain {spread(plain.rates)}/s, floor {spread(floor.rates)}/s"
    costs = f"ours {spread(ours.costs, '{:.2f}')} ms, plain {spread(plain.costs, '{:.2f}')} ms"
    if LOGGED in each:
        against_log(ours, each[LOGGED])
    rate = f"deliveries accepted durably against the plain intake, {kind}"
    cost = f"computing for each of them against the plain intake, {kind}"
    assert all(
        [
            record("B2", rate, times, at_least(TIMES[kind], "x"), rates),
            record("B2", cost, share, at_most(COST, "x"), costs),
        ]
    )


@pytest.mark.parametrize("kind", TIMES)
def test_a_steady_stream_is_acknowledged_soon(kind: str, tmp_path: Path) -> None:
    with doors(kind, tmp_path) as each:
        rounds(each, count=sized(STEADY * SECONDS), rate=STEADY)
    print(f"\n{STEADY} a second, whether answered or not, on {kind}: {machine()}")
    tell(each)
    half = {name: 1000 * door.median(lambda o: percentile(o.taken, 0.5)) for name, door in each.items()}
    most = {name: 1000 * door.median(lambda o: percentile(o.taken, 0.99)) for name, door in each.items()}
    assert all(
        [
            record("B1", f"acknowledged at {STEADY}/s, p50, {kind}", half[OURS], at_most(SOON, "ms"), beside(half)),
            record("B1", f"acknowledged at {STEADY}/s, p99, {kind}", most[OURS], at_most(LATE, "ms"), beside(most)),
        ]
    )


def against(ours: Measured, theirs: Measured) -> tuple[float, float]:
    """How many times their rate, and what part of their computing, round by round."""
    times = statistics.median(a / b for a, b in zip(ours.rates, theirs.rates, strict=True))
    return times, statistics.median(a / b for a, b in zip(ours.costs, theirs.costs, strict=True))


def against_log(ours: Measured, logged: Measured) -> None:
    """Told without a bar: it syncs once a commit where ours must five times."""
    times, share = against(ours, logged)
    rates, costs = f"it {spread(logged.rates)}/s", f"it {spread(logged.costs, '{:.2f}')} ms"
    record("B2", "deliveries accepted durably against a plain write-ahead log, sqlite", times, told("x"), rates)
    record("B2", "computing for each of them against a plain write-ahead log, sqlite", share, told("x"), costs)


def rounds(each: Mapping[str, Measured], *, count: int, rate: float) -> None:
    """Every door in turn, and so again: what the machine does beside meets all of them."""
    for number in range(ROUNDS):
        for name, door in each.items():
            door.take(Load(port=door.served.port, secret=SECRET, count=count, rate=rate, name=f"{name}-{number}"))


def tell(each: Mapping[str, Measured]) -> None:
    for name, door in each.items():
        costs = f"{spread(door.costs, '{:.2f}')} ms CPU each"
        best: Outcome = min(door.outcomes, key=lambda outcome: percentile(outcome.taken, 0.5))
        own = 1000 * best.own / len(best.taken)
        print(f"  {name:6} {spread(door.rates)}/s, {costs}, best {milliseconds(best.taken)}; sender {own:.2f} ms CPU")


def beside(values: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:.1f} ms" for name, value in values.items() if name != OURS)
