"""Whatever a title, a name or an address in it says: no link that leaves leads anywhere but where ours may."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.views.parts.message import button, section
from bot.views.parts.mrkdwn import link
from integrations.slack.outgoing.gate import Gate, guard, guard_view
from integrations.slack.streams import as_markdown
from models.links import Links
from models.redaction import Redactor
from tests.contracts.blockkit import check_message, texts
from tests.models.test_links import ELSEWHERE

OURS = Links.to("https://acme.atlassian.net")
END = ".,;:!?'\")|"
"""What is not of an address any more at its end."""

HOME = "https://acme.atlassian.net/browse/PAY-7"
WORDS = r"(?<![<\w])((?:https?://|www\.)(?:(?!&[lg]t;)[^\s<>])+)"
LED = re.compile(rf"<(https?:[^|>]*)(?:\|[^>]*)?>|{WORDS}", re.IGNORECASE)
"""A link, and an address that stands in the words; what a link is called leads nowhere by itself."""


def led(sent: Any) -> list[str]:
    """Every address that Slack or a program of it could make a link of."""
    found = [address.rstrip(END) for text in texts(sent) for pair in LED.findall(text) for address in pair if address]
    return found + re.findall(r'"url": "([^"]*)"', json.dumps(sent))


@pytest.mark.parametrize("url", ELSEWHERE)
def test_a_link_to_another_place_is_shown_as_its_words(url: str) -> None:
    said, blocks = guard("", [section(f"*{link(url, 'PAY-7')}* waits, see {url}")], links=OURS)
    assert said.startswith("*PAY-7* waits") and not [each for each in led(blocks) if not OURS.lead_to(each)]
    check_message({"text": said, "blocks": blocks})


def test_a_link_home_stays_in_words_in_rich_text_and_on_a_button() -> None:
    rich = {"type": "rich_text_section", "elements": [{"type": "link", "url": HOME, "text": "PAY-7"}]}
    door = button("Open", "open", "1") | {"url": HOME}
    sent = [
        section(f"{link(HOME, 'PAY-7')}, or {HOME} (https://acme.atlassian.net)."),
        {"type": "rich_text", "elements": [rich]},
        {"type": "actions", "elements": [door]},
    ]
    assert guard("", sent, links=OURS)[1] == sent


def test_elsewhere_rich_text_is_words_and_a_button_is_gone() -> None:
    rich = {"type": "rich_text_section", "elements": [{"type": "link", "url": "https://evil.example", "text": "PAY-7"}]}
    away, stays = (
        button("Open", "open", "1") | {"url": "https://acme.atlassian.net@evil.example"},
        button("A", "a", "1"),
    )
    sent = [
        section("s") | {"accessory": away},
        {"type": "rich_text", "elements": [rich]},
        {"type": "actions", "elements": [away, stays]},
    ]
    _, [first, second, third] = guard("t", sent, links=OURS)
    assert "accessory" not in first and third["elements"] == [stays]
    assert second["elements"][0]["elements"] == [{"type": "text", "text": "PAY-7"}]


BARE = r"((?:https?://|www\.)[^\s<>]+)"
IN_MARKDOWN = re.compile(rf"\](?:\(|:)\s*<?([a-z]+:[^\s<>)]*)|<([a-z]+:[^\s<>]*)|{BARE}", re.IGNORECASE)


@pytest.mark.parametrize("written", ["[PAY-7]({})", "<{}>", "{}", "[PAY-7][1]\n\n[1]: {}", "[x](<{}>)"])
@pytest.mark.parametrize("url", ELSEWHERE)
def test_markdown_leads_nowhere_else(written: str, url: str) -> None:
    [block] = guard("t", [{"type": "markdown", "text": written.format(url) + " "}], links=OURS)[1]
    found = [address for pair in IN_MARKDOWN.findall(block["text"]) for address in pair if address]
    assert not [each for each in found if not OURS.lead_to(each.rstrip(END))]
    assert not IN_MARKDOWN.search(as_markdown(written.format(url)))


PIECES = st.sampled_from([*ELSEWHERE, HOME, "<", ">", "|", "PAY-7", " ", "\n", "(", ")", "&amp;", "."])


@given(st.lists(PIECES, max_size=9))
def test_no_mixture_of_addresses_and_signs_leads_elsewhere(pieces: list[str]) -> None:
    said, blocks = guard("t", [{"type": "section", "text": {"type": "mrkdwn", "text": "".join(pieces)}}], links=OURS)
    assert not [each for each in led(blocks) if not OURS.lead_to(each.replace("&amp;", "&"))]
    assert guard(said, blocks, links=OURS) == (said, blocks)


def test_without_a_word_of_where_links_may_lead_they_lead_to_slack_alone() -> None:
    permalink = "<https://acme.slack.com/archives/C1/p1|its card>"
    assert guard(f"{permalink} <{HOME}|PAY-7>", [])[0] == f"{permalink} PAY-7"
    assert guard_view({"type": "home", "blocks": [section(f"<{HOME}|PAY-7>")]})["blocks"][0]["text"]["text"] == "PAY-7"


def test_a_secret_goes_before_a_text_is_cut_to_its_limit() -> None:
    gate = Gate(OURS, Redactor(["hunter2-hunter2"]))
    _, [row] = gate.message("t", [{"type": "actions", "elements": [button("x" * 65 + " hunter2-hunter2", "a", "1")]}])
    assert row["elements"][0]["text"]["text"] == "x" * 65 + "…"
