"""The last look: nothing live leaves that was not meant, and every limit holds whatever comes in."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.slack.gate import ALL_TEXT, TEXT, fit, guard, guard_blocks, silence
from tests.contracts.blockkit import check_message, cross_payload

LINK = "<https://x.example/1|PAY-1>"


def section(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


@pytest.mark.parametrize(
    "call", ["<!channel>", "<!here|here>", "<!everyone>", "<!subteam^S1|@devs>", "<@U1>", "<#C1>", "<!date^1^{date}|x>"]
)
def test_a_call_becomes_text(call: str) -> None:
    assert silence(f"a {call} b {LINK}") == f"a &lt;{call[1:]} b {LINK}"


def test_only_the_mention_that_was_meant_stays_alive() -> None:
    text, blocks = guard("<@U1> <@U2>", [section("<@U1> <@U12>")], mentions={"<@U1>"})
    assert text == "<@U1> &lt;@U2>"
    assert blocks[0]["text"]["text"] == "<@U1> &lt;@U12>"


@pytest.mark.parametrize(
    "link", ["<javascript:alert(1)|x>", "<tel:1|x>", "<https://x.example|<!here>>", "<https://a b|x>"]
)
def test_only_whole_web_links_stay_alive(link: str) -> None:
    assert silence(link).startswith("&lt;") or "<!here" not in silence(link)


def test_rich_text_calls_become_text_too() -> None:
    call = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [
        {"type": "broadcast", "range": "channel"}, {"type": "user", "user_id": "U1"}]}]}  # fmt: skip
    _, blocks = guard("t", [call], mentions={"<@U1>"})
    assert blocks[0]["elements"][0]["elements"] == [
        {"type": "text", "text": "@channel"},
        {"type": "user", "user_id": "U1"},
    ]


@given(text=st.text("<!@#>|channelhere:/.htps ^S1\n&", max_size=200))
def test_no_text_gets_a_call_through(text: str) -> None:
    safe, blocks = guard(text, [section(text)])
    live = re.compile(r"<(?!https?://[^<>|\s]+(\|[^<>]*)?>)")
    assert not live.search(safe)
    assert not live.search(blocks[0]["text"]["text"])


@given(sizes=st.lists(st.integers(0, 6_000), max_size=70), lines=st.booleans())
def test_whatever_comes_in_fits(sizes: list[int], lines: bool) -> None:
    words = "word word word\n" if lines else "word "
    blocks = [section((words * size)[:size], block_id="same") for size in sizes]
    text, safe = guard(words * 900, blocks)
    assert not list(cross_payload(safe, 50))
    assert len(text) <= TEXT
    assert all(0 < len(b["text"]["text"]) <= 3_000 for b in safe if b["type"] == "section")


def test_what_was_cut_is_counted() -> None:
    assert fit("\n".join(["x" * 20] * 10), 140).endswith("… 6 more lines")
    assert guard("t", [section("a")] * 60)[1][-1]["elements"][0]["text"] == "11 more parts did not fit here."
    assert sum(len(b["text"]["text"]) for b in guard("t", [section("x" * 2_900)] * 9)[1][:-1]) <= ALL_TEXT


@pytest.mark.parametrize(("line", "torn"), [(f"{'x' * 30}{LINK}", "<"), (f"{'x' * 37}&amp;yz", "&")])
def test_a_cut_tears_neither_a_link_nor_an_escape(line: str, torn: str) -> None:
    cut = fit(line, 40)
    assert len(cut) <= 40
    assert torn not in cut


def test_a_crowded_message_is_made_one_slack_takes() -> None:
    button = {"type": "button", "text": {"type": "plain_text", "text": "B" * 90}, "action_id": "a"}
    buttons = [{**button, "action_id": f"a{n}"} for n in range(30)]
    crowded = [
        {"type": "header", "text": {"type": "plain_text", "text": "H" * 200}},
        {"type": "section", "fields": [{"type": "mrkdwn", "text": "f" * 2_500}] * 12},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": ""}] * 12},
        {"type": "actions", "elements": buttons},
    ]
    for block in crowded:
        if block["type"] == "section":
            block["fields"] = [{"type": "mrkdwn", "text": "f" * 900}] * 12
        text, blocks = guard(" ", [block, *([] if block["type"] == "section" else crowded[2:])])
        check_message({"text": text, "blocks": blocks})


def test_a_home_may_have_a_hundred_blocks() -> None:
    assert len(guard_blocks([section("a")] * 100)) == 100
    assert len(guard_blocks([section("a")] * 101)) == 100


def test_no_words_beside_the_blocks_are_taken_from_the_blocks() -> None:
    assert guard("", [section("PAY-7 waits")])[0] == "PAY-7 waits"
    assert guard("", [])[0] == "(no text)"
