"""Nothing internal is posted where another organisation reads it, or where nobody can say whether one does."""

from __future__ import annotations

import pytest

from integrations.slack import Slack
from integrations.slack.reading.places import SHARED
from models.errors import NotDone, Refused
from tests.integrations.slack.loopback import Answer, Loopback

pytestmark = pytest.mark.anyio

WAYS = {
    "is_ext_shared": True,
    "is_org_shared": True,
    "is_shared": True,
    "is_pending_ext_shared": True,
    "pending_shared": ["T2"],
}


@pytest.mark.parametrize("way", WAYS)
async def test_a_channel_that_others_read_gets_no_post_no_edit_and_no_stream(
    slack: Slack, server: Loopback, way: str
) -> None:
    server.say("conversations.info", {"channel": {"id": "C1", "is_channel": True, way: WAYS[way]}})
    for said in (
        slack.post("C1", "PAY-7 waits", marker="e1"),
        slack.update("C1", "1.1", "PAY-7 waits"),
        slack.assistant.streams.begin("C1", "1.1", "U1", "T1", {"jira": "Searching Jira"}),
    ):
        with pytest.raises(Refused) as refused:
            await said
        assert refused.value.code == SHARED and "another channel" in str(refused.value)
    assert {method for method, _ in server.calls} == {"conversations.info"}


async def test_the_refusal_names_the_channel_as_people_do(slack: Slack, server: Loopback) -> None:
    server.say("conversations.list", {"channels": [{"id": "C1", "name": "leadership"}]})
    server.say("conversations.info", {"channel": {"id": "C1", "is_ext_shared": True}})
    with pytest.raises(Refused, match=r"#leadership is shared with another organisation"):
        await slack.post(await slack.channel_named("leadership"), "PAY-7 waits")


async def test_only_what_says_nothing_internal_may_go_there(slack: Slack, server: Loopback) -> None:
    server.say("conversations.info", {"channel": {"id": "C1", "is_ext_shared": True}})
    await slack.post("C1", "I say nothing internal here.", for_all=True)
    assert len(server.of("chat.postMessage")) == 1


async def test_nothing_is_posted_while_slack_does_not_say_who_reads(slack: Slack, server: Loopback) -> None:
    server.refuse("conversations.info", "missing_scope", needed="groups:read")
    with pytest.raises(Refused, match="groups:read"):
        await slack.post("C1", "PAY-7 waits")
    server.say("conversations.info", Answer(status=500))
    with pytest.raises(NotDone):
        await slack.post("C1", "PAY-7 waits")
    assert server.of("chat.postMessage") == []


async def test_who_reads_a_channel_is_asked_once_in_five_minutes_and_of_direct_messages_never(
    slack: Slack, server: Loopback
) -> None:
    for place in ("C1", "C1", "D1"):
        await slack.post(place, "PAY-7 waits")
    assert [asked["channel"] for asked in server.of("conversations.info")] == ["C1"]
