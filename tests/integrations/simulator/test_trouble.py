"""Trouble from the page: it happens as often as asked, to what was asked, and is told in plain words."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.simulator.happenings import HAPPENINGS
from integrations.simulator.server import Simulator
from integrations.simulator.trouble import TROUBLES
from models.directives import Directives
from tests.integrations.simulator.conftest import Asking, Product
from tests.integrations.simulator.test_slack_out import somebody, team_channel

pytestmark = pytest.mark.anyio


async def posted(ask: Asking, simulator: Simulator, channel: str) -> int:
    headers = {"Authorization": f"Bearer {simulator.secrets.slack_bot_token}"}
    body = {"channel": channel, "text": "hello"}
    async with ask.http.post(f"{simulator.url}/slack/api/chat.postMessage", json=body, headers=headers) as reply:
        return reply.status


async def make(ask: Asking, name: str, **more: Any) -> tuple[int, Any]:
    return await ask.sim("POST", "fault", {"name": name, **more})


async def test_too_many_messages_lasts_as_long_as_asked_in_one_channel(
    ask: Asking, simulator: Simulator, directives: Directives
) -> None:
    channel, other = team_channel(simulator, directives), simulator.workspace.direct(somebody(simulator)).id
    _, reply = await make(ask, "rate_limit", times=2, channel=channel)
    assert "next 2 posts in this channel with 429" in reply["told"]
    assert await posted(ask, simulator, other) == 200
    assert [await posted(ask, simulator, channel) for _ in range(3)] == [429, 429, 200]


async def test_the_last_event_is_repeated_as_slack_repeats_it(
    ask: Asking, simulator: Simulator, product: Product
) -> None:
    assert (await make(ask, "retry"))[0] == 409
    simulator.slack_out.open_home(somebody(simulator))
    await simulator.slack_out.idle()
    _, reply = await make(ask, "retry", times=2)
    assert "2 more times; the agent took 2" in reply["told"]
    assert len({each.body for each in product.got}) == 1
    assert [each.headers.get("X-Slack-Retry-Num") for each in product.got] == [None, "1", "2"]


async def test_lost_webhooks_are_lost_and_said_to_be(ask: Asking, simulator: Simulator, product: Product) -> None:
    await make(ask, "lose_webhooks", times=1)
    for name in ("comment", "comment"):
        HAPPENINGS[name].act(simulator.company)
    assert simulator.webhooks is not None
    await simulator.webhooks.idle()
    lost = [entry for entry in simulator.traffic.shown() if "got lost" in entry["words"]]
    assert len(lost) == 1
    assert len(product.at("/webhooks/jira")) >= 1


async def test_everything_works_again_when_asked(ask: Asking, simulator: Simulator, directives: Directives) -> None:
    await make(ask, "rate_limit", times=5)
    await make(ask, "clear")
    assert await posted(ask, simulator, team_channel(simulator, directives)) == 200


async def test_what_cannot_be_done_here_says_why(ask: Asking) -> None:
    status, reply = await make(ask, "restart")
    assert (status, reply["error"]) == (409, "Only pm demo can restart the agent.")
    assert (await make(ask, "socket_drop"))[1][
        "error"
    ] == "The agent is reached over HTTP. Start pm demo --socket to break a socket."
    assert (await make(ask, "made-up"))[0] == 404
    _, shown = await ask.sim("GET", "faults")
    assert [each["name"] for each in shown["faults"]] == list(TROUBLES)


async def test_every_trouble_is_one_line_of_the_traffic(ask: Asking, simulator: Simulator) -> None:
    _, reply = await make(ask, "double_click")
    (note,) = [entry for entry in simulator.traffic.shown() if entry["way"] == "note"]
    assert note["words"] == reply["told"]


async def asked_claude(ask: Asking, simulator: Simulator) -> int:
    body = {"model": "claude-haiku-5-5", "max_tokens": 99, "messages": [{"role": "user", "content": "Hello"}]}
    headers = {"x-api-key": simulator.secrets.anthropic_api_key}
    async with ask.http.post(f"{simulator.url}/claude/v1/messages", json=body, headers=headers) as reply:
        return reply.status


async def test_claude_is_in_trouble_as_often_as_asked_and_the_traffic_shows_what_it_used(
    ask: Asking, simulator: Simulator
) -> None:
    simulator.troubles.claude = simulator.claude
    _, reply = await make(ask, "claude_overloaded", times=2)
    assert reply["told"] == "2 questions to Claude from now on: overloaded, 529."
    assert [await asked_claude(ask, simulator) for _ in range(3)] == [529, 529, 200]
    last = simulator.traffic.shown()[0]
    assert last["service"] == "claude" and last["words"].startswith("claude-haiku-5-5: ")
    await make(ask, "claude_no_credit", times=5)
    await make(ask, "clear")
    assert await asked_claude(ask, simulator) == 200


async def test_an_agent_that_was_given_no_claude_has_no_trouble_with_it(ask: Asking, simulator: Simulator) -> None:
    assert "ANTHROPIC_API_KEY" not in simulator.environment()
    status, reply = await make(ask, "claude_silent")
    assert status == 409 and "--no-claude" in reply["error"]
