from __future__ import annotations

from datetime import timedelta

import pytest

from integrations.simulator.server import Simulator
from integrations.slack import Slack
from models.clock import SharedClock
from models.errors import Refused
from tests.integrations.mcp.jira_v2 import CONSTITUTION, MORNING, constitution

pytestmark = pytest.mark.anyio


async def test_what_was_said_in_a_channel_and_its_threads_is_read(tmp_path):
    clock = SharedClock(tmp_path / "clock.json")
    clock.set(MORNING, 1.0)
    simulator = Simulator(constitution(), CONSTITUTION.read_text(), clock, "http://127.0.0.1:9", pacing=False)
    await simulator.start()
    slack = Slack(simulator.secrets.slack_bot_token, f"{simulator.url}/slack/api/", clock)
    try:
        since = clock.real() - timedelta(hours=1)
        first = await slack.post(await slack.channel_named("engineering"), "The refund webhook broke")
        await slack.post(first["channel"], "I will look", thread=first["ts"])
        said = await slack.said_in("#engineering", since)
        assert [(m.text, m.channel_name) for m in said if m.ts == first["ts"]] == [
            ("The refund webhook broke", "engineering")
        ]
        assert "I will look" not in [m.text for m in said]
        assert [m.text for m in await slack.thread(first["channel"], first["ts"])] == [
            "The refund webhook broke",
            "I will look",
        ]
        with pytest.raises(Refused):
            await slack.said_in("no-such-channel", since)
    finally:
        await slack.close()
        await simulator.stop()
