"""Ten thousand deliveries at once, a tenth of them twice, all shuffled, while one process takes in and works."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.bench.company import AtWork, at_work
from tests.bench.figures import at_most, machine, milliseconds, percentile, record, sized, told
from tests.bench.intake.load import Load
from tests.bench.intake.rows import kept
from tests.bench.intake.sending import send
from tests.bench.intake.servers import OURS, PLAIN, SECRET, databases, plain_door

pytestmark = [pytest.mark.anyio, pytest.mark.bench]

EVENTS, AGAIN, BESIDE = 10_000, 0.1, 0.1
"""Deliveries, the share of them that comes twice, and the share of all that the plain intake is given."""

LATE = {"sqlite": 500.0, "postgresql": 100.0}
"""Milliseconds at p99 until one is acknowledged."""

DRAIN = 30.0
"""Seconds until everything has been looked at."""

COST = 2.0
"""Milliseconds of computing for each, the looks at them included."""


@pytest.mark.parametrize("kind", LATE)
async def test_ten_thousand_at_once_are_taken_and_worked_off(kind: str, tmp_path: Path) -> None:
    events = sized(EVENTS)
    with databases(kind, tmp_path) as urls:
        with plain_door(urls[PLAIN], tmp_path) as plain:
            less = Load(port=plain.port, secret=SECRET, count=sized(int(EVENTS * BESIDE)), repeats=AGAIN, name="burst")
            beside = await asyncio.to_thread(send, less)
        async with at_work(tmp_path, urls[OURS]) as company:
            before = company.product.seconds()
            outcome = await asyncio.to_thread(send, burst(company, events))
            drained = await company.quiet()
            cost = (company.product.seconds() - before) * 1000 / len(outcome.taken)
            memory = company.product.megabytes()
        lost = events - len(kept(urls[OURS], "burst", accounted=True))
    late, theirs = (1000 * percentile(each.taken, 0.99) for each in (outcome, beside))
    print(f"\n{events} deliveries and {AGAIN:.0%} again on {kind}: {machine()}")
    print(
        f"  ours  {outcome.rate:.0f}/s, {milliseconds(outcome.taken)}, {cost:.2f} ms CPU each, drained {drained:.1f} s"
    )
    print(f"  plain {beside.rate:.0f}/s, {milliseconds(beside.taken)} over {len(beside.taken)}, without any look")
    assert outcome.codes == {"202": len(outcome.taken)}
    slower, slowly = f"plain {theirs:.0f} ms", f"plain, which looks at nothing, {beside.rate:.0f}/s"
    assert all(
        [
            record("T7", f"of {events} deliveries in a burst lost, {kind}", lost, at_most(0, "deliveries")),
            record("T7", f"acknowledged in that burst, p99, {kind}", late, at_most(LATE[kind], "ms"), slower),
            record("T7", f"all of that burst looked at, after it, {kind}", drained, at_most(DRAIN, "s")),
            record("B2", f"accepted in that burst, beside the work, {kind}", outcome.rate, told("/s"), slowly),
            record("B13", f"computing for each delivery, looks included, {kind}", cost, at_most(COST, "ms")),
            record("B13", f"memory after that burst, all in one process, {kind}", memory, told("MB")),
        ]
    )


def burst(company: AtWork, events: int) -> Load:
    secret = company.simulator.secrets.jira_webhook_secret
    port, keys = company.product.port, company.keys
    return Load(port=port, secret=secret, count=events, repeats=AGAIN, name="burst", keys=keys)
