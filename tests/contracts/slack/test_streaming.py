"""An answer that grows: begun once, told step by step, ended once with its marker, and never a call to anybody."""

from __future__ import annotations

from datetime import timedelta

import pytest

from integrations.slack.streams import ENDED, NOT_STREAMED, Step, as_markdown
from models.errors import Refused
from tests.contracts.slack.conftest import Conversation

pytestmark = pytest.mark.anyio

STEPS = {"jira": "Searching Jira", "slack": "Searching Slack"}
BLOCKS = [{"type": "section", "text": {"type": "mrkdwn", "text": "*PAY-7* waits"}}]


async def begun(talk: Conversation) -> tuple[str, str]:
    channel = talk.room().id
    root = await talk.slack.post(channel, "find tickets about 3DS")
    workspace = talk.workspace.team
    return channel, await talk.slack.assistant.streams.begin(channel, root["ts"], talk.people[0], workspace, STEPS)


async def test_an_answer_grows_in_its_thread_and_ends_with_a_marker(talk: Conversation) -> None:
    channel, ts = await begun(talk)
    streams = talk.slack.assistant.streams
    assert talk.workspace.messages[ts].streaming
    await streams.tell(channel, ts, "jira", "Searching Jira", Step.DONE)
    assert [b["status"] for b in talk.workspace.messages[ts].blocks] == ["complete", "in_progress"]
    await streams.end(channel, ts, "One ticket.", BLOCKS, marker="r1")
    said = talk.workspace.messages[ts]
    assert not said.streaming and said.text == "One ticket\\."
    assert [b["type"] for b in said.blocks] == ["task_card", "task_card", "markdown", "section"]
    since = talk.simulator.clock.real() - timedelta(hours=1)
    assert await talk.slack.find(channel, "r1", since, thread=said.thread) == {"channel": channel, "ts": ts}


async def test_while_it_grows_it_cannot_be_edited_and_after_its_end_not_go_on(talk: Conversation) -> None:
    channel, ts = await begun(talk)
    with pytest.raises(Refused) as conflict:
        await talk.slack.update(channel, ts, "no")
    assert conflict.value.code == "streaming_state_conflict"
    await talk.slack.assistant.streams.end(channel, ts, "done", marker="r1")
    with pytest.raises(Refused) as over:
        await talk.slack.assistant.streams.end(channel, ts, "again", marker="r1")
    assert over.value.code in ENDED


async def test_where_nobody_is_named_a_channel_takes_no_stream_and_that_is_known(talk: Conversation) -> None:
    root = await talk.slack.post(talk.room().id, "root")
    with pytest.raises(Refused) as refused:
        await talk.slack.assistant.streams.begin(talk.room().id, root["ts"], talk.people[0], "", STEPS)
    assert refused.value.code in NOT_STREAMED


async def test_no_words_of_an_end_call_anybody_or_mean_anything(talk: Conversation) -> None:
    channel, ts = await begun(talk)
    hostile = "<!channel> **bold** [evil](https://x.example) <@U1> @here # title"
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": hostile}}]
    await talk.slack.assistant.streams.end(channel, ts, hostile, blocks, marker="r1")
    said = talk.workspace.messages[ts]
    assert "<!" not in said.text and "<@" not in said.text and "**" not in said.text
    assert "](" not in said.text and said.blocks[-1]["text"]["text"].count("<") == 0


@pytest.mark.parametrize("text", ["*a*", "_a_", "`a`", "[a](b)", "# a", "- a", "1. a", "a | b", "~~a~~"])
def test_foreign_words_are_no_markdown(text: str) -> None:
    shown = as_markdown(text)
    signs = [at for at, sign in enumerate(shown) if sign in "*_`[#|~"]
    assert shown.replace("\\", "") == text and all(shown[at - 1] == "\\" for at in signs)


async def test_what_we_are_at_stands_in_the_thread_until_the_next_message(talk: Conversation) -> None:
    channel = talk.room().id
    root = await talk.slack.post(channel, "root")
    await talk.slack.assistant.doing(channel, root["ts"], "is reading Jira")
    assert talk.workspace.statuses[channel, root["ts"]].words == "is reading Jira"
    await talk.slack.post(channel, "the answer", thread=root["ts"])
    assert (channel, root["ts"]) not in talk.workspace.statuses


async def test_work_that_can_be_stopped_is_known_as_such(talk: Conversation) -> None:
    channel = await talk.slack.open_dm(talk.people[0])
    root = await talk.slack.post(channel, "root")
    await talk.slack.assistant.session(channel, root["ts"], working=True)
    assert talk.workspace.sessions[channel, root["ts"]]["status"] == "processing"
    await talk.slack.assistant.session(channel, root["ts"], working=False)
    assert talk.workspace.sessions[channel, root["ts"]]["status"] == "active"


async def test_a_channel_everybody_may_read_is_told_from_a_private_one(talk: Conversation) -> None:
    private = next((r for r in talk.workspace.channels.values() if r.private and talk.workspace.bot in r.members), None)
    assert await talk.slack.is_public("engineering")
    assert private is None or not await talk.slack.is_public(private.name)
