"""When people change in the simulated Slack, the app is told in Slack's own shapes, and only of what changed."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.simulator.server import Simulator
from integrations.simulator.slack.staff import change_group, change_user
from tests.integrations.simulator.conftest import Product
from tests.integrations.simulator.test_slack_out import shaped

pytestmark = pytest.mark.anyio


async def told(simulator: Simulator, product: Product) -> list[dict[str, Any]]:
    await simulator.slack_out.idle()
    return [received.json["event"] for received in product.at("/slack/events")]


def somebody(simulator: Simulator) -> str:
    return next(u.id for u in simulator.workspace.users.values() if not u.bot and not u.guest)


async def test_a_new_status_is_a_user_change(simulator: Simulator, product: Product) -> None:
    change_user(simulator.slack_out, somebody(simulator), status="On vacation", emoji=":palm_tree:", status_until=9)
    (event,) = await told(simulator, product)
    shaped("UserChangeEvent", event)
    profile = event["user"]["profile"]
    assert (profile["status_text"], profile["status_emoji"], profile["status_expiration"]) == (
        "On vacation", ":palm_tree:", 9)  # fmt: skip


async def test_new_quiet_hours_are_a_change_of_do_not_disturb(simulator: Simulator, product: Product) -> None:
    user = somebody(simulator)
    change_user(simulator.slack_out, user, quiet=(1_800_000_000, 1_800_030_000))
    (event,) = await told(simulator, product)
    shaped("DNDUpdatedUserEvent", event)
    assert (event["user"], event["dnd_status"]["next_dnd_end_ts"]) == (user, 1_800_030_000)


async def test_a_group_tells_who_came_and_who_left(simulator: Simulator, product: Product) -> None:
    group, users = next(iter(simulator.workspace.groups.items()))
    change_group(simulator.slack_out, group, [*users[1:], "U0NEW00001"])
    (event,) = await told(simulator, product)
    shaped("SubteamMembersChangedEvent", event)
    assert (event["added_users"], event["removed_users"]) == (["U0NEW00001"], list(users[:1]))


async def test_nothing_changed_nothing_told(simulator: Simulator, product: Product) -> None:
    change_user(simulator.slack_out, somebody(simulator), status="")
    assert await told(simulator, product) == []
