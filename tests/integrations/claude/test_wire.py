"""The simulated Messages API on the wire: both keys, both versions, JSON and a stream, as any client may call it."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from integrations.simulator.claude.brains import Said, Scripted, Wish
from integrations.simulator.claude.checks import Wrong, check
from tests.integrations.claude.described import check_event
from tests.integrations.claude.loopback import HAIKU, KEY, Loopback

pytestmark = pytest.mark.anyio

USER = {"role": "user", "content": "Hello"}
BODY: dict[str, Any] = {"model": HAIKU, "max_tokens": 300, "messages": [USER]}
CLI = {"x-api-key": KEY, "anthropic-version": "2023-06-01"}
"""As the command line program calls."""
SDK = {"Authorization": f"Bearer {KEY}", "anthropic-version": "2026-10-21"}


@pytest.fixture
async def http(loopback: Loopback) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.mark.parametrize("headers", [CLI, SDK])
@pytest.mark.parametrize("query", ["", "?beta=true"])
async def test_both_ways_of_naming_the_key_are_taken(
    loopback: Loopback, http: aiohttp.ClientSession, headers: dict[str, str], query: str
) -> None:
    async with http.post(f"{loopback.url}/v1/messages{query}", json=BODY, headers=headers) as answer:
        assert answer.status == 200 and (await answer.json())["type"] == "message"


@pytest.mark.parametrize("headers", [{}, {"x-api-key": "sk-ant-other"}, {"Authorization": f"Basic {KEY}"}])
async def test_no_key_or_another_is_refused(
    loopback: Loopback, http: aiohttp.ClientSession, headers: dict[str, str]
) -> None:
    for path in ("messages", "messages/count_tokens"):
        async with http.post(f"{loopback.url}/v1/{path}", json=BODY, headers=headers) as answer:
            told = await answer.json()
            assert answer.status == 401 and told["error"]["type"] == "authentication_error"
            assert told["request_id"] == answer.headers["request-id"]


async def test_a_stream_tells_the_same_as_the_whole_in_the_order_the_vendor_describes(
    loopback: Loopback, http: aiohttp.ClientSession
) -> None:
    said = Said("It waits for a review of PAY-7.", (Wish("issue", {"key": "PAY-7"}),), thinking=40)
    loopback.api.brain = Scripted(said)
    body = BODY | {"stream": True, "tools": [{"name": "issue", "input_schema": {"type": "object"}}]}
    async with http.post(f"{loopback.url}/v1/messages?beta=true", json=body, headers=CLI) as answer:
        assert answer.content_type == "text/event-stream"
        told = [read(frame) for frame in (await answer.text()).strip().split("\n\n")]
    for name, data in told:
        assert data["type"] == name
        check_event(data)
    kinds = [name for name, _ in told]
    assert kinds[:2] == ["message_start", "content_block_start"] and kinds[-2:] == ["message_delta", "message_stop"]
    assert kinds.count("content_block_start") == kinds.count("content_block_stop") == 3
    words = [d["delta"]["text"] for n, d in told if n == "content_block_delta" and "text" in d["delta"]]
    assert "".join(words) == said.text and len(words) > 1
    assert told[-2][1]["delta"]["stop_reason"] == "tool_use"


def read(frame: str) -> tuple[str, Any]:
    event, data = frame.split("\n")
    return event.removeprefix("event: "), json.loads(data.removeprefix("data: "))


async def test_the_journal_has_every_body_and_no_key(loopback: Loopback, http: aiohttp.ClientSession) -> None:
    for headers in (CLI, SDK):
        async with http.post(f"{loopback.url}/v1/messages", json=BODY, headers=headers):
            pass
    journal = loopback.api.journal
    assert journal.bodies == [BODY, BODY] and KEY not in str(journal.seen)
    used = [seen.usage["input_tokens"] for seen in journal.seen]
    assert journal.totals["input_tokens"] == sum(used) > 0


async def test_two_megabytes_are_taken(loopback: Loopback, http: aiohttp.ClientSession) -> None:
    body = BODY | {"messages": [{"role": "user", "content": "x" * 2 * 2**20}]}
    sent = io.BytesIO(json.dumps(body).encode())
    async with http.post(f"{loopback.url}/v1/messages", data=sent, headers=CLI) as answer:
        assert answer.status == 200


SCHEMA = {"type": "object", "properties": {}, "additionalProperties": False}
CALLED = {"role": "assistant", "content": [{"type": "tool_use", "id": "t1", "name": "issue", "input": {}}]}
GIVEN = {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1", "content": "x"}]}
MARK = {"cache_control": {"type": "ephemeral"}}


def formed(schema: Any) -> dict[str, Any]:
    return BODY | {"output_config": {"format": {"type": "json_schema", "schema": schema}}}


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no length": ({"model": HAIKU, "messages": [USER]}, "max_tokens: Field required"),
    "an unknown field": (BODY | {"mood": "kind"}, "mood: Extra inputs"),
    "a temperature": (BODY | {"temperature": 0}, "temperature"),
    "a thinking budget": (BODY | {"thinking": {"type": "enabled", "budget_tokens": 1024}}, "enabled"),
    "a prefill": (BODY | {"messages": [USER, {"role": "assistant", "content": "It"}]}, "prefill"),
    "no messages": (BODY | {"messages": []}, "at least one"),
    "the model first": (BODY | {"messages": [CALLED, GIVEN]}, "first message"),
    "empty words": (BODY | {"messages": [{"role": "user", "content": " "}]}, "non-whitespace"),
    "an empty system block": (BODY | {"system": [{"type": "text", "text": ""}]}, "non-empty"),
    "a call without its result": (BODY | {"messages": [USER, CALLED, USER]}, "without `tool_result`"),
    "a result without its call": (BODY | {"messages": [USER, GIVEN]}, "unexpected `tool_use_id`"),
    "a tool without a schema": (BODY | {"tools": [{"name": "a"}]}, "input_schema.type"),
    "a tool with a strange name": (BODY | {"tools": [{"name": "a b", "input_schema": SCHEMA}]}, "pattern"),
    "two tools of one name": (BODY | {"tools": [{"name": "a", "input_schema": SCHEMA}] * 2}, "unique"),
    "an effort": (BODY | {"output_config": {"effort": "heroic"}}, "effort"),
    "an open object": (formed({"type": "object", "properties": {}}), "additionalProperties"),
    "a bound deep inside": (formed(SCHEMA | {"properties": {"a": {"type": "integer", "minimum": 1}}}), "'minimum'"),
    "two items at least": (formed(SCHEMA | {"properties": {"a": {"type": "array", "minItems": 2}}}), "minItems"),
    "five breakpoints": (BODY | {"system": [{"type": "text", "text": "a", **MARK}] * 5}, "maximum of 4"),
    "an hour after five minutes": (
        BODY
        | {
            "system": [
                {"type": "text", "text": "a", **MARK},
                {"type": "text", "text": "b", "cache_control": {"type": "ephemeral", "ttl": "1h"}},
            ]
        },
        "must not come after",
    ),
    "a model nobody has": (BODY | {"model": "claude-next-9"}, "model: claude-next-9"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_the_vendor_refuses_is_refused(name: str) -> None:
    body, words = REFUSED[name]
    with pytest.raises(Wrong, match=words):
        check(body, "2026-10-21")


def test_an_older_caller_may_still_say_what_it_always_said() -> None:
    check(BODY | {"temperature": 1, "messages": [USER, CALLED, GIVEN]}, "2023-06-01")
    reminded = [USER, {"role": "system", "content": [{"type": "text", "text": "Be brief."}]}]  # as the CLI puts it
    check(BODY | {"messages": reminded, "context_management": {"edits": []}, "something_new": 1}, "2023-06-01")
    check(formed(SCHEMA | {"properties": {"a": {"type": "array", "minItems": 1}}}), "2026-10-21")
