"""The validator itself can say no: each broken message is refused, the real samples are taken."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contracts.blockkit import check_call, check_message, check_view, need_schemas, shape

SECTION: dict[str, Any] = {"type": "section", "text": {"type": "mrkdwn", "text": "hello"}}
BUTTON: dict[str, Any] = {"type": "button", "text": {"type": "plain_text", "text": "Go"}, "action_id": "go"}


def section(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def option(value: str) -> dict[str, Any]:
    return {"text": {"type": "plain_text", "text": value}, "value": value}


def menu(values: list[str], **more: Any) -> dict[str, Any]:
    return {"type": "static_select", "action_id": "m", "options": [option(value) for value in values], **more}


BROKEN = {
    "no text beside the blocks": {"text": " ", "blocks": [SECTION]},
    "51 blocks": {"text": "t", "blocks": [SECTION] * 51},
    "the same block id twice": {"text": "t", "blocks": [section("a", block_id="x"), section("b", block_id="x")]},
    "the same action id twice": {"text": "t", "blocks": [{"type": "actions", "elements": [BUTTON, BUTTON]}]},
    "a section of 3001": {"text": "t", "blocks": [section("x" * 3001)]},
    "an empty section": {"text": "t", "blocks": [section("")]},
    "10,001 in all": {"text": "t", "blocks": [section("x" * 2600)] * 4},
    "a fallback of 4001": {"text": "x" * 4001, "blocks": [SECTION]},
    "an unknown key": {"text": "t", "blocks": [section("a", colour="red")]},
    "an unknown block": {"text": "t", "blocks": [{"type": "banner", "text": "x"}]},
    "a header in mrkdwn": {"text": "t", "blocks": [{"type": "header", "text": SECTION["text"]}]},
    "a block for windows alone": {"text": "t", "blocks": [{"type": "alert", "text": SECTION["text"]}]},
    "a first choice nobody offers": {
        "text": "t",
        "blocks": [{"type": "actions", "elements": [menu(["a", "b"], initial_option=option("c"))]}],
    },
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_broken_message_is_refused(broken: dict[str, Any]) -> None:
    need_schemas()
    with pytest.raises(AssertionError):
        check_message(broken)


def test_a_sound_message_is_taken() -> None:
    check_message({"text": "t", "blocks": [SECTION, {"type": "actions", "elements": [BUTTON]}]})


def test_a_sound_home_is_taken_and_an_empty_one_refused() -> None:
    check_view({"type": "home", "blocks": [SECTION]})
    for broken in ([], [{"type": "table", "rows": []}]):
        with pytest.raises(AssertionError):
            check_view({"type": "home", "blocks": broken})


def test_a_window_with_something_to_fill_in_has_a_button_to_send_it() -> None:
    field = {"type": "input", "label": {"type": "plain_text", "text": "Why"}}
    blocks = [SECTION, field | {"element": {"type": "plain_text_input", "action_id": "a"}}]
    window = {"type": "modal", "title": {"type": "plain_text", "text": "Reject"}, "blocks": blocks}
    check_view(window | {"submit": {"type": "plain_text", "text": "Send"}})
    with pytest.raises(AssertionError):
        check_view(window)


LIMITS = {"section": 3000, "header": 150, "button": 75, "action_id": 255, "value": 2000}


@pytest.mark.parametrize(("what", "most"), LIMITS.items(), ids=LIMITS)
def test_words_are_measured_to_the_letter_although_they_are_not_read(what: str, most: int) -> None:
    need_schemas()
    for length in (1, most // 2, most):
        check_message(sized(what, length))
    with pytest.raises(AssertionError):
        check_message(sized(what, most + 1))


def sized(what: str, length: int) -> dict[str, Any]:
    words = "w" * length
    if what == "section":
        return {"text": "t", "blocks": [section(words)]}
    if what == "header":
        return {"text": "t", "blocks": [{"type": "header", "text": {"type": "plain_text", "text": words}}]}
    changed = {"text": {"type": "plain_text", "text": words}} if what == "button" else {what: words}
    return {"text": "t", "blocks": [{"type": "actions", "elements": [BUTTON | changed]}]}


def test_blocks_that_differ_in_their_words_alone_are_the_same_to_a_schema() -> None:
    need_schemas()
    assert shape(section("one")) == shape(section("two words"))
    assert shape(section("")) != shape(section("one")) != shape(section("one", colour="red"))
    assert shape(section("x" * 3000)) != shape(section("x" * 3001))


def test_an_argument_slack_does_not_know_is_refused() -> None:
    check_call("chat.postMessage", {"channel": "C1", "text": "t"})
    with pytest.raises(AssertionError):
        check_call("chat.postMessage", {"channel": "C1", "text": "t", "colour": "red"})


def test_form_fields_are_read_as_what_they_were() -> None:
    check_call("conversations.history", {"channel": "C1", "limit": "200", "include_all_metadata": "1", "oldest": "1.2"})
    with pytest.raises(AssertionError):
        check_call("conversations.history", {"channel": "C1", "limit": "many"})
