"""korotovsky's real slack-mcp-server against a Slack on loopback, reached through the proxy it can be given."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta

import pytest

from integrations.mcp import GetThread, Limits, Operation, Place, Reason, SearchMessages, hub_of
from integrations.mcp.config import Entry
from integrations.mcp.failures import Failure
from integrations.mcp.pins import Pins
from models.clock import SystemClock
from tests.integrations.mcp import real
from tests.integrations.mcp.slack_https import slack_behind_a_proxy

pytestmark = pytest.mark.anyio

NOOR, CHANNEL, TS = "U07NOORR8T2", "C07ENG0001", "1794926400.000100"
DAY = datetime(2026, 11, 16, tzinfo=UTC)
PLACE = {"id": CHANNEL, "name": "engineering", "name_normalized": "engineering", "is_channel": True, "is_member": True}
PLACE |= {"topic": {"value": ""}, "purpose": {"value": ""}}
SAID = {"type": "message", "ts": TS, "user": NOOR, "text": "The refund, again", "thread_ts": TS}
FOUND = SAID | {
    "channel": {"id": CHANNEL, "name": "engineering"},
    "permalink": f"https://acme.slack.com/archives/{CHANNEL}/p1",
}


class Slack:
    """What the server asks Slack, and what it is told."""

    def __init__(self):
        self.asked, self.refusal = [], ""

    def __call__(self, method, arguments):
        self.asked.append((method, arguments))
        if self.refusal and method != "auth.test":
            return {"ok": False, "error": self.refusal}
        matches = [FOUND] if "refund" in arguments.get("query", "") else []
        answers = {
            "auth.test": {
                "url": "https://acme.slack.com/",
                "team_id": "T1",
                "user_id": NOOR,
                "user": "noor",
                "team": "a",
            },
            "users.list": {"members": [{"id": NOOR, "name": "noor", "profile": {"real_name": "Noor"}}]},
            "client.userBoot": {"channels": [PLACE], "ims": [], "is_open": []},
            "conversations.list": {"channels": [PLACE]},
            "search.all": {"messages": {"matches": matches, "total": len(matches), "pagination": {}, "paging": {}}},
            "conversations.replies": {"messages": [SAID], "has_more": False},
        }
        return {"ok": True, **answers[method]} if method in answers else {"ok": False, "error": "unknown_method"}


@contextlib.asynccontextmanager
async def running(folder, slack, variable):
    program = real.slack()
    async with slack_behind_a_proxy(folder, slack) as env:
        env |= {variable: f"{variable[10:14].lower()}-1234567890", "HOME": str(folder), "XDG_CACHE_HOME": str(folder)}
        entry = Entry(name="slack", kind="stdio", command=program, env=env, folder=folder)
        hub = hub_of([entry], SystemClock(), Pins(folder / "lock.json"), Place(), Limits(connect=30, call=8))
        hub.start()
        await hub.wait()
        try:
            yield hub
        finally:
            await hub.close()


async def test_with_a_persons_token_it_searches_and_reads_threads(tmp_path):
    slack = Slack()
    async with running(tmp_path, slack, "SLACK_MCP_XOXP_TOKEN") as hub:
        search = SearchMessages(
            words="refund", channel="engineering", author=NOOR, since=DAY, until=DAY + timedelta(days=2)
        )
        _, (message,) = await hub.answer(search)
        assert (message.channel, message.channel_name, message.author) == (CHANNEL, "engineering", NOOR)
        given = f"refund in:#engineering from:<@{NOOR}> after:2026-11-14 before:2026-11-19"
        assert set(slack.asked[-1][1]["query"].split()) == set(given.split())  # its order changes
        assert await hub.answer(SearchMessages(words="nothing")) == ("slack", [])
        _, thread = await hub.answer(GetThread(CHANNEL, TS))
        assert [(each.ts, each.text) for each in thread] == [(TS, "The refund, again")]
        slack.refusal = "invalid_auth"
        with pytest.raises(Failure) as refused:
            await hub.answer(GetThread(CHANNEL, TS))
        assert refused.value.reason is Reason.AUTH


async def test_with_a_bots_token_there_is_no_search_and_it_says_so(tmp_path):
    async with running(tmp_path, Slack(), "SLACK_MCP_XOXB_TOKEN") as hub:
        assert hub.able(Operation.SEARCH_MESSAGES) == () and hub.able(Operation.GET_THREAD) == ("slack",)
        with pytest.raises(Failure) as missing:
            await hub.answer(SearchMessages(words="refund"))
        assert missing.value.reason is Reason.MISSING_TOOL
