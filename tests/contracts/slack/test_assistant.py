"""The questions an agent offers, as Slack takes them."""

from __future__ import annotations

import pytest

from tests.contracts.slack.conftest import Conversation

pytestmark = pytest.mark.anyio


async def test_at_most_four_questions_are_offered_in_a_conversation(talk: Conversation) -> None:
    channel = await talk.slack.open_dm(talk.people[0])
    await talk.slack.assistant.suggest(channel, [(f"Question {place}", "status") for place in range(6)])
    shown = talk.workspace.prompts[channel]["prompts"]
    assert [each["title"] for each in shown] == ["Question 0", "Question 1", "Question 2", "Question 3"]


async def test_without_questions_nothing_is_asked_of_slack(talk: Conversation) -> None:
    await talk.slack.assistant.suggest("D1", [])
    assert talk.counts["assistant.threads.setSuggestedPrompts"] == 0


async def test_our_own_id_is_the_one_people_mention(talk: Conversation) -> None:
    assert await talk.slack.myself() == talk.workspace.bot


async def test_a_channel_is_known_as_public_by_its_id_too(talk: Conversation) -> None:
    assert await talk.slack.is_public(talk.room().id)
    assert not await talk.slack.is_public(await talk.slack.open_dm(talk.people[0]))
