"""Messages per person and day: by name, never by number."""

from __future__ import annotations

import re

import pytest

from bot.charts import Heard, Load, load
from bot.charts.drawing import ORANGE
from tests.bot.charts.examples import MONDAY, heard, working
from tests.bot.charts.reading import Read, corners

WEEK = working(5)
TUESDAY = WEEK[1]


def of(*counts: tuple[str, int], most: int = 1) -> Load:
    return Load(WEEK, tuple(Heard(name, {TUESDAY: count}) for name, count in counts), most)


def test_people_stand_by_name_whatever_they_got() -> None:
    chart = load(of(("Zoë", 9), ("ada", 1), ("Björn", 4)))
    assert [word for word in Read(chart.svg).words() if word in {"Zoë", "ada", "Björn"}] == ["ada", "Björn", "Zoë"]
    assert [row[0] for row in chart.table.rows] == ["ada", "Björn", "Zoë", "Everybody"]


def test_a_colour_tells_a_count_and_never_a_person() -> None:
    fills = [
        [p.attrib["fill"] for p in Read(load(of((a, 1), (b, 1))).svg).all("path") if "fill" in p.attrib]
        for a, b in ("AB", "YZ")
    ]
    assert fills[0] == fills[1]


def test_two_people_of_one_name_stay_two() -> None:
    assert [row[-1] for row in load(of(("Li", 1), ("Li", 2))).table.rows] == ["1", "2", "3"]


def test_the_title_says_whether_the_limit_held() -> None:
    assert load(of(("Ada", 1), ("Li", 0))).title == "1 message to 1 of 2 people in 5 days, never more than 1 a day"
    assert load(of(("Ada", 3), ("Li", 1))).title == "4 messages to 2 of 2 people in 5 days, 1 time above 1 a day"


def test_what_is_above_the_limit_stands_out_by_more_than_its_colour() -> None:
    (over,) = [p for p in Read(load(of(("Ada", 2))).svg).all("path") if p.attrib.get("fill") == ORANGE]
    assert over.attrib["stroke"] == "currentColor"
    assert ORANGE not in load(of(("Ada", 2), most=2)).svg


def test_a_day_off_on_which_somebody_was_written_to_is_shown() -> None:
    sunday = MONDAY.replace(day=22)
    assert load(Load(WEEK, (Heard("Ada", {sunday: 1}),), 1)).table.head == (
        "Person",
        *(f"{d} Nov" for d in (16, 17, 18, 19, 20, 22)),
        "Total",
    )


@pytest.mark.parametrize(("count", "unit"), [(31, "day"), (32, "week"), (250, "month")])
def test_many_days_are_put_together(count: int, unit: str) -> None:
    assert f"messages by {unit}" in Read(load(heard(3, working(count))).svg).words()


def test_no_message_is_lost_when_days_are_put_together() -> None:
    given = heard(5, working(250), most=3)
    assert int(load(given).table.rows[-1][-1]) == given.total == sum(map(int, load(given).table.rows[-1][1:-1]))


def test_of_a_large_company_it_is_told_how_many_heard_how_much() -> None:
    chart = load(heard(80, WEEK, most=3))
    words = Read(chart.svg).words()
    assert {"nothing", "1", "2", "3 or more"} <= set(words)
    assert not re.search(r"Person \d|Ada", chart.svg)
    assert len(chart.table.rows) == 81


def test_less_than_no_message_is_refused() -> None:
    with pytest.raises(ValueError, match="fewer"):
        Heard("Ada", {MONDAY: -1})


def test_a_count_is_written_where_it_stands() -> None:
    read = Read(load(of(("Ada", 7), ("Li", 12), most=20)).svg)
    (seven,), (twelve,) = (
        [text for text in read.texts() if text.words == told and text.right < 390] for told in ("7", "12")
    )
    assert seven.left < twelve.right and twelve.left < seven.right
    assert seven.bottom <= twelve.top


@pytest.mark.parametrize("name", ["Ada", "W" * 80])
def test_no_cell_covers_a_name(name: str) -> None:
    read = Read(load(Load(WEEK, (Heard(name, dict.fromkeys(WEEK, 1)),), 1)).svg)
    (shown,) = [text for text in read.texts() if text.words.startswith(name[:1])]
    assert (
        min(x for path in read.all("path") if "fill" in path.attrib for x, _ in corners(path.attrib["d"]))
        >= shown.right
    )
