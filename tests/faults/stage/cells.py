"""How one cell of the table is played, and what must hold after it.

No write twice, nothing stuck past its deadline, one honest line without a secret.
"""

from __future__ import annotations

import re

import pytest

from bot.app import App
from integrations.rest import MAX_REPLY
from models.work import Facts
from planner.carry_out import IN_FLIGHT
from tests.faults.stage.elsewhere import SHUT, Elsewhere, address_of
from tests.faults.stage.faults import FAULTS
from tests.faults.stage.operations import OPERATIONS as HOW
from tests.faults.stage.operations import Count, Operation
from tests.faults.stage.town import SECONDS, Town, Try
from tests.faults.table import (
    AGAIN,
    DONE,
    FOUND,
    LINES,
    LOOKED,
    LOST,
    MOVED,
    NONE,
    OLD,
    OPERATIONS,
    REFUSED,
    TABLE,
    TELLING,
    TOLD,
    UNREAD,
)

TAKEN = 2 * MAX_REPLY
"""Bytes of one answer that may have been taken in: some are in the system's own buffers."""


def _cell(fault: str, operation: str, outcome: str) -> object:
    marks = () if (fault, operation) in TELLING else (pytest.mark.faults,)
    return pytest.param(fault, operation, outcome, marks=marks, id=f"{operation}, {fault}: {outcome}")


def cells_of(*dependencies: str) -> list[object]:
    """Every cell of the table for operations of these dependencies."""
    return [
        _cell(fault, operation, outcome)
        for fault, row in TABLE.items()
        for operation, outcome in zip(OPERATIONS, row, strict=True)
        if outcome not in {NONE, UNREAD} and operation.startswith(dependencies)
    ]


async def play(place: Town, addresses: Elsewhere, fault: str, operation: str, outcome: str) -> None:
    """One cell, from the fault to the end; fails when anything is not as the table has it."""
    first, how, tasks = await there(place, addresses, fault), HOW[operation], place.tasks()
    place.begin()
    before = await place.app.store.facts_about(place.world.team.id)
    done = await how.begin(place)
    if fault in SHUT:
        await place.proxy.shut(full=SHUT[fault])
    if fault in FAULTS:
        # aiohttp asks once more by itself for what changes nothing: there the vendor stays as it is for a while.
        place.proxy.plan(how.where, FAULTS[fault], times=1 if how.source is None else 9)
    one = await place.try_once(first)
    assert one is not None
    assert fault not in FAULTS or place.proxy.struck
    place.proxy.heal()
    if fault in SHUT:
        await place.proxy.open_again()
    assert one.seconds < SECONDS + 3
    await place.quiet()
    line = await said(place, how, one)
    came_to = await (written(place, how, done, one) if how.source is None else read(place, how, before))
    assert came_to == outcome
    if outcome != DONE:
        words = LINES.get(fault) or LINES[re.split("[ ,]", fault)[0]]
        assert any(each in line for each in words.split("|")), line
        assert honest(line), line
    assert waits_as_asked(fault, one), one
    assert all(each.given < TAKEN for each in place.proxy.seen)
    assert not place.secrets_in([line, *place.log])
    await place.restore()
    assert (place.held(), place.tasks() - tasks) == (0, set())


async def there(place: Town, addresses: Elsewhere, fault: str) -> App | None:
    """The product whose vendors are at the wrong address; ``None`` for the usual one."""
    address = address_of(addresses, fault)
    return place.product_at(address) if address else None


async def written(place: Town, how: Operation, done: Count, one: Try) -> str:
    """What became of a write, by what the vendor was asked and now has; never twice at any moment."""
    at_first, asked = done(), place.proxy.count(how.where)
    await place.to_the_end()
    again, now = place.proxy.count(how.where) - asked, done()
    assert max(at_first, now) <= 1
    match one.state, at_first, again, now:
        case "done", 1, 0, 1:
            return MOVED if any("not taken" in line for line in place.log) else DONE
        case "done", 0, 0, 0:
            return LOST
        case "dead", 0, 0, 0:
            return REFUSED if await put_right(place, done) else "lost for good"
        case "waiting", _, 1, _ if is_unclear(one) and place.notices() == 1:
            return TOLD
        case "waiting", 1, 0, 1 if is_unclear(one):
            return FOUND
        case "waiting", 0, 1, 1:
            return LOOKED if is_unclear(one) else AGAIN
    return f"{one.state}, done {at_first}, asked {again} times more, done {now}"


async def put_right(place: Town, done: Count) -> bool:
    """The operator puts in a new token and says *pm dead-letters retry*."""
    (dead,) = await place.app.mailbox.dead_letters()
    await place.app.mailbox.replay(dead.id)
    await place.to_the_end()
    return done() == 1


NEXT_READINGS = 3
"""One of so many is without a fault: half a second a call is short for a machine that is busy."""


async def read(place: Town, how: Operation, before: Facts) -> str:
    """What became of a reading: all that was known is still known, and how old it is."""
    app, team = place.app, place.world.team.id
    after, reading = await app.store.facts_about(team), (await app.store.readings(team))[how.source]
    came_to = OLD if reading.error else DONE
    assert work_of(after) == work_of(before)
    assert (after.read_at[how.source] == before.read_at[how.source]) == (came_to == OLD)
    await place.to_the_end()
    for _ in range(NEXT_READINGS):
        place.later()
        await how.begin(place)
        await place.to_the_end()
        if (await app.store.readings(team))[how.source].error is None:
            break
    assert (await app.store.readings(team))[how.source].error is None
    assert work_of(await app.store.facts_about(team)) == work_of(before)
    return came_to


def work_of(facts: Facts) -> object:
    return facts.issues, facts.sprints, facts.pull_requests, facts.people


async def said(place: Town, how: Operation, one: Try) -> str:
    """The line of it that an operator reads: of a reading, of what was tried, or in the log."""
    if how.source is not None:
        return (await place.app.store.readings(place.world.team.id))[how.source].error or ""
    return one.words or next((line for line in reversed(place.log) if "lost" in line or "not taken" in line), "")


def honest(line: str) -> bool:
    """One line of words: no page, no trace, no bytes."""
    return 0 < len(line) < 400 and not re.search(r"[\n<>]|[{\[][\"']|Traceback|object at 0x|b'", line)


def is_unclear(one: Try) -> bool:
    """It is left alone for as long as a lost call may still be under way."""
    return abs(one.waits - IN_FLIGHT) < 2


WAITS = {"429, wait 0": (0, 2.5), "429, wait 1": (0, 2.5), "429, wait 3600": (800, 3600), "429, wait until": (58, 61)}
"""Seconds until the next try, by what the vendor asked for."""


def waits_as_asked(fault: str, one: Try) -> bool:
    least, most = WAITS.get(fault, (0, 31))
    return one.state != "waiting" or least <= one.waits <= most
