"""Whether a vendor and we hold the same secret is read off what comes in, and a stranger cannot spoil it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.doors import trial
from bot.doors.arrivals import KNOCKS_LAST, Arrivals
from models.clock import SystemClock
from models.events import Source
from tests.bot.conftest import Knock
from tests.bot.knocking import Door, Kept

BODY = b'{"webhookEvent": "jira:issue_updated"}'


class Later(SystemClock):
    """Real time, and then some."""

    by = timedelta()

    def real(self) -> datetime:
        return super().real() + self.by


def told(door: Door, name: str) -> Mapping[str, Any]:
    return next(check for check in door.client.get("/ready").json()["checks"] if check["name"] == name)


@pytest.fixture
def door(knock: Knock) -> Door:
    return knock(Kept())


def test_before_anything_has_come_nothing_is_wrong(door: Door) -> None:
    assert told(door, "jira webhooks")["ok"] and "nothing has come" in told(door, "jira webhooks")["detail"]


@pytest.mark.parametrize(
    ("name", "knocks", "remedy"),
    [
        ("jira webhooks", lambda door: door.jira(BODY, secret="other"), "Change an issue and look again"),
        ("slack requests", lambda door: door.slack(b"{}", secret="other"), "Signing Secret"),
    ],
    ids=["jira", "slack"],
)
def test_when_all_of_it_is_signed_otherwise_it_is_a_warning_that_breaks_nothing(
    door: Door, name: str, knocks: Callable[[Door], Any], remedy: str
) -> None:
    knocks(door)
    assert told(door, name)["state"] == "warning" and remedy in told(door, name)["remedy"]
    assert "--renew" not in told(door, name)["remedy"] and "1 refused" in told(door, name)["detail"]


def test_after_one_good_delivery_strangers_change_nothing(door: Door) -> None:
    door.jira(BODY)
    for _ in range(3):
        door.jira(BODY, secret="other")
    assert told(door, "jira webhooks")["ok"]


def test_unsigned_noise_says_nothing_about_the_secret(door: Door) -> None:
    door.client.post("/webhooks/jira", content=BODY)
    assert told(door, "jira webhooks")["ok"]


def test_a_door_without_a_secret_is_off_and_names_the_setting(knock: Knock) -> None:
    door = knock(JIRA_WEBHOOK_SECRET="")
    assert told(door, "jira webhooks")["ok"] and "JIRA_WEBHOOK_SECRET" in told(door, "jira webhooks")["detail"]


def test_our_own_refused_trial_is_no_delivery_of_the_vendor(door: Door) -> None:
    headers, body, _ = trial.make("another")
    assert door.client.post("/webhooks/jira", content=body, headers=headers).status_code == 401
    assert told(door, "jira webhooks")["state"] == "ok"


def test_a_strangers_knock_is_forgotten_in_time() -> None:
    clock = Later()
    arrivals = Arrivals(clock)
    arrivals.refused(Source.JIRA)
    before = arrivals.check(Source.JIRA, "x")
    clock.by = KNOCKS_LAST + timedelta(seconds=1)
    assert not before.ok and arrivals.check(Source.JIRA, "x").ok
