"""Ninety days of a company of forty people in six time zones: never noisy, useful, flat, and tidied up after."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

import pytest

from models.keeping.retention import SETTLED
from tests.bench.figures import machine
from tests.soak.company import EVERYBODY
from tests.soak.figures import examples, resident, table
from tests.soak.soak import DAY, MONDAY, Soak, soaking
from tests.world import in_memory

pytestmark = [pytest.mark.anyio, pytest.mark.soak]

DAYS = 90
MOST_SECONDS = 180
FLAT = 1.10
"""How much larger the process may be in the end than after the first third."""


async def test_ninety_days_of_forty_people(tmp_path: Path) -> None:
    began, used = time.perf_counter(), time.process_time()
    held: dict[int, float] = {}
    # In memory where the machine has a folder for that: what is measured is our own work, not the disk.
    with in_memory(tmp_path) as folder:
        async with soaking(folder, DAYS) as soak:
            for day in (30, 60, 90):
                await soak.live_until(MONDAY + day * DAY)
                held[day] = resident()
            seconds, computed = time.perf_counter() - began, time.process_time() - used
            rows, left = await soak.rows(), await half_a_year_later(soak)
    oracle = soak.oracle
    print(f"\n{DAYS} days of {len(EVERYBODY)} people: {seconds:.0f} s, {computed:.0f} s of them computing; {machine()}")
    print(f"  {soak.wakes} times awake, {soak.jobs} jobs; memory {', '.join(f'{m:.0f} MB' for m in held.values())}")
    print(table(oracle, DAYS, len(EVERYBODY)))
    print("  rows after ninety days  " + ", ".join(f"{name} {n}" for name, n in rows.items() if n))
    print("  and half a year later   " + ", ".join(f"{name} {n}" for name, n in left.items() if n))
    assert not oracle.faults, examples(oracle)
    assert sum(oracle.due.values()) > 0.8 * len(oracle.due) > 20, "it is of use"
    assert held[90] < held[30] * FLAT
    assert computed < MOST_SECONDS
    assert sum(left[name] for name in ("told", "decisions", "effects", "approvals", "reminders")) <= 60


async def half_a_year_later(soak: Soak) -> dict[str, int]:
    """Nobody does anything any more but to tidy up; the rows that are left."""
    for life in soak.lives.values():
        life.issues.clear()
        life.pulls.clear()
    for _ in range(2):
        soak.clock.at += SETTLED / 2 + timedelta(days=2)
        for life in soak.lives.values():
            life.now = soak.clock.at
            await soak.read_whole(life)
        await soak.wake()
    await soak.app.store.tidy()
    return await soak.rows()
