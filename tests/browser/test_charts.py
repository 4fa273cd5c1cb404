"""Charts in a real browser: its own letters stay inside the frame and off each other, on a phone and on a desk."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from bot.charts import Chart, burn_up, figure
from tests.bot.charts.examples import EXAMPLES, PAGE, sprint

pytestmark = pytest.mark.browser

TROUBLE = """() => [...document.querySelectorAll("svg")].flatMap((svg, chart) => {
  const frame = svg.getBoundingClientRect();
  const boxes = [...svg.querySelectorAll("text")].filter((text) => !text.querySelector("tspan"))
    .map((text) => ({ words: text.textContent, box: text.getBoundingClientRect() }));
  const out = boxes.filter(({ box }) => box.left < frame.left - 1 || box.right > frame.right + 1 || box.bottom > frame.bottom + 1);
  const on = boxes.flatMap((a, i) => boxes.slice(i + 1).filter((b) =>
    a.box.left < b.box.right - 1 && b.box.left < a.box.right - 1 && a.box.top + 3 < b.box.bottom - 3 && b.box.top + 3 < a.box.bottom - 3
  ).map((b) => `${a.words} on ${b.words}`));
  return [...out.map(({ words }) => `${chart}: ${words} outside`), ...on.map((pair) => `${chart}: ${pair}`)];
})"""  # noqa: E501


def shown(page: Page, *charts: Chart) -> None:
    page.set_content(PAGE.replace("CHARTS", "".join(map(figure, charts))))


@pytest.mark.parametrize("wide", [360, 1200])
def test_no_letter_leaves_its_frame_or_stands_on_another(page: Page, wide: int) -> None:
    page.set_viewport_size({"width": wide, "height": 800})
    shown(page, *(make() for make in EXAMPLES.values()))
    assert page.evaluate(TROUBLE) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= wide


def test_a_chart_is_an_image_with_a_name_and_its_figures_open(page: Page) -> None:
    shown(page, burn_up(sprint()))
    expect(page.get_by_role("img", name="Sprint 24: 62 % to finish all 37 points by Fri 27 Nov")).to_be_visible()
    page.get_by_text("Figures").click()
    expect(page.get_by_role("row", name="Mon 23 Nov 37 18")).to_be_visible()
