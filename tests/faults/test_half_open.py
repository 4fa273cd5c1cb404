"""The line on which PostgreSQL tells of new work dies without a word: it is noticed, and made anew."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import make_url

from models.clock import SystemClock
from models.database import WORK, Database, upgrade
from models.ids import TeamId
from models.listening import Listening
from models.mailbox import Mailbox, NewJob
from tests.half_open import half_open
from tests.postgresql import postgresql

pytestmark = [pytest.mark.anyio, pytest.mark.faults]

SOON, LONG = 2.0, 10.0
"""Seconds: for a ring, and for the driver to give the dead line up, which takes it five."""

CLOCK = SystemClock()


async def test_a_line_that_has_fallen_silent_is_not_believed() -> None:
    with postgresql() as url:
        upgrade(url)
        socket = f"{make_url(url).query['host']}/.s.PGSQL.5432"
        async with half_open(f"LISTEN {WORK}".encode(), lambda: asyncio.open_unix_connection(socket)) as door:
            here = make_url(url).set(host="127.0.0.1", port=door.port, query={})
            ours, other = Database(here.render_as_string(hide_password=False), CLOCK), Database(url, CLOCK)
            losses, bell = list[str](), ours.doorbell
            ear = Listening(ours, bell.ring, lambda: losses.append("lost"), quiet=0.1, answer=0.2)
            task = asyncio.create_task(ear.run())
            assert await bell.wait(SOON, since=0)
            await asyncio.sleep(0.5)
            assert ear.hears and not losses, "quiet, and alive"
            seen = bell.rings
            door.fall_silent()
            assert await bell.wait(LONG, since=seen) and losses == ["lost"], "made anew"
            seen = bell.rings
            await Mailbox(other, CLOCK).put(NewJob("tidy", "one", TeamId("pay")))
            assert await bell.wait(SOON, since=seen)
            task.cancel()
            await asyncio.wait([task])
            for each in (ours, other):
                await each.close()
