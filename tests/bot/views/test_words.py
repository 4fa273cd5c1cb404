"""Foreign words stay words, links lead where they say, and instants are told in the reader's zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.views.parts.items import item_line, ruled
from bot.views.parts.moments import age, data_age, dated, localised, moment
from bot.views.parts.mrkdwn import coded, escape, link, linked
from bot.views.reply import plain_reply, why_reply
from planner.words.replies import PlainReply, WhyReply
from tests.bot.views.samples import BERLIN, REVIEW, SITE, item

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_where_no_line_of_the_constitution_decided_it_is_said_in_words() -> None:
    assert ruled("confirm-scope") == "rule `confirm-scope`"
    assert ruled("unlisted") == "no line of the constitution names this"


def test_only_the_whole_key_becomes_the_link() -> None:
    assert linked("PAY-42 waits for PAY-4", ["PAY-4"], f"{SITE}/PAY-4") == f"PAY-42 waits for *<{SITE}/PAY-4|PAY-4>*"


@pytest.mark.parametrize(
    ("subject", "text", "ending"),
    [
        ("sprint:24", "Sprint 24 is at risk", "· <https://x.example|Open the board>"),
        ("author:li", "4 pull requests of Li wait", "· <https://x.example|Open the pull requests>"),
        ("PAY-7", "It has waited", "· <https://x.example|PAY-7>"),
    ],
)
def test_a_sentence_that_does_not_name_its_subject_is_followed_by_the_link(
    subject: str, text: str, ending: str
) -> None:
    assert item_line(item(subject, text=text, url="https://x.example")) == f"{text} {ending}"


def test_a_pull_request_is_linked_by_whatever_the_sentence_calls_it() -> None:
    for name in ("acme/payments#88", "payments#88", "PR #88", "#88"):
        line = item_line(item("acme/payments#88", text=f"{name} waits", url=REVIEW.url))
        assert line == f"*<{REVIEW.url}|{name}>* waits"


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "http://a b", "https://a|b", "https://a>b", "", None, "x" * 999]
)
def test_only_a_web_address_becomes_a_link(url: str | None) -> None:
    assert link(url, "PAY-1") == "PAY-1"


@pytest.mark.parametrize(
    ("foreign", "shown"),
    [
        ("rename _private_ to _public_", "rename \u02cdprivate\u02cd to \u02cdpublic\u02cd"),
        ("__init__ of my_own_module", "\u02cd\u02cdinit\u02cd\u02cd of my_own_module"),
        ("all is :fire: and:100:", "all is \u2236fire: and\u2236100:"),
        ("at 10:30: 09:00-18:00, see PAY: it waits", "at 10:30: 09:00-18:00, see PAY: it waits"),
    ],
)
def test_foreign_words_are_neither_slanted_nor_turned_into_pictures(foreign: str, shown: str) -> None:
    assert escape(foreign) == shown and len(shown) == len(foreign)


def test_an_escaped_line_is_never_longer_than_asked() -> None:
    assert escape("&" * 50, 20) == "&amp;&amp;&amp;…"
    assert escape("x" * 20, 20) == "x" * 20
    assert len(escape("x" * 21, 20)) == 20


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (NOON, "13:00"),
        (NOON + timedelta(days=1), "Wed 13:00"),
        (NOON + timedelta(days=6), "Mon 13:00"),
        (NOON + timedelta(days=7), "Tue 1 Dec 13:00"),
        (NOON - timedelta(days=1), "Mon 13:00"),
        (NOON + timedelta(hours=11), "Wed 00:00"),
    ],
)
def test_a_moment_is_told_in_the_readers_zone(at: datetime, words: str) -> None:
    assert moment(at, BERLIN, NOON) == words


def test_what_may_be_read_on_another_day_names_its_weekday() -> None:
    assert dated(NOON, BERLIN, NOON) == "Tue 13:00"
    assert dated(NOON, BERLIN, NOON + timedelta(days=7)) == "Tue 24 Nov 13:00"


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc/passwd"])
def test_in_a_zone_nobody_knows_a_moment_is_told_in_utc(zone: str) -> None:
    assert moment(NOON, zone, NOON) == "12:00 UTC"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Allowed: line `may-remind`. Done", "Allowed: line `may-remind`. Done"),
        ("`a` b `c`", "`a` b `c`"),
        ("it is `<!here>` and ` open", "it is '&lt;!here&gt;' and ' open"),
    ],
)
def test_only_an_id_between_backticks_is_code(text: str, shown: str) -> None:
    assert coded(text) == shown


@pytest.mark.parametrize(
    ("gone", "words"),
    [(0, "under 1 min"), (-99, "under 1 min"), (119, "1 min"), (7_199, "119 min"), (7_200, "2 h"), (172_800, "2 d")],
)
def test_an_age_is_no_more_exact_than_useful(gone: int, words: str) -> None:
    assert age(NOON - timedelta(seconds=gone), NOON) == words


def test_the_age_of_data_names_its_sources() -> None:
    read = {"bitbucket": NOON - timedelta(hours=3), "jira": NOON - timedelta(minutes=2), "people": NOON}
    assert data_age(read, NOON) == "Jira 2 min old · Bitbucket 3 h old"
    assert data_age({}, NOON) == ""


def test_instants_in_kept_words_are_told_in_the_readers_zone() -> None:
    kept = "PAY-7 changed hands 2026-11-24T23:40Z: Mike; nothing done."
    assert localised(kept, "America/New_York") == "PAY-7 changed hands Tue 18:40: Mike; nothing done."
    assert localised(kept, "Europe/Berlin", named=True) == "PAY-7 changed hands Wed 00:40 CET: Mike; nothing done."
    assert localised("version 2026-99-99T23:40Z", "Europe/Berlin") == "version 2026-99-99T23:40Z"


def test_what_came_of_a_request_and_why_are_told_in_the_readers_zone() -> None:
    words = "PAY-7 changed hands 2026-11-24T23:40Z: Mike."
    assert "Wed 00:40" in plain_reply(PlainReply(text=words), "Europe/Berlin").text
    why = WhyReply(title="t", facts=(words,), rule="r", decision=words, at=NOON, directives_version="v", proposal="p")
    said = why_reply(why, "Europe/Berlin", NOON).text
    assert said.count("Wed 00:40") == 2 and "23:40" not in said
