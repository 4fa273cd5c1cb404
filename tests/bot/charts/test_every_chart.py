"""Every chart in every plight is sound XML, stays inside its frame, and never writes one text on another."""

from __future__ import annotations

import re
from itertools import combinations

import pytest

from bot.charts import Chart, figure
from bot.charts.drawing import BLUE, ORANGE
from tests.bot.charts.examples import EXAMPLES, HOSTILE
from tests.bot.charts.reading import Read

LARGEST = 20_000
"""Bytes of one chart."""
ALLOWED = {"svg", "title", "desc", "g", "path", "rect", "circle", "text", "tspan"}
SMALLEST = 13.0


@pytest.fixture(params=EXAMPLES)
def chart(request: pytest.FixtureRequest) -> Chart:
    return EXAMPLES[request.param]()


def test_it_is_small_sound_and_inert(chart: Chart) -> None:
    read = Read(chart.svg)
    assert len(chart.svg.encode()) < LARGEST
    assert read.tags() <= ALLOWED
    assert not re.search(r'\son\w+=|href|style=|url\(|nan|inf"', re.sub(r">[^<]*<", "><", chart.svg))


def test_it_stays_inside_its_frame(chart: Chart) -> None:
    read = Read(chart.svg)
    assert [
        p for p in read.places() if not (-0.5 <= p[0] <= read.width + 0.5 and -0.5 <= p[1] <= read.height + 0.5)
    ] == []


def test_no_text_stands_on_another(chart: Chart) -> None:
    assert [(a.words, b.words) for a, b in combinations(Read(chart.svg).texts(), 2) if a.on(b)] == []


def test_it_is_named_and_described_for_whoever_does_not_see_it(chart: Chart) -> None:
    read = Read(chart.svg)
    assert read.root.attrib["role"] == "img"
    assert [read.root[0].text, read.root[1].text] == [chart.title, chart.says]
    assert all(len(row) == len(chart.table.head) for row in chart.table.rows)


def test_its_letters_are_large_enough_for_a_phone(chart: Chart) -> None:
    assert set(map(float, re.findall(r'font-size="([\d.]+)"', chart.svg))) == {SMALLEST}
    assert Read(chart.svg).width <= 400


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_same_figures_give_the_same_picture(name: str) -> None:
    assert EXAMPLES[name]() == EXAMPLES[name]()


@pytest.mark.parametrize("name", ["hostile", "hostile names"])
def test_text_from_outside_is_text(name: str) -> None:
    page = figure(EXAMPLES[name]())
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert not re.search("[\u202e\x00\x07\ud800]", page)
    assert HOSTILE not in page


def test_a_number_is_never_parted_from_its_per_cent_sign() -> None:
    assert "62\u00a0%" in figure(EXAMPLES["a running sprint"]())


def light(colour: str) -> float:
    """Relative luminance, as WCAG 2 has it."""
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("colour", [BLUE, ORANGE])
@pytest.mark.parametrize("page", ["#ffffff", "#121212"])
def test_what_is_drawn_is_seen_on_a_light_page_and_on_a_dark_one(colour: str, page: str) -> None:
    dark, bright = sorted((light(colour) + 0.05, light(page) + 0.05))
    assert bright / dark >= 3


def test_no_other_colour_is_used() -> None:
    used = {colour for make in EXAMPLES.values() for colour in re.findall(r'(?:fill|stroke)="([^"]+)"', make().svg)}
    assert used == {BLUE, ORANGE, "none", "currentColor"}
