"""What a burn-up says, and where it draws what."""

from __future__ import annotations

from datetime import date
from math import nan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.charts import Cone, Point, burn_up, cone
from models.forecasts import Foretold
from tests.bot.charts.examples import CONE, DONE, FRIDAY, MONDAY, TARGET, points, sprint
from tests.bot.charts.reading import Read, corners

figures = st.floats(min_value=-1e300, max_value=1e300)


def areas(svg: str) -> list[list[tuple[float, float]]]:
    """The corners of each interval, widest first."""
    return [corners(path.attrib["d"])[:3] for path in Read(svg).all("path") if "fill-opacity" in path.attrib]


def lines(svg: str, wide: str) -> list[tuple[float, float]]:
    return next(corners(p.attrib["d"]) for p in Read(svg).all("path") if p.attrib.get("stroke-width") == wide)


def test_the_title_is_the_finding() -> None:
    assert burn_up(sprint()).title == "Sprint 24: 62 % to finish all 37 points by Fri 27 Nov"
    assert burn_up(sprint(cone=None)).title == "Sprint 24: 18 of 37 points done, it ends on Fri 27 Nov"


def test_of_a_sprint_that_is_over_nothing_is_foretold() -> None:
    chart = burn_up(sprint(today=FRIDAY, target=TARGET, done=DONE))
    assert chart.title == "Sprint 24: 34 of 37 points done when it ended on Fri 27 Nov"
    assert areas(chart.svg) == []
    assert "likely" not in chart.svg


def test_of_a_sprint_that_has_not_begun_the_plan_is_told() -> None:
    chart = burn_up(sprint(today=date(2026, 11, 10), target=points(34), done=(), cone=None))
    assert chart.title == "Sprint 24: 34 points planned, it begins on Mon 16 Nov"
    assert "today" not in Read(chart.svg).words()


def test_the_cone_begins_at_what_is_done_and_ends_with_the_sprint() -> None:
    chart = burn_up(sprint())
    (x, y), *_ = (area[0] for area in areas(chart.svg))
    assert (x, y) == lines(chart.svg, "3")[-1]
    assert {area[1][0] for area in areas(chart.svg)} == {max(x for x, _ in lines(chart.svg, "2"))}


def test_a_surer_interval_holds_the_less_sure_ones() -> None:
    wide, middle, narrow = areas(burn_up(sprint()).svg)
    assert wide[1][1] <= middle[1][1] <= narrow[1][1] < narrow[2][1] <= middle[2][1] <= wide[2][1]


def test_what_became_of_it_is_told_beside_the_forecast() -> None:
    chart = burn_up(sprint(target=TARGET, done=DONE))
    assert chart.title == "Sprint 24: 62 % on Mon 23 Nov to finish all 37 points; in the end 34 were done"
    assert chart.says.endswith("On Fri 27 Nov 34 were done.")
    assert lines(chart.svg, "1.5")[0] == lines(chart.svg, "3")[-1]


def test_every_day_and_every_interval_is_in_the_table() -> None:
    rows = burn_up(sprint()).table.rows
    assert rows[7] == ("Mon 23 Nov", "37", "18")
    assert rows[8:] == tuple(
        (f"At the end, {p} % likely", "37", r) for p, r in [(50, "33 to 37"), (80, "29 to 38"), (95, "24 to 41")]
    )


def test_what_is_foretold_of_the_difference_is_drawn_as_units_delivered() -> None:
    told = Foretold(-3, 0.4, {80: (-9, 2), 95: (-50, 4)}, ((-3, 1.0),), 12)
    assert cone(told, 34) == Cone(0.4, 31, {80: (25, 36), 95: (0, 38)})


def test_what_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        Point(MONDAY, nan)
    with pytest.raises(ValueError, match="finite"):
        Cone(0.5, 3, {80: (nan, 3)})


@settings(max_examples=60, deadline=None)
@given(st.lists(figures, max_size=12), st.lists(figures, max_size=12), st.integers(-3, 15), st.booleans())
def test_any_figures_stay_inside_and_more_is_never_lower(
    target: list[float], done: list[float], day: int, foretold: bool
) -> None:
    today = date.fromordinal(MONDAY.toordinal() + day)
    chart = burn_up(sprint(target=points(*target), done=points(*done), today=today, cone=CONE if foretold else None))
    read = Read(chart.svg)
    assert all(-0.5 <= x <= read.width + 0.5 and -0.5 <= y <= read.height + 0.5 for x, y in read.places())
    texts = read.texts()
    assert not [1 for i, a in enumerate(texts) for b in texts[:i] if a.on(b)]
