"""What a back-test tells: counted by person and day, compared, marked, and shown on a page that can do nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.backtest.report.compare import Comparison
from bot.backtest.report.marks import NOT_USEFUL, USEFUL, beside, read_marks, score, write_marks
from bot.backtest.report.page import page
from bot.backtest.report.record import plain
from models.errors import OperatorError
from models.ids import PersonId
from tests.backtest.records import message, record, silence

ANN, BOB = PersonId("ann"), PersonId("bob")


def test_messages_are_counted_on_the_day_their_reader_has() -> None:
    late = message(1, at=datetime(2026, 9, 7, 22, 30, tzinfo=UTC))  # half past midnight in Berlin
    assert record(late).per_person == {ANN: {date(2026, 9, 8): 1}, BOB: {}}


def test_what_costs_nobody_attention_is_not_counted_as_theirs() -> None:
    assert record(message(1, costs=False)).per_person[ANN] == {}


def test_two_constitutions_are_compared_in_one_line() -> None:
    one, two = message(1), message(2)
    found = Comparison(record(one), record(one, two, message(3, out_of_hours=True)))
    assert found.words == "1 -> 3 messages, 1 out of hours"
    assert [each.id for each in found.new] == ["message-2", "message-3"]
    assert Comparison(record(one, two), record(two)).gone == (one,)


def test_the_same_thing_said_at_another_minute_has_moved_and_is_not_new() -> None:
    later = message(1, at=message(5).at)
    found = Comparison(record(message(1)), record(later))
    assert found.moved == ((message(1), later),)
    assert not found.new


def test_the_score_counts_marks_of_messages_that_are_there() -> None:
    found = score(record(message(1), message(2)), {"message-1": USEFUL, "gone": NOT_USEFUL})
    assert found.words == "1 of 1 marked messages useful (100 %); 1 is not marked".replace(" %", "%")
    assert [(rule.rule, rule.useful, rule.marked) for rule in found.rules] == [("blocked-1-day", 1, 1)]


def test_a_longer_wait_is_suggested_where_it_spares_what_was_useless() -> None:
    early = [message(n, waited=9.0) for n in range(4)]
    late = [message(n, waited=30.0) for n in range(4, 8)]
    marks = {m.id: NOT_USEFUL for m in early} | {m.id: USEFUL for m in late}
    [rule] = score(record(*early, *late), marks).rules
    assert rule.suggestion == (
        "speak 30 hours after it began, not before: 4 of 4 useless ones would not have come, "
        "4 of 4 useful ones still would"
    )


def test_nothing_is_suggested_where_useful_ones_came_as_early_as_useless_ones() -> None:
    both = [message(n, waited=9.0 + n) for n in range(8)]
    marks = {m.id: (USEFUL, NOT_USEFUL)[n % 2] for n, m in enumerate(both)}
    [rule] = score(record(*both), marks).rules
    assert rule.suggestion == ""


def test_marks_are_kept_beside_the_page_and_what_is_none_is_refused(tmp_path: Path) -> None:
    file = beside(tmp_path / "report.html")
    assert read_marks(file) == {}
    write_marks(file, {"message-1": USEFUL})
    assert read_marks(file) == {"message-1": USEFUL}
    file.write_text('{"marks": {"message-1": "splendid"}}')
    with pytest.raises(OperatorError, match="splendid"):
        read_marks(file)


def test_the_page_loads_and_sends_nothing() -> None:
    shown = page(record(message(1), silences=(silence(),)), {}, "report.marks.json")
    assert not re.findall(r"(?:src|href|action)\s*=\s*[\"']?http", shown)
    assert "default-src 'none'" in shown
    assert re.findall(r"fetch\(|XMLHttpRequest|sendBeacon|@import|url\(", shown) == []


def test_the_page_shows_whom_when_what_why_and_what_was_withheld() -> None:
    shown = page(record(message(1), silences=(silence(),)), {}, "report.marks.json")
    for words in ("<b>Ann</b> · 11:00", "WEB-1 is blocked", "rule blocked-1-day", "Withheld: 1", "Bob has had today"):
        assert words.replace("'", "&#x27;") in shown


def test_what_one_person_may_get_a_day_is_the_constitutions_word_and_not_the_most_they_got() -> None:
    twice = record(message(1), message(2))
    assert "1 time above 1 a day" in page(twice, {}, "report.marks.json")
    assert "never more than 2 a day" in page(replace(twice, limits=(2, 1)), {}, "report.marks.json")
    alarm = record(message(1), message(2, critical=True))
    assert "never more than 2 a day" in page(alarm, {}, "report.marks.json")


def test_a_page_says_from_when_on_it_was_lived_through() -> None:
    warm = replace(record(message(1)), since=datetime(2026, 8, 31, 7, tzinfo=UTC))
    assert "It was lived through from Mon 31 Aug on" in page(warm, {}, "report.marks.json")
    assert "lived through" not in page(record(message(1)), {}, "report.marks.json")


def test_text_from_outside_stays_text_on_the_page() -> None:
    nasty = "</script><script>alert(1)</script>"
    shown = page(record(message(1, text=nasty, to=nasty, rule=nasty, why=nasty)), {"message-1": nasty}, nasty)
    assert "<script>alert" not in shown


def test_slack_s_way_of_writing_becomes_plain_text() -> None:
    written = "*<https://jira.test/browse/WEB-1|WEB-1>* waits &amp; waits: a*b and 2*3*4 stay"
    assert plain(written) == "WEB-1 waits & waits: a*b and 2*3*4 stay"
