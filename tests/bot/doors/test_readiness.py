"""``/ready``: every dependency by name, each asked no more often than it must be, none waited for too long."""

from __future__ import annotations

from collections import Counter

import pytest

from bot.doors.readiness import FRESH, LASTING, Dependency, Readiness, as_data, switched_off
from integrations.health import Check
from models.clock import SystemClock

pytestmark = pytest.mark.anyio


class Ticking(SystemClock):
    """A clock whose seconds a test counts."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds


async def test_a_vendor_is_asked_once_a_minute_and_at_once_again_when_it_failed() -> None:
    clock, asked, well = Ticking(), Counter[str](), {"jira": True}

    def dependency(name: str, fresh: float) -> Dependency:
        async def ask() -> Check:
            asked[name] += 1
            return Check(name, well.get(name, True), "")

        return Dependency(name, ask, fresh=fresh)

    readiness = Readiness(clock, [dependency("database", FRESH), dependency("jira", LASTING)])
    for clock.seconds in (0, FRESH, 2 * FRESH):
        await readiness.answers()
    assert asked == {"database": 3, "jira": 1}
    well["jira"], clock.seconds = False, LASTING
    await readiness.answers()
    clock.seconds = LASTING + FRESH
    await readiness.answers()
    assert asked["jira"] == 3


async def test_only_what_is_needed_closes_the_door() -> None:
    async def broken() -> Check:
        return Check("slack", False, "refused", "Set SLACK_BOT_TOKEN")

    data = as_data(await Readiness(Ticking(), [Dependency("slack", broken), switched_off("jira", "not set")]).answers())
    assert data["ready"] is True
    assert data["checks"] == [
        {
            "name": "slack",
            "ok": False,
            "state": "failed",
            "needed": False,
            "detail": "refused",
            "hint": "Set SLACK_BOT_TOKEN",
            "remedy": "Set SLACK_BOT_TOKEN",
        },
        {
            "name": "jira",
            "ok": True,
            "state": "off",
            "needed": False,
            "detail": "off: not set",
            "hint": "",
            "remedy": "",
        },
    ]
