"""The validator itself can say no: each broken message is refused, the real samples are taken."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contracts.blockkit import check_call, check_message, check_view, need_schemas

SECTION: dict[str, Any] = {"type": "section", "text": {"type": "mrkdwn", "text": "hello"}}
BUTTON: dict[str, Any] = {"type": "button", "text": {"type": "plain_text", "text": "Go"}, "action_id": "go"}


def section(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


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
    with pytest.raises(AssertionError):
        check_view({"type": "home", "blocks": []})


def test_an_argument_slack_does_not_know_is_refused() -> None:
    check_call("chat.postMessage", {"channel": "C1", "text": "t"})
    with pytest.raises(AssertionError):
        check_call("chat.postMessage", {"channel": "C1", "text": "t", "colour": "red"})


def test_form_fields_are_read_as_what_they_were() -> None:
    check_call("conversations.history", {"channel": "C1", "limit": "200", "include_all_metadata": "1", "oldest": "1.2"})
    with pytest.raises(AssertionError):
        check_call("conversations.history", {"channel": "C1", "limit": "many"})
