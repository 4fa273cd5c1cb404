"""Claude over the real SDK: one prompt becomes one request, one reply becomes one thought."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from integrations.claude import unusable
from integrations.claude.asking import request_of
from integrations.claude.hearing import thought_of
from integrations.claude.prices import bytes_of, most_read
from integrations.simulator.claude.brains import Said, Scripted, Wish
from models.errors import NotThought, Silence
from models.thoughts import Call, Purpose, Result, Stop, Thought, Turn, Usage
from tests.integrations.claude.described import check_reply, check_request
from tests.integrations.claude.loopback import HAIKU, LOOK, SONNET, Loopback, prompt

pytestmark = pytest.mark.anyio

YES = {
    "type": "object",
    "properties": {"yes": {"type": "boolean"}},
    "required": ["yes"],
    "additionalProperties": False,
}


def last_body(loopback: Loopback) -> Any:
    return loopback.api.journal.bodies[-1]


async def test_words_come_back_with_what_they_used(loopback: Loopback) -> None:
    loopback.api.brain = Scripted("It waits for a review.")
    thought = await loopback.claude.ask(prompt(), HAIKU)
    assert (thought.text, thought.stop, thought.model) == ("It waits for a review.", Stop.END, HAIKU)
    told = loopback.api.journal.seen[-1].usage
    assert (thought.usage.read, thought.usage.written) == (told["input_tokens"], told["output_tokens"])
    assert thought.usage.read > 0 and thought.usage.written > 0 and thought.request == "req_sim000001"
    assert unusable(thought, prompt()) is None


async def test_request_and_reply_are_as_the_vendor_describes_them(loopback: Loopback) -> None:
    loopback.api.brain = Scripted({"yes": True}, Said("I look.", (Wish("issue", {"key": "PAY-7"}),)))
    asked = prompt(tools=(LOOK,), answer=YES)
    for _ in range(2):
        await loopback.claude.ask(asked, SONNET, "medium")
        check_request(last_body(loopback))
        check_reply(loopback.api.journal.seen[-1].message or {})


async def test_the_cache_ends_with_the_fixed_part_and_nothing_volatile_stands_before_it(loopback: Loopback) -> None:
    await loopback.claude.ask(prompt(fixed="rules", turns=(Turn(ours=True, text="now"),)), HAIKU)
    body = last_body(loopback)
    assert body["system"] == [{"type": "text", "text": "rules", "cache_control": {"type": "ephemeral"}}]
    assert body["messages"] == [{"role": "user", "content": [{"type": "text", "text": "now"}]}]


async def test_nothing_the_newest_interface_refuses_is_sent(loopback: Loopback) -> None:
    await loopback.claude.ask(prompt(), HAIKU, "low")
    seen = loopback.api.journal.seen[-1]
    assert set(seen.body) == {"model", "max_tokens", "system", "messages", "output_config"}
    assert seen.body["output_config"] == {"effort": "low"}
    assert seen.headers["anthropic-version"] == "2026-10-21"


async def test_a_schema_asks_for_json_and_gets_it(loopback: Loopback) -> None:
    loopback.api.brain = Scripted({"yes": True})
    thought = await loopback.claude.ask(prompt(answer=YES), HAIKU)
    assert json.loads(thought.text) == {"yes": True}
    assert last_body(loopback)["output_config"]["format"] == {"type": "json_schema", "schema": YES}


async def test_a_schema_the_vendor_cannot_hold_to_is_refused_with_its_words(loopback: Loopback) -> None:
    long = {**YES, "properties": {"yes": {"type": "array", "items": {"type": "string"}, "maxItems": 3}}}
    with pytest.raises(NotThought, match=r"400.*'maxItems' is not supported") as refused:
        await loopback.claude.ask(prompt(answer=long), HAIKU)
    assert refused.value.why is Silence.REJECTED and not refused.value.charged


async def test_a_talk_with_calls_goes_on_and_what_was_thought_goes_back_word_for_word(loopback: Loopback) -> None:
    loopback.api.brain = Scripted(Said("I look.", (Wish("issue", {"key": "PAY-7"}),), thinking=50), "It waits.")
    asked = prompt(tools=(LOOK,))
    first = await loopback.claude.ask(asked, SONNET)
    assert (first.stop, first.text) == (Stop.TOOLS, "I look.")
    assert [(c.name, c.arguments) for c in first.calls] == [("issue", {"key": "PAY-7"})]
    given = Turn(ours=True, text="Go on.", results=(Result(first.calls[0].id, "in review"),))
    second = await loopback.claude.ask(prompt(tools=(LOOK,), turns=(*asked.turns, first.turn, given)), SONNET)
    assert second.text == "It waits."
    roles = [(m["role"], [b["type"] for b in m["content"]]) for m in last_body(loopback)["messages"]]
    assert roles[1:] == [("assistant", ["thinking", "text", "tool_use"]), ("user", ["tool_result", "text"])]
    check_request(last_body(loopback))


async def test_a_talk_that_forgets_what_was_thought_is_refused_by_the_vendor(loopback: Loopback) -> None:
    loopback.api.brain = Scripted(Said("", (Wish("issue"),), thinking=50), "It waits.")
    asked = prompt(tools=(LOOK,))
    first = await loopback.claude.ask(asked, SONNET)
    forgot = Turn(ours=False, calls=first.calls)
    given = Turn(ours=True, results=(Result(first.calls[0].id, "in review"),))
    with pytest.raises(NotThought, match="400"):
        await loopback.claude.ask(prompt(tools=(LOOK,), turns=(*asked.turns, forgot, given)), SONNET)


async def test_without_thinking_our_own_nouns_say_the_same(loopback: Loopback) -> None:
    loopback.api.brain = Scripted(Said("", (Wish("issue", {"key": "PAY-7"}),), thinking=0), "It waits.")
    asked = prompt(tools=(LOOK,))
    first = await loopback.claude.ask(asked, SONNET)
    given = Turn(ours=True, results=(Result(first.calls[0].id, "", failed=True),))
    await loopback.claude.ask(prompt(tools=(LOOK,), turns=(*asked.turns, first.turn, given)), SONNET)
    assert first.verbatim == ""
    call, result = last_body(loopback)["messages"][1:]
    assert call["content"][0] | {"id": ""} == {
        "type": "tool_use",
        "id": "",
        "name": "issue",
        "input": {"key": "PAY-7"},
    }
    assert result["content"][0]["is_error"] is True and result["content"][0]["content"]


async def test_letters_no_database_takes_and_no_terminal_should_show_do_not_come_in(loopback: Loopback) -> None:
    loopback.api.modes.add("odd_letters")
    thought = await loopback.claude.ask(prompt(), HAIKU)
    assert (thought.text, thought.model) == ("It waits?.", "claude??[2J")


@pytest.mark.parametrize(
    ("mode", "stop", "why"),
    [
        ("refusal", Stop.REFUSAL, Silence.REFUSED),
        ("truncation", Stop.LENGTH, Silence.CUT),
        ("window", Stop.WINDOW, Silence.CUT),
        ("pause", Stop.PAUSE, Silence.CUT),
        ("strange_stop", Stop.OTHER, Silence.GARBAGE),
        ("empty", Stop.END, Silence.GARBAGE),
    ],
)
async def test_every_other_end_is_a_thought_that_was_paid_for_and_is_not_used(
    loopback: Loopback, mode: str, stop: Stop, why: Silence
) -> None:
    loopback.api.modes.add(mode)
    thought = await loopback.claude.ask(prompt(), HAIKU)
    assert thought.stop is stop and thought.usage.read > 0
    left = unusable(thought, prompt())
    assert left is not None and left.why is why and not left.charged and thought.request in str(left)


async def test_a_reply_longer_than_asked_for_is_cut_where_it_was_to_end(loopback: Loopback) -> None:
    loopback.api.brain = Scripted("word " * 1_000)
    thought = await loopback.claude.ask(prompt(most=100), HAIKU)
    assert thought.stop is Stop.LENGTH and thought.usage.written == 100 and len(thought.text) < 300


async def test_another_model_than_the_one_asked_is_told_so_that_it_is_priced(loopback: Loopback) -> None:
    loopback.api.modes.add("wrong_model")
    assert (await loopback.claude.ask(prompt(), HAIKU)).model == "claude-unknown-9"


async def test_words_that_are_not_the_json_asked_for_are_not_used() -> None:
    from models.thoughts import Usage

    for text in ("yes", "[1]", '{"yes": tr', "{" * 5_000):
        thought = Thought(text=text, stop=Stop.END, usage=Usage(), model=HAIKU)
        left = unusable(thought, prompt(answer=YES))
        assert left is not None and left.why is Silence.GARBAGE


async def test_tokens_are_counted_without_a_reply_and_without_a_price(loopback: Loopback) -> None:
    counted = await loopback.claude.count(prompt(), HAIKU)
    thought = await loopback.claude.ask(prompt(), HAIKU, "")
    assert counted == thought.usage.read > 0
    assert loopback.api.journal.seen[0].usage == {}


def test_a_turn_in_which_nothing_was_said_is_left_out() -> None:
    turns = (Turn(ours=True, text="a"), Turn(ours=False, text=""), Turn(ours=True, text="b"))
    assert [m["role"] for m in request_of(prompt(turns=turns), HAIKU, "")["messages"]] == ["user", "user"]


def test_a_call_is_told_with_the_name_and_arguments_it_had() -> None:
    turn = Turn(ours=False, text="I look.", calls=(Call("c1", "issue", {"key": "PAY-7"}),))
    said = request_of(prompt(turns=(Turn(ours=True, text="a"), turn)), HAIKU, "")["messages"][1]["content"]
    assert said == [
        {"type": "text", "text": "I look."},
        {"type": "tool_use", "id": "c1", "name": "issue", "input": {"key": "PAY-7"}},
    ]


def _reply(**usage: int) -> dict[str, object]:
    text = [{"type": "text", "text": "x"}]
    return {"type": "message", "content": text, "stop_reason": "end_turn", "usage": usage}


def test_figures_are_believed_up_to_what_was_held_and_no_further() -> None:
    sent = most_read(bytes_of(prompt()))
    at_most = _reply(input_tokens=sent, output_tokens=prompt().most)
    assert thought_of(at_most, prompt(), "", 0.0).usage == Usage(read=sent, written=prompt().most)
    for beyond in (
        _reply(input_tokens=sent + 1, output_tokens=1),
        _reply(input_tokens=1, output_tokens=prompt().most + 1),
    ):
        with pytest.raises(NotThought, match="counts more") as silence:
            thought_of(beyond, prompt(), "", 0.0)
        assert silence.value.charged


def test_only_a_conversation_is_kept_in_the_cache_of_the_vendor() -> None:
    marked = {
        each: "cache_control" in request_of(replace(prompt(), purpose=each), "m", "")["system"][-1] for each in Purpose
    }
    assert [purpose for purpose, kept in marked.items() if kept] == [Purpose.TALK]
