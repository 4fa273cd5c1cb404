"""The trend of the chance."""

from __future__ import annotations

import pytest

from bot.charts import Chance, trend
from tests.bot.charts.examples import MONDAY, went
from tests.bot.charts.reading import Read, corners


def test_the_title_sets_the_last_chance_beside_the_one_before() -> None:
    assert trend(went(0.8, 0.7, 0.62)).title == "Sprint 24: 62 % on Wed 18 Nov, 70 % on Tue 17 Nov"


def test_a_day_without_a_forecast_breaks_the_line() -> None:
    svg = Read(trend(went(0.5, 0.6, None, 0.7, 0.8)).svg)
    assert len([p for p in svg.all("path") if p.attrib.get("stroke-width") == "2.5"]) == 2


def test_a_higher_chance_stands_higher() -> None:
    dots = [float(dot.attrib["cy"]) for dot in Read(trend(went(0.1, 0.2, 0.5, 0.99)).svg).all("circle")]
    assert dots == sorted(dots, reverse=True)


def test_lowest_and_highest_are_told() -> None:
    assert "Lowest 10 % on Mon 16 Nov, highest 99 % on Wed 18 Nov." in trend(went(0.1, 0.5, 0.99)).says


def test_without_a_forecast_it_says_when_there_will_be_one() -> None:
    told = trend(went(None))
    assert told.title == "Sprint 24: nothing was foretold yet"
    assert told.says.endswith("It is told from five earlier sprints on.")


def test_all_chances_that_make_corners_are_on_the_line() -> None:
    line = next(p for p in Read(trend(went(0.1, 0.9, 0.1)).svg).all("path") if p.attrib.get("stroke-width") == "2.5")
    assert len(corners(line.attrib["d"])) == 3


@pytest.mark.parametrize("impossible", [-0.1, 1.1, float("inf")])
def test_what_is_no_chance_is_refused(impossible: float) -> None:
    with pytest.raises(ValueError, match="chance|finite"):
        Chance(MONDAY, impossible)
