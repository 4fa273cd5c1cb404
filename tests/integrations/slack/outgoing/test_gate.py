"""Nobody is called by accident and no limit is crossed, whatever the views hand in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.slack.outgoing import gate
from integrations.slack.outgoing.fitting import size
from integrations.slack.outgoing.gate import ALL_TEXT, TEXT, guard_view, plain_view
from models.errors import Refused
from models.links import Links
from tests.contracts.blockkit import check_message, check_view, texts

LINK = "<https://x.example/PAY-7|PAY-7>"
guard = partial(gate.guard, links=Links.to("https://x.example"))
LIVE = re.compile(r"<(?!https?://[^<>|\s]+(\|[^<>\n]*)?>)", re.IGNORECASE)
"""A ``<`` that Slack would act on and that is no web link."""


def section(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def button(number: int = 0, **more: Any) -> dict[str, Any]:
    return {"type": "button", "text": plain("Go"), "action_id": f"a{number}", "value": "1", **more}


def actions(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "elements": list(buttons)}


def parsed(node: Any) -> Iterator[str]:
    """Every text Slack reads control sequences in."""
    if isinstance(node, list):
        for part in node:
            yield from parsed(part)
    elif isinstance(node, dict):
        if node.get("type") in {"mrkdwn", "markdown"}:
            yield node["text"]
        for value in node.values():
            yield from parsed(value)


# --- any text in, valid Block Kit out ------------------------------------------------------------------------------

NASTY = (
    *("<!channel>", "<!here|x>", "<@U1>", "<!subteam^S1>", "&lt;!channel&gt;", "&#60;!here>", "＜!channel＞", "@here"),
    *("```", "`code`", "\n", "\n\n", "👩‍👩‍👧‍👦", "🇩🇪", "e\u0301", "\ud83d", "\u202e", "\u0000", "مرحبا ", "&amp;", " "),
    *(LINK, "<https://x|", ":tada:", "x" * 200, "word " * 40, "> quoted", "*bold*", "\u200b", "–"),
)
TEXTS = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(NASTY), max_size=40).map("".join),
    st.integers(0, 9_000).map("long ".__mul__),
)
MRKDWN = TEXTS.map(lambda text: {"type": "mrkdwn", "text": text})
PLAIN = TEXTS.map(plain)
CONFIRM = st.fixed_dictionaries({"title": PLAIN, "text": MRKDWN, "confirm": PLAIN, "deny": PLAIN})
BUTTONS = st.builds(
    lambda text, value, **more: {"type": "button", "text": text, "value": value, "action_id": "same", **more},
    PLAIN,
    st.integers(0, 2_100).map("v".__mul__),
    confirm=CONFIRM,
    accessibility_label=TEXTS,
)
OPTION = st.builds(lambda text, number: {"text": text, "value": str(number)}, PLAIN, st.integers())
CHOICES = st.builds(
    lambda options, hint: {"type": "static_select", "action_id": "pick", "options": options, "placeholder": hint},
    st.lists(OPTION, min_size=1, max_size=9),
    PLAIN,
)
CALLS = [
    {"type": "broadcast", "range": "here"},
    {"type": "user", "user_id": "U1"},
    {"type": "link", "url": "javascript:alert(1)", "text": "x"},
]
RICH = TEXTS.filter(bool).map(lambda text: [{"type": "text", "text": text}, *CALLS])
BLOCKS = st.one_of(
    MRKDWN.map(lambda text: {"type": "section", "text": text, "block_id": "same"}),
    st.builds(lambda text, extra: {"type": "section", "text": text, "accessory": extra}, MRKDWN, BUTTONS),
    st.lists(MRKDWN, min_size=1, max_size=23).map(lambda fields: {"type": "section", "fields": fields}),
    PLAIN.map(lambda text: {"type": "header", "text": text}),
    st.lists(st.one_of(MRKDWN, PLAIN), min_size=1, max_size=23).map(lambda e: {"type": "context", "elements": e}),
    st.lists(st.one_of(BUTTONS, CHOICES), min_size=1, max_size=55).map(lambda e: {"type": "actions", "elements": e}),
    st.just({"type": "divider"}),
    RICH.map(lambda e: {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": e}]}),
    TEXTS.map(lambda text: {"type": "image", "image_url": "https://x.example/a.png", "alt_text": text}),
)
MESSAGES = st.lists(BLOCKS, max_size=9)


@settings(max_examples=30)  # two schemas are asked about each
@given(text=TEXTS, blocks=MESSAGES, times=st.sampled_from([1, 1, 1, 8]))
def test_any_message_becomes_one_slack_takes(text: str, blocks: list[dict[str, Any]], times: int) -> None:
    words, safe = guard(text, blocks * times)
    check_message({"text": words, "blocks": safe})
    assert sum(map(size, texts(safe))) <= ALL_TEXT
    assert size(words) <= TEXT


@given(text=TEXTS, blocks=MESSAGES)
def test_nothing_in_any_message_calls_anybody(text: str, blocks: list[dict[str, Any]]) -> None:
    words, safe = guard(text, blocks)
    for said in (words, *parsed(safe)):
        assert not LIVE.search(said), said
        assert not re.search(r"(?<![A-Za-z0-9_/+])@(here|channel|everyone)\b", said), said
    assert not re.search(r'"type": "(broadcast|user|usergroup)"', json.dumps(safe))


@given(text=TEXTS, blocks=MESSAGES, times=st.sampled_from([1, 12]))
def test_what_has_passed_once_passes_unchanged(text: str, blocks: list[dict[str, Any]], times: int) -> None:
    once = guard(text, blocks * times)
    assert guard(*once) == once


@settings(max_examples=30)  # two schemas are asked about each
@given(blocks=MESSAGES, times=st.sampled_from([1, 1, 12]), title=TEXTS, kind=st.sampled_from(["home", "modal"]))
def test_any_view_becomes_one_slack_takes(blocks: list[dict[str, Any]], times: int, title: str, kind: str) -> None:
    own = {"title": plain(title), "submit": plain(title), "close": plain(title)} if kind == "modal" else {}
    view = guard_view({"type": kind, "blocks": blocks * times, **own})
    check_view(view)
    assert guard_view(view) == view


# --- calls ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "call", ["<!channel>", "<!here|here>", "<!everyone>", "<!subteam^S1>", "<@U1>", "<#C1>", "<!date^1^{date}|x>"]
)
def test_a_call_becomes_text(call: str) -> None:
    assert guard(f"a {call} b {LINK}", [])[0] == f"a &lt;{call[1:]} b {LINK}"


@pytest.mark.parametrize(
    ("trick", "sent"),
    [
        ("&lt;!channel&gt;", "&lt;!channel&gt;"),
        ("&#60;!channel&#62;", "&amp;#60;!channel&amp;#62;"),
        ("&amp;lt;!here>", "&amp;lt;!here>"),
        ("＜!channel＞", "＜\u2060!channel＞"),
        ("@channel", "@\u2060channel"),
        ("你好@here", "你好@\u2060here"),
        ("＠everyone", "＠\u2060everyone"),
        ("me@channel.example", "me@channel.example"),
        ("<\u200b!channel>", "&lt;\u200b!channel>"),
    ],
)
def test_no_other_spelling_of_a_call_is_one(trick: str, sent: str) -> None:
    assert guard(trick, [])[0] == sent
    assert guard(sent, [])[0] == sent


def test_only_the_call_that_was_allowed_for_this_message_stays_alive() -> None:
    text, blocks = guard("<@U1> <@U2>", [section("<@U1> <!channel>")], mentions={"<@U1>"})
    assert text == "<@U1> &lt;@U2>"
    assert blocks[0]["text"]["text"] == "<@U1> &lt;!channel>"
    assert guard("<!channel> <!here>", [], mentions={"<!channel>"})[0] == "<!channel> &lt;!here>"


@pytest.mark.parametrize("wide", ["<", "<!", "<@U1", "", "<@U1> <!channel>"])
def test_a_permission_that_is_no_whole_call_permits_nothing(wide: str) -> None:
    assert "<!channel>" not in guard("<!channel> <@U1>", [], mentions={wide})[0]


def test_plain_words_are_never_searched_for_names() -> None:
    assert guard("t", [section("@here")])[1][0]["text"] == {
        "type": "mrkdwn", "text": "@\u2060here", "verbatim": True}  # fmt: skip


def test_the_markdown_block_calls_nobody_and_leads_nowhere_odd() -> None:
    said = "<!channel> &lt;!here> <https://x.example> [a](javascript:x) a < b"
    (block,) = guard("t", [{"type": "markdown", "text": said}])[1]
    assert block["text"] == (
        "<\u2060!channel> &lt;\u2060!here> <https://x.example> [a](\u2060javascript:x) a <\u2060 b"
    )


@pytest.mark.parametrize(
    "link", ["<javascript:alert(1)|x>", "<tel:1|x>", "<https://x.example|<!here>>", "<https://a b|x>"]
)
def test_only_whole_web_links_stay_alive(link: str) -> None:
    sent = guard(link, [])[0]
    assert sent.startswith("&lt;") or "<!here" not in sent


def test_rich_text_calls_and_odd_links_become_text_too() -> None:
    inside = [
        {"type": "broadcast", "range": "channel"},
        {"type": "user", "user_id": "U1"},
        {"type": "usergroup", "usergroup_id": "S1"},
        {"type": "link", "url": "javascript:alert(1)", "text": "x"},
        {"type": "link", "url": "https://x.example"},
    ]
    rich = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": inside}]}
    _, blocks = guard("t", [rich], mentions={"<@U1>"})
    assert blocks[0]["elements"][0]["elements"] == [
        {"type": "text", "text": "@channel"}, inside[1], {"type": "text", "text": "@S1"},
        {"type": "text", "text": "x"}, inside[4]]  # fmt: skip


# --- limits --------------------------------------------------------------------------------------------------------


def test_what_was_left_out_is_counted_and_nothing_is_cut_in_the_middle_of_a_line() -> None:
    assert guard("t", [section("a")] * 60)[1][-1]["elements"][0]["text"] == "11 more parts did not fit here."
    lines = [f"line {number} of many" for number in range(2_000)]
    _, blocks = guard("t", [section("\n".join(lines))])
    *shown, counted, rest = [line for said in texts(blocks) for line in said.split("\n")]
    assert len(shown) > 300
    assert shown == lines[: len(shown)]
    assert re.fullmatch(r"… \d+ more lines", counted)
    assert re.fullmatch(r"\d+ more parts did not fit here.", rest)


def test_a_long_text_goes_on_in_further_sections_and_nothing_is_lost() -> None:
    lines = [f"*{number}* {'x' * 50}" for number in range(150)]
    _, blocks = guard("t", [section("\n".join(lines), block_id="b", accessory=button())])
    assert "\n".join(block["text"]["text"] for block in blocks) == "\n".join(lines)
    assert [set(block) for block in blocks[1:]] == [{"type", "text"}] * (len(blocks) - 1)
    assert {"block_id", "accessory"} <= set(blocks[0])


def test_too_many_buttons_fields_and_notes_go_on_below() -> None:
    crowded = [
        actions(*(button(number) for number in range(30))),
        {"type": "section", "fields": [plain(str(number)) for number in range(12)]},
        {"type": "context", "elements": [plain(str(number)) for number in range(12)]},
    ]
    _, blocks = guard("t", crowded)
    assert [len(block.get("elements") or block["fields"]) for block in blocks] == [25, 5, 10, 2, 10, 2]
    check_message({"text": "t", "blocks": blocks})


def test_a_button_is_never_shown_without_the_words_it_is_about() -> None:
    asked = [part for n in range(9) for part in (section(f"Approve {n}? " + "x" * 2_000), actions(button(n)))]
    _, blocks = guard("t", asked)
    kinds = [block["type"] for block in blocks]
    assert kinds[-1] == "context"
    assert kinds[:-1] == ["section", "actions"] * (len(kinds) // 2)


def test_a_button_with_half_a_value_is_left_out_whole() -> None:
    torn, far = button(1, value="x" * 2_001), button(3, url="https://" + "x" * 3_000)
    _, blocks = guard("t", [actions(torn, button(2)), actions(far), section("s", accessory=torn)])
    assert [[e["action_id"] for e in block["elements"]] for block in blocks[:-1]] == [["a2"]]
    assert "accessory" not in blocks[-1]


def test_the_same_action_twice_in_a_block_gets_a_suffix() -> None:
    _, blocks = guard("t", [actions(button(1), button(1), button(1))])
    assert [e["action_id"] for e in blocks[0]["elements"]] == ["a1", "a1:2", "a1:3"]


def test_a_choice_beyond_the_last_option_is_no_choice() -> None:
    options = [{"text": plain(str(n)), "value": str(n)} for n in range(130)]
    pick = {"type": "static_select", "action_id": "p", "options": options, "initial_option": options[120]}
    (block,) = guard("t", [actions(pick)])[1]
    assert len(block["elements"][0]["options"]) == 100
    assert "initial_option" not in block["elements"][0]


def test_one_table_in_a_message_and_the_rest_of_its_rows_counted() -> None:
    table = {"type": "table", "rows": [[{"type": "raw_text", "text": str(n)}] * 2 for n in range(120)]}
    _, blocks = guard("t", [table, table])
    assert [block["type"] for block in blocks] == ["table", "context", "section", "context"]
    assert blocks[1]["elements"][0]["text"] == "20 more rows"
    check_message({"text": "t", "blocks": blocks})


def test_what_a_surface_does_not_take_is_said_in_words() -> None:
    view = guard_view({"type": "home", "blocks": [{"type": "markdown", "text": "**Hello**"}]})
    assert view["blocks"] == [{"type": "section", "text": {"type": "plain_text", "text": "**Hello**", "emoji": False}}]
    check_view(view)


def test_a_home_may_have_a_hundred_blocks_and_is_never_empty() -> None:
    assert [len(guard_view({"type": "home", "blocks": [section("a")] * n})["blocks"]) for n in (100, 101)] == [100, 100]
    check_view(guard_view({"type": "home", "blocks": []}))


def test_a_view_whose_state_would_be_cut_is_refused() -> None:
    with pytest.raises(Refused, match="private_metadata has 3001 characters"):
        guard_view({"type": "modal", "title": plain("t"), "blocks": [section("a")], "private_metadata": "x" * 3_001})


def test_a_view_in_words_keeps_every_word() -> None:
    view = {"type": "home", "blocks": [section("*PAY-7*"), {"type": "header", "text": plain("Mine")}]}
    assert list(texts(plain_view(view)["blocks"])) == ["*PAY-7*\nMine"]


# --- the fallback --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("nothing", ["", "  ", "\u200b", "\n"])
def test_no_words_beside_the_blocks_are_taken_from_the_blocks(nothing: str) -> None:
    blocks = [{"type": "header", "text": plain("A < B")}, section("PAY-7 waits", accessory=button()), actions(button())]
    assert guard(nothing, blocks)[0] == "A &lt; B\nPAY-7 waits"
    assert guard(nothing, [actions(button())])[0] == "Go"
    assert (
        guard(nothing, [{"type": "image", "image_url": "https://x.example/a.png", "alt_text": "A chart"}])[0]
        == "A chart"
    )
    assert guard(nothing, [])[0] == "(no text)"


def test_a_long_fallback_keeps_whole_lines() -> None:
    text, _ = guard("\n".join(["PAY-7 waits for a review"] * 400), [])
    *kept, last = text.split("\n")
    assert set(kept) == {"PAY-7 waits for a review"}
    assert last == f"… {400 - len(kept)} more lines"


def test_a_choice_made_beforehand_reads_as_it_does_among_the_options() -> None:
    option = {"text": plain("word " * 30), "value": "1"}
    menu = {"type": "static_select", "action_id": "pick", "options": [option], "initial_option": option}
    _, [row] = guard("t", [actions(menu)])
    [shown] = row["elements"]
    assert shown["initial_option"] in shown["options"] and len(shown["initial_option"]["text"]["text"]) <= 75
