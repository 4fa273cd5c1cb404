"""What is said in Slack: it arrives once, in order, at the pace Slack allows, in words if its blocks are refused."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from integrations.simulator.slack.api import Limit
from models.errors import NotDone, Refused
from tests.contracts.slack.conftest import Conversation

pytestmark = pytest.mark.anyio

BLOCKS: list[dict[str, Any]] = [{"type": "section", "text": {"type": "mrkdwn", "text": "*PAY-7* waits"}}]
CARD = [*BLOCKS, {"type": "actions", "elements": [{"type": "button", "action_id": "go", "value": "1",
        "text": {"type": "plain_text", "text": "Go"}}]}]  # fmt: skip


async def test_what_is_posted_stands_there_and_is_found_by_its_marker(talk: Conversation) -> None:
    channel = await talk.slack.channel_named("engineering")
    ref = await talk.slack.post(channel, "PAY-7 waits", CARD, marker="e1")
    assert ref == {"channel": talk.room().id, "ts": talk.workspace.said(channel)[-1].ts}
    since = talk.simulator.clock.real() - timedelta(hours=1)
    assert await talk.slack.find(channel, "e1", since) == ref
    assert await talk.slack.find(channel, "e2", since) is None


async def test_a_reply_is_found_in_its_thread(talk: Conversation) -> None:
    channel = talk.room().id
    root = await talk.slack.post(channel, "root")
    reply = await talk.slack.post(channel, "reply", marker="e2", thread=root["ts"])
    since = talk.simulator.clock.real() - timedelta(hours=1)
    assert await talk.slack.find(channel, "e2", since, thread=root["ts"]) == reply


async def test_an_edit_replaces_words_and_blocks_and_keeps_the_marker(talk: Conversation) -> None:
    ref = await talk.slack.post(talk.room().id, "before", CARD, marker="e1")
    await talk.slack.update(ref["channel"], ref["ts"], "after", BLOCKS)
    (said,) = talk.workspace.said(ref["channel"])
    assert (said.text, len(said.blocks)) == ("after", 1)
    assert said.metadata == {"event_type": "pm_agent_effect", "event_payload": {"effect": "e1"}}


async def test_a_direct_message_an_ephemeral_and_a_home_reach_one_person(talk: Conversation) -> None:
    user = talk.people[0]
    await talk.slack.post(await talk.slack.open_dm(user), "for you", BLOCKS)
    await talk.slack.ephemeral(talk.room().id, user, "only you", BLOCKS)
    await talk.slack.publish_home(user, {"type": "home", "blocks": BLOCKS})
    said = [m.text for m in talk.workspace.messages.values() if m.user == talk.workspace.bot]
    assert said == ["for you", "only you"]
    assert talk.workspace.homes[user]["blocks"][0]["text"]["text"] == "*PAY-7* waits"


async def test_no_title_however_it_is_spelled_calls_anybody(talk: Conversation) -> None:
    title = "<!channel> <@U1> ＜!here＞ &lt;!everyone&gt; @here <!subteam^S1> <https://x.example|PAY-7>"
    await talk.slack.post(talk.room().id, title, [{"type": "section", "text": {"type": "mrkdwn", "text": title}}])
    (said,) = talk.workspace.said(talk.room().id)
    assert said.text.count("<") == said.blocks[0]["text"]["text"].count("<") == 1
    assert said.blocks[0]["text"]["verbatim"] is True


async def test_blocks_slack_refuses_arrive_as_words(talk: Conversation) -> None:
    await talk.slack.post(talk.room().id, "PAY-7 waits", [{"type": "banner", "colour": "red"}], marker="e1")
    (said,) = talk.workspace.said(talk.room().id)
    assert (said.text, said.blocks) == ("PAY-7 waits", ())
    assert [objection.split(":")[0] for objection in talk.objections] == [
        "chat.postMessage"
    ]  # it was broken on purpose
    talk.objections.clear()


async def test_a_pause_of_one_channel_holds_up_no_other_and_nothing_is_doubled(talk: Conversation) -> None:
    first, other = talk.room().id, talk.room("leadership").id
    talk.simulator.slack.limits.append(Limit("chat.postMessage", 30, channel=first))
    with pytest.raises(NotDone) as told:
        await talk.slack.post(first, "one")
    with pytest.raises(NotDone):
        await talk.slack.post(first, "two")
    await talk.slack.post(other, "elsewhere")
    assert told.value.retry_after == 30.0
    assert [m.text for room in (first, other) for m in talk.workspace.said(room)] == ["elsewhere"]
    assert talk.counts["chat.postMessage"] == 2


async def test_a_pause_of_edits_stops_edits_alone(talk: Conversation) -> None:
    ref = await talk.slack.post(talk.room().id, "one")
    talk.simulator.slack.limits.append(Limit("chat.update", 30))
    for _ in range(2):
        with pytest.raises(NotDone):
            await talk.slack.update(ref["channel"], ref["ts"], "two")
    await talk.slack.post(talk.room().id, "three")
    assert [m.text for m in talk.workspace.said(ref["channel"])] == ["one", "three"]
    assert talk.counts["chat.update"] == 1


async def test_order_is_kept_in_a_channel(talk: Conversation) -> None:
    talk.simulator.faults.add("chat.postMessage", delay=0.2)
    await asyncio.gather(*(talk.slack.post(talk.room().id, str(number)) for number in range(3)))
    assert [m.text for m in talk.workspace.said(talk.room().id)] == ["0", "1", "2"]


async def test_where_the_app_is_not_it_is_told_what_to_do(talk: Conversation) -> None:
    with pytest.raises(Refused, match="/invite"):
        await talk.slack.post(talk.room("general").id, "hello")


async def test_slack_says_what_is_wrong_with_blocks(talk: Conversation) -> None:
    assert await talk.slack.validate(CARD) is None
    wrong = await talk.slack.validate([{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3_001}}])
    assert wrong is not None
    assert "/blocks/0/text/text" in wrong
