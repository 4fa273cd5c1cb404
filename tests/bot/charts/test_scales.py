"""Scales never turn back, marks are round, and words about numbers are short."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.charts.amounts import amount, counted, per_cent
from bot.charts.axes import apart
from bot.charts.letters import clean, fit, width
from bot.charts.lines import thinned
from bot.charts.scales import rounded

figures = st.floats(min_value=-1e300, max_value=1e300)


@settings(max_examples=100, deadline=None)
@given(st.lists(figures, max_size=20))
@example([5.0, 7.0])
def test_a_scale_holds_its_figures_zero_and_few_round_marks(values: list[float]) -> None:
    scale, marks = rounded(values, 200, 20)
    assert scale.low <= min([0, *values]) + 1e-300 and scale.high >= max([0, *values]) - 1e-300
    assert 2 <= len(marks) <= 8
    assert any(abs(mark) < 1e-9 * (scale.high - scale.low) for mark in marks)


@settings(max_examples=100, deadline=None)
@given(st.lists(figures, min_size=2, max_size=20))
def test_a_larger_figure_never_stands_lower(values: list[float]) -> None:
    places = [rounded(values, 200, 20)[0].at(value) for value in sorted(values)]
    assert places == sorted(places, reverse=True)
    assert all(20 <= place <= 200 for place in places)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(0, 200), max_size=8))
def test_labels_make_room_for_each_other_in_their_order(wanted: list[float]) -> None:
    places = apart(wanted, 17, 0, 200)
    ordered = [place for _, place in sorted(zip(wanted, places, strict=True))]
    assert all(b - a >= 17 - 1e-6 for a, b in zip(ordered, ordered[1:], strict=False))
    assert all(-1e-6 <= place <= 200 + 1e-6 for place in places)


def test_a_thinned_line_keeps_its_ends_its_peaks_and_its_order() -> None:
    line = [(i / 20, float(i % 3 if i != 777 else 99)) for i in range(6000)]
    kept = thinned(line)
    assert (kept[0], kept[-1]) == (line[0], line[-1])
    assert {99.0, 0.0} <= {y for _, y in kept}
    assert [int(x / 2) for x, _ in kept] == sorted(int(x / 2) for x, _ in kept)
    assert len(kept) <= 604


def test_a_line_without_bends_has_two_corners_and_a_short_one_keeps_its_bends() -> None:
    assert thinned([(float(i), 2.0 * i) for i in range(100)]) == [(0, 0), (99, 198)]
    assert thinned([(0, 0), (1, 5), (2, 0)]) == [(0, 0), (1, 5), (2, 0)]


@pytest.mark.parametrize(
    ("value", "told"),
    [(34.0, "34"), (2.5, "2.5"), (-0.01, "-1e-02"), (0, "0"), (123_400, "123.4 k"), (-3e6, "-3 M"), (1e250, "1e+250")],
)
def test_an_amount_is_short(value: float, told: str) -> None:
    assert amount(value) == told


def test_one_is_not_many() -> None:
    assert [counted(n, "points") for n in (0, 1, 1.5, 2)] == ["0 points", "1 point", "1.5 points", "2 points"]


def test_what_may_still_happen_is_never_told_as_sure() -> None:
    assert [per_cent(share) for share in (0, 0.001, 0.62, 0.999, 1)] == [
        "0 %",
        "under 1 %",
        "62 %",
        "over 99 %",
        "100 %",
    ]


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=80), st.floats(20, 200))
def test_any_text_fits_its_room_and_can_be_written(text: str, room: float) -> None:
    fitted = fit(text, 13, room)
    assert width(fitted, 13) <= room
    assert clean(fitted) == fitted
    fitted.encode()
