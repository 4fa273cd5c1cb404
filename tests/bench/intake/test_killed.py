"""Five times everything is killed in the middle of a stream: what was acknowledged is looked at, and said once.

Beside it the plain design that acknowledges first.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from integrations.simulator.company import item
from integrations.simulator.nouns import Change
from models.ids import PersonId
from tests.bench.company import AtWork, at_work, talkative
from tests.bench.figures import at_most, machine, record
from tests.bench.intake.load import Load, Outcome, name_of
from tests.bench.intake.rows import kept
from tests.bench.intake.sending import send
from tests.bench.intake.servers import OURS, PLAIN, SECRET, plain_door
from tests.bench.processes import Served
from tests.postgresql import Server, stoppable

pytestmark = [pytest.mark.anyio, pytest.mark.bench]

KILLS, RATE = 5, 150
EVERY, THEIRS = 4.0, 2.0
"""Seconds between two kills; the plain design is killed sooner, so that less has piled up in it."""

BREATH = 0.9
"""Seconds before a kill that a ticket gets stuck: its message is then being made or under way."""

TWICE = 0.3
"""Per cent of messages."""


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_nothing_acknowledged_is_lost_when_all_is_killed(kind: str, tmp_path: Path) -> None:
    with database(kind, tmp_path) as (url, cut):
        async with at_work(tmp_path, url, text=talkative(), LEASE_SECONDS="3") as company:
            ours = await streamed(company, cut)
            await company.quiet()
            markers = Counter(marker_of(message) for message in company.said())
        seen = kept(url, OURS, accounted=True)
    theirs = await asyncio.to_thread(plain, tmp_path)
    assert len(ours[1].acknowledged) > KILLS * 10, "hardly anything was taken in between"
    lost = len({name_of(ours[0], number) for number in ours[1].acknowledged} - seen)
    said, twice = markers.total(), sum(times - 1 for marker, times in markers.items() if marker)
    share = 100 * theirs[1] / theirs[0]
    print(f"\n{KILLS} x kill -9 of everything at {RATE}/s on {kind}: {machine()}")
    print(f"  ours  {len(ours[1].acknowledged)} acknowledged, {lost} lost; {said} messages, {twice} of them again")
    print(f"  plain {theirs[0]} acknowledged, {theirs[1]} lost ({share:.0f} %)")
    beside = f"plain that answers first: {theirs[1]} of {theirs[0]} ({share:.0f} %)"
    what = f"of {len(ours[1].acknowledged)} acknowledged, lost in {KILLS} kills, {kind}"
    assert all(
        [
            record("B3", what, lost, at_most(0, "deliveries"), beside),
            record("B3", f"of {said} messages, said again, {kind}", 100 * twice / max(said, 1), at_most(TWICE, "%")),
        ]
    )


async def streamed(company: AtWork, cut: Callable[[Served], None]) -> tuple[Load, Outcome]:
    """A stream over all kills, and tickets that get stuck just before each."""
    secret, product = company.simulator.secrets.jira_webhook_secret, company.product
    count = int(RATE * EVERY * (KILLS + 1))
    load = Load(port=product.port, secret=secret, count=count, rate=RATE, name=OURS, keys=company.keys, stubborn=True)
    stream = asyncio.create_task(asyncio.to_thread(send, load))
    for _ in range(KILLS):
        await asyncio.sleep(EVERY - BREATH)
        for _ in range(3):
            stuck(company)
        await asyncio.sleep(BREATH)
        await asyncio.to_thread(cut, product)
        product.start()
    outcome = await stream
    await asyncio.to_thread(product.wait)
    return load, outcome


def stuck(company: AtWork) -> None:
    """A ticket is told to have been stuck for days."""
    made = company.simulator.company
    issue = next((i for i in made.active() if made.category(i) != "done" and not i.flagged), None)
    if issue is None:
        return
    owner = issue.assignee or str(company.simulator.directives.teams[0].member(PersonId("li")).jira)
    row = item(made, "flagged", False, True)
    long_ago = Change(made.number(), owner, made.clock.now() - timedelta(days=4), (row,))
    made.issues[issue.key] = replace(issue, assignee=owner, flagged=True, changes=(*issue.changes, long_ago))
    made.comment(issue.key, owner, {"type": "doc", "version": 1, "content": []})


def marker_of(message: object) -> str:
    metadata = getattr(message, "metadata", None) or {}
    return str((metadata.get("event_payload") or {}).get("effect", ""))


def plain(folder: Path) -> tuple[int, int]:
    """How many the plain design acknowledged, and how many of them are nowhere."""
    acknowledged, url = set[str](), f"sqlite:///{folder / 'first.db'}"
    with plain_door(url, folder, "first") as served:
        for number in range(KILLS):
            count = int(RATE * THEIRS)
            load = Load(port=served.port, secret=SECRET, count=count, rate=RATE, name=f"{PLAIN}-{number}")
            outcome = send(load)
            acknowledged |= {name_of(load, each) for each in outcome.acknowledged}
            served.kill()
            served.start()
            served.wait()
    return len(acknowledged), len(acknowledged - kept(url, PLAIN, table="deliveries"))


@contextlib.contextmanager
def database(kind: str, folder: Path) -> Iterator[tuple[str, Callable[[Served], None]]]:
    """An address, and what kills everything: on PostgreSQL the server as well, which is then started again."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'ours.db'}", Served.kill
        return
    with stoppable(durable=True) as server:
        yield server.url, lambda product: _with_its_server(product, server)


def _with_its_server(product: Served, server: Server) -> None:
    product.kill()
    server.stop()
    server.start()
